/**
 * Minimum description length by the online (prequential) code of Voita & Titov (EMNLP 2020,
 * https://arxiv.org/abs/2003.12298), in bits: labels are sent block by block, each by a probe trained on the blocks
 * before it. L = t₁·log₂K + Σ −log₂ p(y) over the later blocks; compression = n·log₂K / L.
 *
 * Blocks end at t_i = max(⌈f_i·n⌉, first prefix that holds every class), rounded up to whole scenes, repeats dropped
 * (methods §5). The probe is the L2 logistic one; each block is coded at the C that has coded the earlier blocks most
 * briefly, the smallest C before there are any: a receiver can follow that rule, so it costs no bits.
 */
import type { Matrix } from '../core/matrix.ts';
import { prepareLogisticFeatures } from '../core/numerics/logistic-batch.ts';
import { Random } from '../core/random.ts';
import { bits, fitClasses } from './classify.ts';
import type { ClassPlan } from './class-rows.ts';
import { sceneWeights } from './choice-draws.ts';
import { C_GRID } from './cross-validate.ts';

export const MDL_FRACTIONS: readonly number[] = [0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.0625, 0.125, 0.25, 0.5, 1];
export const MDL_ORDERS = 5;

export interface MdlOrder {
  /** Rows in the order in which their labels are sent, scene by scene. */
  readonly rows: readonly number[];
  /** Block ends t₁ < t₂ < … = number of rows. */
  readonly ends: readonly number[];
}

export interface MdlPlan extends ClassPlan {
  readonly orders: readonly MdlOrder[];
}

export interface OnlineCode {
  /** Bits of each sent row's label by order, rows as in the order; log₂K in the first block. */
  readonly bits: readonly Float64Array[];
  /** C of each block after the first, by order. */
  readonly C: readonly (readonly number[])[];
  /** Code lengths, means over orders, had C been chosen otherwise: the rule applied to resampled scenes. */
  readonly otherChoices: Float64Array;
}

/** Random orders of the plan's trainable scenes, with their block ends. */
export function planMdl(plan: ClassPlan, { seed, orders = MDL_ORDERS }: { seed: number; orders?: number }): MdlPlan {
  const scenes = new Map<string, number[]>();
  for (const i of plan.nested.inside.flat().sort((a, b) => a - b))
    scenes.set(plan.rows.groups[i], [...(scenes.get(plan.rows.groups[i]) ?? []), i]);
  const ids = [...scenes.keys()].sort();
  return {
    ...plan,
    orders: Array.from({ length: orders }, (_, order) => {
      const sent = new Random(seed, 'mdl order', plan.rows.name, order).shuffle(ids).map((id) => scenes.get(id)!);
      return {
        rows: sent.flat(),
        ends: blockEnds(
          sent.map((rows) => rows.map((i) => plan.rows.labels[i])),
          plan.rows.classes.length,
        ),
      };
    }),
  };
}

/** @param scenes labels of each scene's rows, in the order sent. */
export function blockEnds(scenes: readonly (readonly number[])[], classes: number): number[] {
  const n = scenes.reduce((sum, labels) => sum + labels.length, 0);
  const seen = new Set<number>();
  let complete = n;
  const sceneEnds: number[] = [];
  let end = 0;
  for (const labels of scenes) {
    for (const [k, label] of labels.entries()) {
      seen.add(label);
      if (seen.size === classes && complete === n) complete = Math.min(n, end + k + 1);
    }
    sceneEnds.push((end += labels.length));
  }
  const ends = MDL_FRACTIONS.map((fraction) => Math.max(Math.ceil(fraction * n), complete)).map((t) =>
    sceneEnds.find((sceneEnd) => sceneEnd >= t)!,
  );
  return [...new Set(ends)];
}

/** The online code of the plan's labels from `x` (rows as in the plan × d); `plan.refused` must be null. */
export async function onlineCode(
  x: Matrix,
  { rows, nested, orders }: MdlPlan,
  { signal }: { signal?: AbortSignal } = {},
): Promise<OnlineCode> {
  const classes = rows.classes.length;
  const { labels } = rows;
  const features = await prepareLogisticFeatures(
    x,
    nested.inside.flat().sort((a, b) => a - b),
  );
  const weights = sceneWeights(rows.groups);
  const ones = new Float64Array(rows.groups.length).fill(1);
  const otherChoices = new Float64Array(weights.length);
  const code: { bits: Float64Array; C: number[] }[] = [];
  for (const { rows: sent, ends } of orders) {
    const prefixes = ends.slice(0, -1).map((end) => sent.slice(0, end));
    const fits = await fitClasses(
      features,
      prefixes.flatMap((prefix) => C_GRID.map((C) => ({ rows: prefix, labels, C }))),
      classes,
      signal,
    );
    /** By C: bits of each label after the first block, each by the probe of the blocks before. */
    const costs = C_GRID.map((_, c) => {
      const own = new Float64Array(sent.length).fill(Math.log2(classes), 0, ends[0]);
      for (let block = 0; block + 1 < ends.length; block++) {
        const logits = fits[block * C_GRID.length + c];
        for (let at = ends[block]; at < ends[block + 1]; at++) own[at] = bits(logits, sent[at], labels[sent[at]]);
      }
      return own;
    });
    const used = chosenByBlock(costs, sent, ends, ones);
    code.push({ bits: coded(costs, ends, used), C: used.map((c) => C_GRID[c]) });
    weights.forEach(
      (times, draw) =>
        (otherChoices[draw] +=
          coded(costs, ends, chosenByBlock(costs, sent, ends, times)).reduce((sum, v) => sum + v, 0) / orders.length),
    );
  }
  return { bits: code.map((order) => order.bits), C: code.map((order) => order.C), otherChoices };
}

/**
 * Index of the C of each block after the first: the one that coded the blocks before most briefly, the smallest before
 * there are any. `times` counts each row.
 */
function chosenByBlock(
  costs: readonly Float64Array[],
  sent: readonly number[],
  ends: readonly number[],
  times: Float64Array,
): number[] {
  const soFar = new Float64Array(costs.length);
  const used: number[] = [];
  for (let block = 0; block + 1 < ends.length; block++) {
    used.push(soFar.indexOf(Math.min(...soFar)));
    costs.forEach((own, c) => {
      for (let at = ends[block]; at < ends[block + 1]; at++) soFar[c] += times[sent[at]] * own[at];
    });
  }
  return used;
}

function coded(costs: readonly Float64Array[], ends: readonly number[], used: readonly number[]): Float64Array {
  const out = costs[0].slice();
  used.forEach((c, block) => out.set(costs[c].subarray(ends[block], ends[block + 1]), ends[block]));
  return out;
}

/** Mean bits over orders of each row of the plan; rows that are never sent have none. */
export function bitsByRow({ orders }: MdlPlan, code: OnlineCode): Map<number, number> {
  const out = new Map<number, number>();
  orders.forEach(({ rows }, o) =>
    rows.forEach((i, at) => out.set(i, (out.get(i) ?? 0) + code.bits[o][at] / orders.length)),
  );
  return out;
}
