/** What a drawn spec shows: its texts with their places, for tests of layout. */
import { parse, View } from 'vega';
import { expressionInterpreter } from 'vega-interpreter';
import { compile, type TopLevelSpec } from 'vega-lite';

export interface PlacedText {
  readonly text: string;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

interface Item {
  readonly x?: number;
  readonly y?: number;
  readonly text?: unknown;
  readonly opacity?: number;
  readonly bounds: { x1: number; y1: number; x2: number; y2: number };
  readonly items?: readonly Mark[];
}
interface Mark {
  readonly marktype: string;
  readonly items: readonly Item[];
}

/** All visible texts of a spec, in points. */
export async function textsOf(spec: TopLevelSpec): Promise<PlacedText[]> {
  const view = new View(parse(compile(spec).spec, undefined, { ast: true }), {
    renderer: 'none',
    expr: expressionInterpreter,
  });
  await view.runAsync();
  const found: PlacedText[] = [];
  const visit = (mark: Mark, x: number, y: number): void => {
    for (const item of mark.items) {
      if (mark.marktype === 'group')
        for (const child of item.items ?? []) visit(child, x + (item.x ?? 0), y + (item.y ?? 0));
      const { x1, y1, x2, y2 } = item.bounds;
      if (mark.marktype === 'text' && item.text !== '' && item.opacity !== 0)
        found.push({ text: String(item.text), left: x + x1, right: x + x2, top: y + y1, bottom: y + y2 });
    }
  };
  visit((view.scenegraph() as unknown as { root: Mark }).root, 0, 0);
  view.finalize();
  return found;
}

/** Pairs of texts whose boxes overlap by more than `slack` points both ways. */
export function overlaps(texts: readonly PlacedText[], slack = 1): string[] {
  return texts.flatMap((a, i) =>
    texts.slice(i + 1).flatMap((b) => {
      const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      return across > slack && down > slack ? [`\u201c${a.text}\u201d on \u201c${b.text}\u201d`] : [];
    }),
  );
}
