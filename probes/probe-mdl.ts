import type { Estimate } from '../core/artifacts/results.ts';
import type { ContrastSet } from '../core/artifacts/contrast-set.ts';
import type { MdlResult } from '../core/artifacts/results/mdl.ts';
import { clusteredSe } from '../core/statistics/clustered-se.ts';
import { Z95 } from '../core/statistics/interval.ts';
import { answerRows, axesOf, planClasses } from './class-rows.ts';
import { bitsByRow, MDL_ORDERS, planMdl, type MdlPlan, type OnlineCode } from './mdl.ts';
import { overLayers, type OverLayersOptions } from './over-layers.ts';

export interface ProbeMdlOptions extends OverLayersOptions {
  readonly set: Pick<ContrastSet, 'pairs'>;
  readonly seed: number;
  /** Default: every axis that the set asks about. */
  readonly axes?: readonly string[];
  /** Orders of the scenes; default and least: *5*. */
  readonly orders?: number;
}

const INTERVAL_KIND = 'normal, SE of the code length clustered over scenes plus orders';

/**
 * The MDL online code by layer (`mdl.ts`), over a balanced mix of conditions where the set has them: code length in bits and compression, 1 for nothing found, below 1 where the
 * probe misleads.
 *
 * @throws {PlumblineError} `unknown-layer`, `no-selection`, `items-missing`, `not-finite`; the signal's reason when aborted.
 */
export async function probeMdl({ set, seed, axes = axesOf(set), orders = MDL_ORDERS, ...options }: ProbeMdlOptions): Promise<MdlResult> {
  if (!Number.isInteger(orders) || orders < MDL_ORDERS) throw new RangeError(`orders must be a whole number ≥ ${MDL_ORDERS}, got ${orders}`);
  const plans = axes.map((axis) => planMdl(planClasses(answerRows(set, axis), { seed }), { seed, orders }));
  const usable = plans.filter(({ refused }) => refused === null);
  const layers: MdlResult['layers'] = [];
  if (usable.length > 0) {
    for await (const { layer, plan, result } of overLayers('mdl', usable, ({ rows }) => rows.items, options)) layers.push({ layer, axis: usable[plan].rows.name, ...summarise(usable[plan], result) });
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
  const spread = lengths.reduce((sum, v) => sum + (v - length) ** 2, 0) / (lengths.length - 1) / lengths.length;
  const half = Z95 * Math.sqrt((n * clusteredSe(chosen.map((i) => byRow.get(i)!), groups)) ** 2 + spread);
  const uniform = n * Math.log2(plan.rows.classes.length);
  const estimate = (value: number, interval: [number, number] | null): Estimate =>
    interval === null
      ? { value, interval, intervalKind: null, n, groups: scenes, note: 'no interval: the code length is not known to be above 0' }
      : { value, interval, intervalKind: INTERVAL_KIND, n, groups: scenes };
  return {
    bits: estimate(length, [Math.max(0, length - half), length + half]),
    compression: estimate(uniform / length, length - half > 0 ? [uniform / (length + half), uniform / (length - half)] : null),
    orders: plan.orders.map(({ ends }, o) => ({
      bits: lengths[o],
      blocks: ends.map((end, b) => {
        const start = b === 0 ? 0 : ends[b - 1];
        return { end, bits: code.bits[o].subarray(start, end).reduce((sum, v) => sum + v, 0), C: b === 0 ? null : code.C[o][b - 1] };
      }),
    })),
  };
}
