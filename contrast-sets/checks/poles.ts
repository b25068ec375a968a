/** Are the answers equally frequent, so that none can be preferred? */
import { conditionFor, type Pair } from '../../core/artifacts/contrast-set.ts';
import { Problems, type CheckResult } from './result.ts';

/** With more than two options no answer may be more frequent than this many times its fair share. */
const TOLERATED = 1.25;

export class PoleCheck {
  private readonly cells = new Map<
    string,
    { readonly options: readonly string[]; readonly counts: Map<string, number>; readonly items: Set<string> }
  >();

  add({ axis, conditions, kind, first }: Pair): void {
    // To abstain is no pole: it is right where nothing can be told, which the other side of a pair shows.
    const abstention = first.variant?.abstention;
    if (first.answer === abstention) return;
    const options = first.options.filter((option) => option !== abstention).sort();
    const name = `${axis}, ${conditionFor({ conditions })}, ${kind}, ${options.join('/')}`;
    let cell = this.cells.get(name);
    if (cell === undefined) this.cells.set(name, (cell = { options, counts: new Map(), items: new Set() }));
    // An item with several partners counts once.
    if (cell.items.has(first.item)) return;
    cell.items.add(first.item);
    cell.counts.set(first.answer, (cell.counts.get(first.answer) ?? 0) + 1);
  }

  result(): CheckResult {
    const problems = new Problems();
    for (const [name, { options, counts }] of this.cells) {
      const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
      const [answer, most] = [...counts].reduce((a, b) => (b[1] > a[1] ? b : a));
      const allowed =
        options.length === 2
          ? (total + 1) / 2
          : Math.max((TOLERATED * total) / options.length, total / options.length + 1);
      if (most > allowed) problems.add(`${name}: ${most} of ${total} answers are ${answer}`);
    }
    return problems.result('poles', 'all answers are equally frequent in every axis, condition and kind');
  }
}
