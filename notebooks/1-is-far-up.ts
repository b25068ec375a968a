// %% [markdown]
// # Is far up?
// In most photographs, higher in the picture means farther away. A model that goes by that rule is right until it
// isn't. This study asks two checkpoints that look the same from outside
// (same architecture, data volume and steps) which of them reads depth, and where.
//
// `plumbline diagnose A B` does all of this in one command; here it is step by step.

// %%
import { diagnose, RunFolder } from 'plumbline';
import { resultsOf } from 'plumbline/core';
import { citedGeometry } from 'plumbline/findings';
import { accuracyFigure, behaviourTable, heightShareFigure } from 'plumbline/reports';
import { show, showFigure, showImage, showTable } from './display.ts';

const out = `${process.env.PLUMBLINE_NOTEBOOK_RUNS ?? 'runs'}/is-far-up`;
const { checkpoints } = await diagnose({
  checkpoints: ['checkpoints/llava-tiny-shortcut', 'checkpoints/llava-tiny-balanced'],
  out,
  seed: 21,
  scenes: 100,
});

// %% [markdown]
// ## The pictures
// In a *consistent* scene the farther object is the higher one, in a *counter-heuristic* scene the lower one. Nothing
// else differs between the two kinds.

// %%
const set = new RunFolder(out).set('perspective-100-100-25-seed21');
showImage(`${set}/images/s00000.png`, 'a scene of the set');
showImage(`${set}/images/s00000-distance.png`, 'the same scene: the two objects have traded depths, and nothing else');

// %% [markdown]
// ## What they answer
// Both are right where height agrees with depth. Only one stays right where it doesn't.

// %%
const behaved = checkpoints.flatMap(({ name, results }) =>
  resultsOf({ results }, 'behaviour').map((result) => ({ name, result })),
);
await showFigure(accuracyFigure(behaved));
showTable(behaviourTable(behaved)!);

// %% [markdown]
// ## Where it sits
// The height share says how much of the distance direction is height: 1 is pure height, 0 pure depth.

// %%
const cited = checkpoints.map(({ name, results }) => ({ name, result: citedGeometry(results)! }));
const { selection, kind } = cited[0].result;
const share = heightShareFigure({ selection, kind, results: cited });
if (share !== null) await showFigure(share);

// %% [markdown]
// ## The verdict
// It follows a fixed rule on the answers (`docs/measures`), with the clause that decided.

// %%
for (const { name, findings } of checkpoints)
  for (const { verdict, sentence, reason } of findings)
    show(`${name}: ${verdict.toUpperCase()}\n${sentence}.\n${reason}.`);
