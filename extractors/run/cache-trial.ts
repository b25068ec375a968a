/**
 * The trial of a decoder's cache: exports exist whose masks, positions or kernels are wrong for prompts that go on from
 * a cache, or for several of them.
 */
import { PlumblineError } from '../../core/errors.ts';
import type { CachePlan } from './cache.ts';
import type { BatchRunner, TextExample } from './text-batch.ts';

/** Tokens of the trial, and how many of them are shared. */
const TRIAL = 12;
const TRIAL_PREFIX = 7;
/**
 * Relative error of a row that another order of summation can make; a token that sees other tokens is off by far more.
 */
const TRIAL_TOLERANCE = { float: 1e-4, half: 2e-2 };

/** Whether prompts that go on from one prefix give what they give as a whole, tried on a dozen tokens. */
export async function sharesRightly(
  runner: BatchRunner,
  { half, single }: Pick<CachePlan, 'half' | 'single'>,
): Promise<boolean> {
  const edited = Array.from({ length: runner.editCount }, () => ({ positions: [], row: null }));
  const trial = (other: number): TextExample => {
    const ids = Array.from({ length: TRIAL }, (_, i) => (i < TRIAL_PREFIX ? i : i + other));
    const prompt = { question: '', text: '', shortIds: ids, ids, positions: ids.map((_, i) => i), images: [] };
    return { ids, prompt, visuals: [], features: [], pools: ids.map((_, i) => [i]), heads: [TRIAL - 1], edited };
  };
  const examples = single ? [trial(1)] : [trial(0), trial(1)];
  const tolerance = half ? TRIAL_TOLERANCE.half : TRIAL_TOLERANCE.float;
  const near = (a: Float32Array, b: Float32Array): boolean =>
    Math.hypot(...a.map((value, i) => value - b[i])) <= tolerance * Math.hypot(...b);
  try {
    const whole = await runner.run(examples, [0, 1]);
    const { prefix, pooled } = await runner.runPrefix([trial(0)], TRIAL_PREFIX);
    const shared = await runner.run(examples, [0, 1], { prefix, rows: examples.map(() => 0) });
    const rows = Array.from({ length: examples.length * TRIAL }, (_, at) => at);
    const statesAgree = [...whole.pooled].every(([layer, values]) => {
      const width = values.length / rows.length;
      const row = (from: Float32Array, at: number): Float32Array => from.subarray(at * width, (at + 1) * width);
      return rows.every((at) =>
        near(
          at % TRIAL < TRIAL_PREFIX ? row(pooled.get(layer)!, at % TRIAL) : row(shared.pooled.get(layer)!, at),
          row(values, at),
        ),
      );
    });
    return statesAgree && near(shared.logits, whole.logits) && near(shared.normalisers, whole.normalisers);
  } catch (error) {
    if (error instanceof PlumblineError && error.code === 'onnx-runtime') return false;
    throw error;
  }
}
