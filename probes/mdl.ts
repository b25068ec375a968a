import type { Estimate } from '../core/artifacts/results.ts';
import type { ContrastSet } from '../core/artifacts/contrast-set.ts';
import type { MdlResult } from '../core/artifacts/results/mdl.ts';
import { clusteredSe } from '../core/statistics/clustered-se.ts';
import { studentT95 } from '../core/statistics/student-t.ts';
import { answerRows, axesOf, planClasses } from './class-rows.ts';
import { bitsByRow, MDL_ORDERS, planMdl, type MdlPlan, type OnlineCode } from './online-code.ts';
import { overLayers, type OverLayersOptions } from './over-layers.ts';
import { mdlSchema } from '../core/artifacts/results/mdl.ts';
import { defineAnalysis } from '../core/definitions/analysis.ts';
import { readingOf } from '../core/definitions/reading.ts';

export interface ProbeMdlOptions extends OverLayersOptions {
  readonly set: Pick<ContrastSet, 'pairs'>;
  readonly seed: number;
  /** Default: every axis that the set asks about. */
  readonly axes?: readonly string[];
  /** Orders of the scenes; default and least: *5*. */
  readonly orders?: number;
}

const INTERVAL_KIND =
  'log code length, SE clustered over scenes, doubled for labels that train each other, plus orders and the choice of C';
/**
 * The code of a label depends on the labels sent before it: worst case of a statistic that is linear in them
 * (`held-out-interval.ts`).
 */
const SHARED_TRAINING = 2;
/**
 * Share of the variance between draws of the choice of C that counts, as in `core/statistics/held-out-r2.ts`; set by
 * simulation.
 */
const CHOICE_WEIGHT = 0.3;
const MIN_SCENES = 10;

/**
 * The MDL online code by layer (`online-code.ts`), over a balanced mix of conditions where the set has them: code length in
 * bits and compression, 1 for nothing found, below 1 where the probe misleads.
 *
 * @throws {PlumblineError} `unknown-layer`, `no-selection`, `items-missing`, `not-finite`; the signal's reason when
 * aborted.
 */
export async function probeMdl({
  set,
  seed,
  axes = axesOf(set),
  orders = MDL_ORDERS,
  ...options
}: ProbeMdlOptions): Promise<MdlResult> {
  if (!Number.isInteger(orders) || orders < MDL_ORDERS)
    throw new RangeError(`orders must be a whole number ≥ ${MDL_ORDERS}, got ${orders}`);
  const plans = axes.map((axis) => planMdl(planClasses(answerRows(set, axis), { seed }), { seed, orders }));
  const usable = plans.filter(({ refused }) => refused === null);
  const layers: MdlResult['layers'] = [];
  if (usable.length > 0) {
    for await (const { layer, plan, result } of overLayers('mdl', usable, ({ rows }) => rows.items, options))
      layers.push({ layer, axis: usable[plan].rows.name, ...summarise(usable[plan], result) });
  }
  return {
    analysis: 'mdl',
    version: 1,
    selection: options.selection,
    axes: plans.map(({ rows, refused, orders: [order] }) => ({
      axis: rows.name,
      classes: [...rows.classes],
      rows: refused === null ? order.rows.length : 0,
      /** n·log₂K. */
      uniformBits: refused === null ? order.rows.length * Math.log2(rows.classes.length) : null,
      refused,
    })),
    layers,
  };
}

/** Code length and compression with their intervals, and the course of the code. */
export function summarise(plan: MdlPlan, code: OnlineCode): Omit<MdlResult['layers'][number], 'layer' | 'axis'> {
  const byRow = bitsByRow(plan, code);
  const chosen = [...byRow.keys()];
  const groups = chosen.map((i) => plan.rows.groups[i]);
  const n = chosen.length;
  const scenes = new Set(groups).size;
  const lengths = code.bits.map((bits) => bits.reduce((sum, v) => sum + v, 0));
  const length = lengths.reduce((sum, v) => sum + v, 0) / lengths.length;
  const uniform = n * Math.log2(plan.rows.classes.length);
  const sizes = { n, groups: scenes };
  const estimate = (value: number, interval: [number, number] | null): Estimate =>
    interval === null
      ? {
          value,
          interval,
          intervalKind: null,
          ...sizes,
          note: `no interval: a code length needs ${MIN_SCENES} scenes, there are ${scenes}`,
        }
      : { value, interval, intervalKind: INTERVAL_KIND, ...sizes };
  if (scenes < MIN_SCENES)
    return {
      bits: estimate(length, null),
      compression: estimate(uniform / length, null),
      orders: course(plan, code, lengths),
    };
  const clustered =
    (n *
      clusteredSe(
        chosen.map((i) => byRow.get(i)!),
        groups,
      )) **
    2;
  const half =
    (studentT95(scenes - 1) *
      Math.sqrt(
        SHARED_TRAINING * clustered + variance(lengths) / lengths.length + CHOICE_WEIGHT * variance(code.otherChoices),
      )) /
    length;
  const [short, long] = [length * Math.exp(-half), length * Math.exp(half)];
  return {
    bits: estimate(length, [short, long]),
    compression: estimate(uniform / length, [uniform / long, uniform / short]),
    orders: course(plan, code, lengths),
  };
}

/** Bits of each order, block by block. */
function course(plan: MdlPlan, code: OnlineCode, lengths: readonly number[]): MdlResult['layers'][number]['orders'] {
  return plan.orders.map(({ ends }, o) => ({
    bits: lengths[o],
    blocks: ends.map((end, b) => {
      const start = b === 0 ? 0 : ends[b - 1];
      return {
        end,
        bits: code.bits[o].subarray(start, end).reduce((sum, v) => sum + v, 0),
        C: b === 0 ? null : code.C[o][b - 1],
      };
    }),
  }));
}

function variance(values: ArrayLike<number>): number {
  const list = Array.from(values);
  const mean = list.reduce((sum, v) => sum + v, 0) / list.length;
  return list.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (list.length - 1);
}

export const mdlAnalysis = defineAnalysis({
  name: 'mdl',
  version: 6,
  title: 'minimum description length of the answers, in bits',
  schema: mdlSchema,
  run: (context) => probeMdl(readingOf(context)),
});
