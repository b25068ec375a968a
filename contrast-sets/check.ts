/** Checks of a finished contrast set: is every label what the geometry says, and can nothing forbidden predict it? */
import { join } from 'node:path';
import {
  AMBIGUOUS_BELOW, AXES, CONDITIONS, PAIR_KINDS, POLES, type Axis, type Condition, type ContrastSet, type Item, type Pair, type SceneObject,
} from '../core/artifacts/contrast-set.ts';
import type { Estimate } from '../core/artifacts/results.ts';
import { PlumblineError } from '../core/errors.ts';
import type { OnProgress } from '../core/progress.ts';
import type { Interval } from '../core/statistics/interval.ts';
import { leakage } from './leakage.ts';
import { answerOf, subjectOf } from './questions.ts';
import { pixelHash, readPixels } from './render/png.ts';

export interface CheckResult {
  /** Kebab-case name of the check, e.g. `answers`. */
  readonly check: string;
  /** `undecided`: the set is too small to tell. */
  readonly status: 'passed' | 'failed' | 'undecided';
  /** One sentence: what was checked, and the first problem. */
  readonly detail: string;
  readonly estimate?: Estimate;
}

export interface CheckReport {
  readonly passed: boolean;
  readonly results: readonly CheckResult[];
}

/** Largest accuracy of the joint classifier that a set may allow. */
const LEAKAGE_BOUND = 0.55;
/** Below this number of scenes only a gross leak could be seen. */
const LEAKAGE_SCENES = 200;

/** Runs every check. Throws only on trouble with the machine; what is wrong with the set is in the report. */
export async function checkSet(set: ContrastSet, { onProgress, signal, seed = 0 }: { onProgress?: OnProgress; signal?: AbortSignal; seed?: number } = {}): Promise<CheckReport> {
  const { sizes, result: pictures } = await checkPictures(set, onProgress, signal);
  const results = [
    pictures,
    verdict('ids', 'pair ids are unique and equal item ids mean equal items', idProblems(set)),
    verdict('pairs', 'a swap keeps the picture and trades the names, an intervention keeps the question, and both flip the answer', set.pairs.flatMap(pairProblems)),
    verdict('answers', 'every answer follows from boxes and depths', set.pairs.flatMap(answerProblems)),
    verdict('conditions', 'every condition follows from the boxes and depths of the untouched scene', set.pairs.flatMap((pair) => conditionProblems(pair, sizes))),
    verdict('poles', 'both answers are equally frequent in every condition, axis and kind', poleProblems(set)),
    ...AXES.map((axis) => checkLeakage(set, axis, seed)),
  ];
  return { passed: results.every(({ status }) => status !== 'failed'), results };
}

function verdict(check: string, claim: string, problems: readonly string[]): CheckResult {
  const rest = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  return problems.length === 0 ? { check, status: 'passed', detail: claim } : { check, status: 'failed', detail: `${problems[0]}${rest}` };
}

async function checkPictures(set: ContrastSet, onProgress?: OnProgress, signal?: AbortSignal): Promise<{ sizes: Map<string, number>; result: CheckResult }> {
  const sizes = new Map<string, number>();
  const byHash = new Map<string, string>();
  const problems: string[] = [];
  const files = Object.entries(set.header.imageHashes);
  for (const [file, expected] of files) {
    signal?.throwIfAborted();
    try {
      const pixels = await readPixels(join(set.directory, file));
      sizes.set(file, pixels.height);
      const hash = pixelHash(pixels);
      if (hash !== expected) problems.push(`${file}: pixels do not have the recorded hash`);
      const twin = byHash.get(hash);
      if (twin) problems.push(`${file} and ${twin} are the same picture`);
      byHash.set(hash, file);
    } catch (error) {
      if (!(error instanceof PlumblineError)) throw error;
      problems.push(`${file}: ${error.message}`);
    }
    onProgress?.({ stage: 'check', done: sizes.size, total: files.length, unit: 'pictures' });
  }
  for (const { first, second } of set.pairs) for (const { image } of [first, second]) if (!(image in set.header.imageHashes)) problems.push(`${image}: not listed in set.json`);
  return { sizes, result: verdict('pictures', `${files.length} pictures decode, have their recorded hash and are all different`, problems) };
}

function idProblems({ pairs }: ContrastSet): string[] {
  const problems: string[] = [];
  const ids = new Set<string>();
  const items = new Map<string, string>();
  for (const { id, first, second } of pairs) {
    if (ids.has(id)) problems.push(`pair ${id} occurs twice`);
    ids.add(id);
    for (const side of [first, second]) {
      const text = JSON.stringify(side);
      if ((items.get(side.item) ?? text) !== text) problems.push(`item ${side.item} occurs with different content`);
      items.set(side.item, text);
    }
  }
  return problems;
}

function pairProblems({ id, kind, first, second }: Pair): string[] {
  const problems: string[] = [];
  const names = (item: Item): string => item.objects.map(({ name }) => name).join(', ');
  const reversed = [...first.objects].reverse().map(({ name }) => name).join(', ');
  if (first.answer === second.answer) problems.push(`${id}: both sides have the answer ${first.answer}`);
  if (kind === 'question-swap' && (first.image !== second.image || names(second) !== reversed)) problems.push(`${id}: not a question swap`);
  if (kind === 'image-intervention' && (first.image === second.image || first.question !== second.question)) problems.push(`${id}: not an image intervention`);
  return problems;
}

const centre = ({ box: [x, y, width, height] }: SceneObject): { x: number; y: number } => ({ x: x + width / 2, y: y + height / 2 });

/** How far the first of two objects is towards the canonical pole of an axis; negative on the other side. */
function towardsPole(axis: Axis, a: SceneObject, b: SceneObject): number {
  switch (axis) {
    case 'horizontal':
      return centre(b).x - centre(a).x;
    case 'vertical':
      return centre(b).y - centre(a).y;
    case 'distance':
      return a.depth - b.depth;
  }
}

function answerProblems({ axis, first, second }: Pair): string[] {
  return [first, second].flatMap(({ item, objects, options, answer }) => {
    if (objects.length !== 2 || options.join() !== POLES[axis].join()) return [`${item}: expected two objects and the options ${POLES[axis].join(', ')}`];
    const subject = subjectOf(axis);
    const distance = towardsPole(axis, objects[subject], objects[1 - subject]);
    const expected = answerOf(axis, distance > 0);
    return distance !== 0 && answer === expected ? [] : [`${item}: the answer is ${answer}, the geometry says ${distance === 0 ? 'neither' : expected}`];
  });
}

function conditionOf([a, b]: readonly SceneObject[], height: number): Condition {
  const up = towardsPole('vertical', a, b);
  if (Math.abs(up) < AMBIGUOUS_BELOW * height) return 'ambiguous';
  return up > 0 === a.depth > b.depth ? 'consistent' : 'counter';
}

function conditionProblems({ id, condition, first }: Pair, sizes: ReadonlyMap<string, number>): string[] {
  const height = sizes.get(first.image);
  if (height === undefined || first.objects.length !== 2) return [];
  const found = conditionOf(first.objects, height);
  return found === condition ? [] : [`${id}: the condition is ${condition}, the geometry says ${found}`];
}

function poleProblems({ pairs }: ContrastSet): string[] {
  return AXES.flatMap((axis) =>
    CONDITIONS.flatMap((condition) =>
      PAIR_KINDS.flatMap((kind) => {
        const answers = pairs.filter((p) => p.axis === axis && p.condition === condition && p.kind === kind).map(({ first }) => first.answer);
        const poles = answers.filter((answer) => answer === POLES[axis][0]).length;
        return Math.abs(2 * poles - answers.length) <= 1 ? [] : [`${axis}, ${condition}, ${kind}: ${poles} of ${answers.length} answers are ${POLES[axis][0]}`];
      }),
    ),
  );
}

/**
 * What an accuracy's interval says about the claim that it is at most .55: `passed` where the interval lies below, `failed` where it lies above, else undecided. At the 400 scenes
 * of a default set a factor-blind classifier passes about half the time and is undecided otherwise; from about 2,000 on it passes.
 */
export function leakageStatus([low, high]: Readonly<Interval>): CheckResult['status'] {
  return high <= LEAKAGE_BOUND ? 'passed' : low > LEAKAGE_BOUND ? 'failed' : 'undecided';
}

/**
 * The joint classifier on the nuisance factors of an axis, one question a scene, over consistent and counter scenes together: within one of them height in the
 * picture tells depth by definition.
 */
function checkLeakage({ pairs, header }: ContrastSet, axis: Axis, seed: number): CheckResult {
  const check = `leakage-${axis}`;
  const used = pairs.filter((p) => p.axis === axis && p.kind === 'question-swap' && p.condition !== 'ambiguous');
  const scenes = new Set(used.map((p) => p.group)).size;
  if (scenes < LEAKAGE_SCENES) return { check, status: 'undecided', detail: `${scenes} scenes are too few to look for leaks` };
  const rows = used.map(({ group, first, nuisance }) => ({ group, label: first.answer === POLES[axis][0] ? (1 as const) : (0 as const), factors: nuisance }));
  const estimate = leakage(rows, { factors: header.nuisanceFactors[axis], seed });
  const [low, high] = estimate.interval!;
  const status = leakageStatus([low, high]);
  const accuracy = `accuracy ${estimate.value!.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}] from the nuisance factors over ${scenes} scenes`;
  return { check, status, detail: status === 'undecided' ? `${accuracy}: more scenes are needed to bound it by ${LEAKAGE_BOUND}` : accuracy, estimate };
}
