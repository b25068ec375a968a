/**
 * A checkpoint of two linear layers whose stored states are given: text.1 at the last token is a linear map of text.0 at
 * the last token and at both objects' words, plus what each item has of its own; the margin is a product with text.1.
 */
import type { Answer } from '../../core/artifacts/answers.ts';
import { itemsOf, type ContrastSet } from '../../core/artifacts/contrast-set.ts';
import type { DensePatches } from '../../core/artifacts/dense-patches.ts';
import type { HiddenStates, Selection } from '../../core/artifacts/hidden-states.ts';
import type { Intervention } from '../../core/artifacts/intervention.ts';
import type { AnalysisInput, CheckpointAccess } from '../../core/definitions/analysis.ts';
import { row, type Matrix } from '../../core/matrix.ts';
import { dot } from '../../core/numerics/dot.ts';
import { Random } from '../../core/random.ts';

const BELOW = ['last', 'words:1', 'words:2'] as const satisfies readonly Selection[];
type Vector = Float64Array<ArrayBuffer>;

export class LinearCheckpoint implements CheckpointAccess {
  readonly layers: CheckpointAccess['layers'];
  private readonly below: readonly Matrix<Float32Array>[];
  private readonly above: Matrix<Float32Array>;
  private readonly rowOf: ReadonlyMap<string, number>;

  private constructor(states: HiddenStates, below: readonly Matrix<Float32Array>[], above: Matrix<Float32Array>) {
    this.below = below;
    this.above = above;
    this.layers = states.header.layers;
    this.rowOf = new Map(states.items.map((item, i) => [item, i]));
  }

  static async of({ states }: AnalysisInput): Promise<LinearCheckpoint> {
    const below = await Promise.all(BELOW.map((selection) => states.read('text.0', selection)));
    return new LinearCheckpoint(states, below, await states.read('text.1', 'last'));
  }

  answers(pairs: ContrastSet['pairs'], intervention?: Intervention): Answer[] {
    return itemsOf({ pairs }).map(({ item, options, axis }) => {
      const i = this.rowOf.get(item)!;
      const before = this.below.map((matrix) => Float64Array.from(row(matrix, i)));
      const after = before.map((h, k) => edited(h, item, 'text.0', BELOW[k], intervention));
      const top = Float64Array.from(row(this.above, i));
      after.forEach((h, k) => mapped(difference(h, before[k]), k).forEach((value, j) => (top[j] += value)));
      const margin = dot(edited(top, item, 'text.1', 'last', intervention), WEIGHTS[axis]);
      return { item, scores: { [options[0]]: margin, [options[1]]: 0 } };
    });
  }

  answersUnder(intervention: Intervention, pairs: ContrastSet['pairs']): Promise<Answer[]> {
    return Promise.resolve(this.answers(pairs, intervention));
  }

  densePatches(): Promise<DensePatches> {
    throw new Error('a checkpoint without pictures');
  }
}

/** Reads what is asked, and height where distance is. */
const WEIGHTS: Readonly<Record<string, Vector>> = {
  horizontal: Float64Array.of(0, 0, 1, 0, 0, 0.1),
  vertical: Float64Array.of(0, 1, 0, 0, 0, 0.1),
  distance: Float64Array.of(1, 0.7, 0, 0, 0, 0.1),
};

const difference = (a: Vector, b: Vector): Vector => a.map((value, j) => value - b[j]);

/** What a change at the token `k` below adds above: mostly the same, somewhat mixed. */
function mapped(change: Vector, k: number): Vector {
  return change.map((own, j) => {
    const random = new Random(9, 'map', k, j);
    return (k === 0 ? 0.6 : 0.3) * own + change.reduce((sum, value) => sum + 0.1 * random.normal() * value, 0);
  });
}

/** A state after the edits of its layer and token. */
function edited(h: Vector, item: string, layer: string, tokens: string, intervention?: Intervention): Vector {
  if (intervention === undefined) return h;
  const { header, tensors } = intervention;
  const at = header.items.indexOf(item);
  const tensor = (name: string): Float32Array => tensors.get(name)!.data;
  return header.edits.reduce((state, edit) => {
    if (edit.layer !== layer || edit.tokens !== tokens) return state;
    const width = state.length;
    if (edit.op === 'replace')
      return at < 0 ? state : Float64Array.from(tensor(edit.values).subarray(at * width, (at + 1) * width));
    if (edit.op === 'add') {
      const sign = edit.signs === undefined || at < 0 ? 1 : tensor(edit.signs)[at];
      const size = edit.alpha * sign * (edit.relative ? Math.hypot(...state) : 1);
      return state.map((value, j) => value + size * tensor(edit.vector)[j]);
    }
    const mean = edit.mean === undefined ? new Float32Array(width) : tensor(edit.mean);
    const centred = state.map((value, j) => value - mean[j]);
    const [left, right] = [tensor(edit.left), tensor(edit.right)];
    const out = state.slice();
    for (let k = 0; k < left.length / width; k++) {
      const along = dot(centred, right.subarray(k * width, (k + 1) * width));
      out.forEach((value, j) => (out[j] = value - along * left[k * width + j]));
    }
    return out;
  }, h);
}
