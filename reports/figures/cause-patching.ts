/** Patching: how much of the clean answer comes back, by layer and token (methods §6). */
import type { CauseResult } from '../../core/artifacts/results/cause.ts';
import { decimal } from '../../core/numbers.ts';
import type { Figure } from '../figure.ts';
import { sampleNote } from '../forms/sample-note.ts';
import { heatmapFigure } from '../forms/heatmap.ts';
import type { ResultContext } from '../forms/of-result.ts';

/** (patched − corrupt) / (clean − corrupt); `null` when nothing was patched. */
export function patchingFigure(result: CauseResult, context: ResultContext): Figure | null {
  const { patching, axis } = result;
  if (patching.length === 0) return null;
  const tokens = [...new Set(patching.map((row) => row.tokens))];
  const best = [...patching].sort((a, b) => (b.restored.value ?? -Infinity) - (a.restored.value ?? -Infinity))[0];
  return heatmapFigure({
    context,
    base: `patching-${axis}`,
    title: `Patching the ${axis} answers`,
    caption:
      `How much of the difference between a pair\u2019s two answers comes back when the state of one token at one layer is put in from the other side: 0 nothing, 1 all of it. ${sampleNote(
        patching.map(({ restored }) => restored),
        'pairs',
      )} (in the table). ` +
      'It shows where the answer travels, whatever it is made of: were the shortcut absent, the same path would carry depth, which the steering directions tell apart.',
    description: `${context.checkpoint}: most is restored at ${best.layer}, tokens ${best.tokens} (${decimal(best.restored.value)}).`,
    xs: [...new Set(patching.map((row) => row.layer))],
    ys: tokens,
    yTitle: 'tokens',
    cells: patching.map(({ layer, tokens: y, restored }) => ({ x: layer, y, estimate: restored })),
    scale: { domain: [-1, 1], middle: 0 },
    legend: 'restored (0: none)',
    cellHeight: 14,
    labels: { x: 'Layer', y: 'Tokens', value: 'Restored' },
  });
}
