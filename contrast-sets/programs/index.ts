/**
 * Questions as programs: what an item asks, as an operation over its objects and facts, so that a checker can compute
 * the answer again. A new operation is a file here plus its line below.
 */
import type { Item } from '../../core/artifacts/contrast-set.ts';
import { PlumblineError } from '../../core/errors.ts';
import { appeared } from './appeared.ts';
import { cameraMove } from './camera-move.ts';
import { change } from './change.ts';
import { claim } from './claim.ts';
import { coVisible } from './co-visible.ts';
import { colour } from './colour.ts';
import { compare } from './compare.ts';
import { count } from './count.ts';
import { shape } from './shape.ts';
import { unlessHidden } from './unless-hidden.ts';
import { nearer } from './nearer.ts';
import { seen } from './seen.ts';
import { stated } from './stated.ts';

/**
 * Computes the right option of an item from its objects and facts alone; throws a `PlumblineError` where they don't
 * decide it.
 */
export type Operation = (item: Item) => string;

export const OPERATIONS: Readonly<Record<string, Operation>> = {
  appeared,
  'camera-move': cameraMove,
  change,
  claim,
  'co-visible': coVisible,
  colour,
  compare,
  count,
  nearer,
  seen,
  shape,
  stated,
  'unless-hidden': unlessHidden,
};

/** The right option according to the item's program, or undefined when it has none. */
export function answerByProgram(item: Item): string | undefined {
  if (item.program === undefined) return undefined;
  const operation = Object.hasOwn(OPERATIONS, item.program.op) ? OPERATIONS[item.program.op] : undefined;
  if (operation === undefined)
    throw new PlumblineError('unknown-program', `no operation \`${item.program.op}\``, {
      where: `item ${item.item}`,
      hint: `operations are ${Object.keys(OPERATIONS).join(', ')}`,
    });
  return operation(item);
}
