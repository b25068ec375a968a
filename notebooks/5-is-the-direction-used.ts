// %% [markdown]
// # Steering: is the direction used?
// A probe finds what is *there*. Whether the model *uses* it is another question: push the state along the direction
// while the model runs, and see whether the answer turns.
// Every item is pushed against its own answer (a constant push turns one class for free), and the control is a random
// direction of the same length. Layer and direction come from one half of
// the scenes, the numbers from the other.

// %%
import { runStudy, type CauseResult } from 'plumbline';
import { causeSchema, readJson } from 'plumbline/core';
import { studyOf, studySchema } from 'plumbline/study';
import { show, showTable } from './display.ts';

// What `plumbline run study.yaml` takes; `plumbline cause CHECKPOINT…` asks the same of its default set.
const study = studyOf(
  studySchema.parse({
    version: 1,
    out: `${process.env.PLUMBLINE_NOTEBOOK_RUNS ?? 'runs'}/steering`,
    seed: 1,
    checkpoints: ['checkpoints/llava-tiny-shortcut', 'checkpoints/llava-tiny-balanced'],
    sets: [
      {
        name: 'perspective-30',
        generator: 'perspective',
        seed: 22,
        parameters: { scenes: { consistent: 30, counter: 30, ambiguous: 0 } },
      },
    ],
    analyses: [{ name: 'cause', layers: ['text.1', 'text.3'], alphas: [0.5, 1, 2] }],
    report: false,
  }),
  { folder: '.', where: 'this notebook' },
);
const { run, executed } = await runStudy(study);
const read = (name: string): Promise<CauseResult> =>
  readJson(run.result(`llava-tiny-${name}`, 'perspective-30', 'cause-0.5-1-2'), causeSchema);
show(executed.skipped.map(({ analysis, reason }) => `${analysis}: ${reason}`).join('\n') || 'nothing was skipped');
const results = { shortcut: await read('shortcut'), balanced: await read('balanced') };
show(
  Object.entries(results)
    .map(([name, { choice }]) => `${name}: ${choice.layer ?? 'no layer'} (${choice.reason})`)
    .join('\n'),
);

// %% [markdown]
// ## Dose and response
// `answer` is what the model takes for distance on consistent scenes, `depth` and `height` are its two parts,
// `vertical` is the above–below axis. A direction that the model reads turns
// answers at small doses; one that it doesn't read turns none however hard it is pushed.

// %%
for (const [name, { steering }] of Object.entries(results)) {
  const reported = steering.filter(({ half }) => half === 'reported');
  const alphas = [...new Set(reported.map(({ alpha }) => alpha))];
  showTable({
    name,
    title: name,
    columns: [
      { key: 'direction', label: `${name}: direction`, type: 'text' },
      ...alphas.map((alpha) => ({ key: `alpha ${alpha}`, label: `turned at α = ${alpha}`, type: 'estimate' as const })),
    ],
    rows: [...new Set(reported.map(({ direction }) => direction))].map((direction) => [
      direction,
      ...alphas.map((alpha) => reported.find((row) => row.direction === direction && row.alpha === alpha)!.flipped),
    ]),
  });
}

// %% [markdown]
// ## Which token carries the answer
// Patching puts the state of the other question order in the place of this one's. 1: the whole answer comes along; 0:
// nothing does.

// %%
for (const [name, { patching }] of Object.entries(results)) {
  const tokens = [...new Set(patching.map((row) => row.tokens))];
  showTable({
    name: `${name}-patching`,
    title: name,
    columns: [
      { key: 'layer', label: `${name}: layer`, type: 'text' },
      ...tokens.map((token) => ({ key: token, label: token, type: 'estimate' as const })),
    ],
    rows: [...new Set(patching.map(({ layer }) => layer))].map((layer) => [
      layer,
      ...tokens.map((token) => patching.find((row) => row.layer === layer && row.tokens === token)!.restored),
    ]),
  });
}

// %% [markdown]
// ## Erase "vertical", ask about distance
// If the model keeps the two apart, erasing the vertical axis leaves its distance answers alone, while erasing distance
// itself must cost them.

// %%
for (const [name, { erasure }] of Object.entries(results)) {
  const rows = erasure
    .filter(({ layer }) => layer === 'text.3')
    .flatMap(({ erased, cells }) =>
      cells
        .filter(({ axis }) => axis === 'distance')
        .map(({ condition, before, after }) => [erased === 'axis' ? 'distance' : erased, condition, before, after]),
    );
  showTable({
    name: `${name}-erasure`,
    title: name,
    columns: [
      { key: 'erased', label: `${name}: erased at text.3`, type: 'text' },
      { key: 'condition', label: 'scenes', type: 'text' },
      { key: 'before', label: 'right before', type: 'estimate' },
      { key: 'after', label: 'right after', type: 'estimate' },
    ],
    rows,
  });
}
