// %% [markdown]
// # Your own PyTorch hidden states
// No ONNX export is needed: twenty lines of Python (`docs/examples/dump_hidden_states.py`) dump the hidden states of a
// contrast set with transformers, and everything after that is the
// same. The dump beside this notebook was made that way from `llava-tiny-shortcut`'s PyTorch weights: the last prompt
// token at two layers, in float16.

// %%
import { geometry, layersWith } from 'plumbline/analysis';
import { generatePerspectiveSet } from 'plumbline/contrast-sets';
import { importHiddenStates } from 'plumbline/extractors';
import { probeLayers } from 'plumbline/probes';
import { show, showTable } from './display.ts';

const runs = process.env.PLUMBLINE_NOTEBOOK_RUNS ?? 'runs';
// The set is bit-equal on every machine, so the dump fits it wherever it is made again.
const set = await generatePerspectiveSet({
  directory: `${runs}/pytorch/set`,
  seed: 24,
  size: 112,
  scenes: { consistent: 20, counter: 20, ambiguous: 0 },
});

// %% [markdown]
// ## Import
// Rows are matched to the set by item id, in any order. A missing, unknown or duplicate id is an error that names it,
// and so is a NaN.

// %%
const { states } = await importHiddenStates({
  files: ['notebooks/data/dump.safetensors'],
  set,
  directory: `${runs}/pytorch/states`,
  name: 'llava-tiny-shortcut-pytorch',
  selection: 'last',
});
show(
  states.header.layers
    .map(
      ({ name, width, norm }) => `${name}: ${states.header.rows} rows of ${width} numbers, ${norm} of the final norm`,
    )
    .join('\n'),
);

// %% [markdown]
// ## Read
// The height share of the distance axis is near 1: this checkpoint's "far" is "up". 40 scenes are few; the intervals
// say so.

// %%
const { layers } = await geometry({ set, states, selection: 'last', seed: 1 });
showTable({
  name: 'geometry',
  title: 'geometry',
  columns: [
    { key: 'layer', label: 'layer', type: 'text' },
    { key: 'share', label: 'height share', type: 'estimate' },
    { key: 'cosine', label: 'cos(height part, vertical)', type: 'estimate' },
  ],
  rows: layers.map(({ layer, cueShare, cueCosine }) => [layer, cueShare, cueCosine]),
});

// %% [markdown]
// ## Probe
// Trained on both conditions, scored on held-out scenes.

// %%
const probes = await probeLayers({
  set,
  states,
  selection: 'last',
  layers: layersWith(states, 'last'),
  axes: ['distance'],
  seed: 1,
});
showTable({
  name: 'probes',
  title: 'probes',
  columns: [
    { key: 'layer', label: 'layer', type: 'text' },
    { key: 'consistent', label: 'right, consistent', type: 'estimate' },
    { key: 'counter', label: 'right, counter', type: 'estimate' },
  ],
  rows: probes.layers
    .filter(({ training }) => training === 'balanced')
    .map(({ layer, accuracy }) => [
      layer,
      ...(['consistent', 'counter'] as const).map(
        (condition) => accuracy.find((cell) => cell.condition === condition)!.estimate,
      ),
    ]),
});
