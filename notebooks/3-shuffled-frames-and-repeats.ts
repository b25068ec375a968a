// %% [markdown]
// # Shuffled frames and repeats
// A clip is more than a bag of pictures only for a model that reads its order. Here two models answer about the same
// clips: `frames-order` saw the pictures of its training clips in order,
// `frames-bag` saw them shuffled, and nothing else differs. Every question is asked of the clip in order, shuffled,
// reversed, repeated, and without any picture.

// %%
import { framesLens, repeatsLens } from 'plumbline/analysis';
import { GENERATORS, readContrastSet } from 'plumbline/contrast-sets';
import { extract, openCheckpoint } from 'plumbline/extractors';
import type { Answer } from 'plumbline';
import { show, showImage, showTable } from './display.ts';

const runs = process.env.PLUMBLINE_NOTEBOOK_RUNS ?? 'runs';
const { directory } = await GENERATORS.frames.generate({
  directory: `${runs}/frames/set`,
  seed: 25,
  parameters: { scenes: 40, size: 96 },
});
const set = await readContrastSet(directory);
show(`${set.header.counts.scenes} clips, ${set.header.counts.images} pictures, ${set.header.counts.items} questions`);
const { first } = set.pairs[0];
for (const i of [0, first.images.length - 1])
  showImage(`${directory}/${first.images[i]}`, `picture ${i + 1} of a clip`);
show(first.question);

// %%
const answersOf = async (name: string): Promise<readonly Answer[]> => {
  const checkpoint = await openCheckpoint(`checkpoints/organisms/${name}`);
  return (await extract({ checkpoint, set, directory: `${runs}/frames/${name}`, selections: ['last'] })).answers;
};
const answers = { 'frames-order': await answersOf('frames-order'), 'frames-bag': await answersOf('frames-bag') };

// %% [markdown]
// ## What the answers need
// The classes of VBenchComp: a question that is right without pictures is *blind-answerable*; right when the frames are
// shuffled, *semantic*; right only in order, *temporal*. `guessing` is what
// chance alone would put into a class.

// %%
for (const [name, given] of Object.entries(answers)) {
  const { classes, bothDirections } = framesLens({ set, answers: given });
  showTable({
    name,
    title: name,
    columns: [
      { key: 'class', label: `${name}: class`, type: 'text' },
      { key: 'share', label: 'share of questions', type: 'estimate' },
      { key: 'guessing', label: 'guessing', type: 'number' },
    ],
    rows: classes.map((row) => [row.class, row.share, row.guessing]),
  });
  show(
    `${name}: right in both directions of time on ${(100 * (bothDirections.value ?? 0)).toFixed(0)} % of the order questions (a bag of frames: 0 %, guessing: 25 %)`,
  );
}

// %% [markdown]
// ## Accuracy by what the question needs

// %%
for (const [name, given] of Object.entries(answers)) {
  showTable({
    name: `${name}-accuracy`,
    title: name,
    columns: [
      { key: 'needs', label: `${name}: needs`, type: 'text' },
      { key: 'shown', label: 'shown', type: 'text' },
      { key: 'accuracy', label: 'right', type: 'estimate' },
      { key: 'chance', label: 'chance', type: 'number' },
    ],
    rows: framesLens({ set, answers: given }).accuracy.map(({ needs, manipulation, accuracy, chance }) => [
      needs,
      manipulation,
      accuracy,
      chance,
    ]),
  });
}

// %% [markdown]
// ## The same clip again and again
// The number of different objects doesn't change when a clip is repeated. A model that counts appearances says more.

// %%
for (const [name, given] of Object.entries(answers)) {
  showTable({
    name: `${name}-repeats`,
    title: name,
    columns: [
      { key: 'repeats', label: `${name}: repeats`, type: 'integer' },
      { key: 'accuracy', label: 'right', type: 'estimate' },
      { key: 'moved', label: 'another count than without', type: 'estimate' },
      { key: 'drift', label: 'mean change', type: 'estimate' },
    ],
    rows: repeatsLens({ set, answers: given }).repeats.map(({ repeats, accuracy, moved, drift }) => [
      repeats,
      accuracy,
      moved,
      drift,
    ]),
  });
}
