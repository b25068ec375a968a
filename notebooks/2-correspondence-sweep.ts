// %% [markdown]
// # A layer-wise correspondence sweep
// Does a patch know what it shows, so that it finds the same point in a picture from another side? Per layer, every
// patch of one view looks for the most similar patch of the other;
// PCK is the share that lands within two patches of the true place. Three baselines go through the same code: the same
// position, raw pixels, and a feature that carries exact
// coordinates (which must score 1).
//
// `plumbline sweep CHECKPOINT… --set VIEWS` does this on the command line.

// %%
import { sweep } from 'plumbline';
import { GENERATORS } from 'plumbline/contrast-sets';
import { show, showImage, showTable } from './display.ts';

const runs = process.env.PLUMBLINE_NOTEBOOK_RUNS ?? 'runs';
const { directory, header } = await GENERATORS.views.generate({
  directory: `${runs}/correspondence/views`,
  seed: 23,
  parameters: { scenes: 24 },
});
show(`${header.counts.scenes} scenes, ${header.counts.images} pictures`);
const [first, second] = Object.keys(header.imageHashes);
showImage(`${directory}/${first}`, 'a scene');
showImage(`${directory}/${second}`, 'the same scene from another side');

// %% [markdown]
// ## Best layer of each checkpoint
// The layer is picked on one half of the scenes and scored on the other. These two checkpoints were trained to answer
// questions about single pictures; they need no correspondence, and a
// number near the same-position baseline says that they hold none.

// %%
const { best, results } = await sweep({
  checkpoints: ['checkpoints/llava-tiny-shortcut', 'checkpoints/llava-tiny-balanced'],
  sets: [directory],
  out: `${runs}/correspondence`,
  seed: 1,
});
showTable({
  name: 'best',
  title: 'best layer',
  columns: [
    { key: 'checkpoint', label: 'checkpoint', type: 'text' },
    { key: 'layer', label: 'layer', type: 'text' },
    { key: 'pck', label: best[0].measure, type: 'estimate' },
    { key: 'chance', label: 'chance', type: 'number' },
    { key: 'same', label: 'same position', type: 'estimate' },
    { key: 'rgb', label: 'raw RGB', type: 'estimate' },
    { key: 'planted', label: 'planted coordinates', type: 'estimate' },
  ],
  rows: best.map(({ checkpoint, layer, perPoint, chance, samePosition, rawRgb, planted }) => [
    checkpoint,
    layer,
    perPoint,
    chance,
    samePosition,
    rawRgb,
    planted,
  ]),
});

// %% [markdown]
// ## Layer by layer

// %%
for (const { checkpoint, result } of results) {
  showTable({
    name: checkpoint,
    title: checkpoint,
    columns: [
      { key: 'layer', label: `${checkpoint}: layer`, type: 'text' },
      { key: 'pck', label: 'PCK@2, per point', type: 'estimate' },
    ],
    rows: result.layers.map((layer) => [layer.layer, layer.pck[0].perPoint]),
  });
}
