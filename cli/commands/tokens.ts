import { dirname, resolve } from 'node:path';
import sharp from 'sharp';
import { readContrastSet } from '../../contrast-sets/index.ts';
import { itemsOf, type Item } from '../../core/artifacts/contrast-set.ts';
import { PlumblineError } from '../../core/errors.ts';
import { writeFileAtomic } from '../../core/formats/atomic.ts';
import {
  describeTokens,
  drawTokens,
  loadVisuals,
  openCheckpoint,
  type PromptDescription,
  type TokenDescription,
} from '../../extractors/index.ts';
import type { Command } from '../exit-codes.ts';
import { jsonOption, modelOption } from '../options.ts';
import { runCommand } from '../run-command.ts';
import { table } from '../table.ts';

interface Options {
  checkpoint: string;
  set?: string;
  item?: string;
  question?: string;
  objects?: string[];
  image?: string[];
  draw?: string;
  model?: string;
  json: boolean;
}

export const tokensCommand: Command<Options> = {
  command: 'tokens <checkpoint>',
  describe: 'the prompt as the model gets it: every token, its patch, and which positions are read',
  exitCodes: {},
  builder: (yargs) =>
    yargs
      .positional('checkpoint', {
        type: 'string',
        demandOption: true,
        describe: 'folder in the Hugging Face layout with onnx/ inside',
      })
      .option('set', { type: 'string', describe: 'folder of a contrast set' })
      .option('item', { type: 'string', describe: 'item of the set; default its first' })
      .option('question', { type: 'string', describe: 'a question, in the place of an item' })
      .option('objects', { type: 'string', array: true, describe: 'the objects that the question names, in its order' })
      .option('image', { type: 'string', array: true, describe: 'pictures that go with the question' })
      .option('draw', { type: 'string', describe: 'PNG file for the pictures with the patch grid over them' })
      .option('model', modelOption)
      .option('json', jsonOption)
      .conflicts('set', ['question', 'objects', 'image'])
      .example(
        '$0 tokens CHECKPOINT --question "Is the cup left of the box?" --objects cup box --image photo.png --draw patches.png',
        'which token is which patch',
      ),
  handler: (options) =>
    runCommand(async () => {
      const checkpoint = await openCheckpoint(options.checkpoint, { model: options.model });
      const { item, directory } = await chooseItem(options);
      const { vision, text } = checkpoint;
      const visuals = vision === null ? [] : await loadVisuals(vision, directory, vision.visuals(item));
      if (options.draw !== undefined) {
        const { width, height, data } = await drawTokens(checkpoint, item, directory, visuals);
        await writeFileAtomic(
          options.draw,
          await sharp(data, { raw: { width, height, channels: 3 } })
            .png()
            .toBuffer(),
        );
      }
      const prompt = text === null && options.draw !== undefined ? null : describeTokens(checkpoint, item, visuals);
      if (options.json) process.stdout.write(`${JSON.stringify(prompt)}\n`);
      else if (prompt !== null) process.stdout.write(print(prompt));
    }),
};

async function chooseItem({
  set: folder,
  item: id,
  question,
  objects = [],
  image = [],
}: Options): Promise<{ item: Item; directory: string }> {
  if (folder === undefined) {
    const item: Item = {
      item: 'question',
      images: image.map((path) => resolve(path)),
      question: question ?? 'What is in the picture?',
      options: ['yes', 'no'],
      answer: 'yes',
      objects: objects.map((name) => ({ name })),
    };
    return { item, directory: '' };
  }
  const set = await readContrastSet(folder);
  const items = itemsOf(set);
  const item = id === undefined ? items[0] : items.find((candidate) => candidate.item === id);
  if (item === undefined)
    throw new PlumblineError('unknown-item', `the set has no item \`${id}\``, {
      where: folder,
      hint: `items are ${items
        .slice(0, 3)
        .map((one) => one.item)
        .join(', ')}, …`,
    });
  return { item, directory: set.directory === '' ? dirname(folder) : set.directory };
}

/** Runs of image tokens are folded: one line each row of patches. */
function print({ text, tokens }: PromptDescription): string {
  const rows: (string | number)[][] = [['position', 'id', 'token', 'patch', 'read as']];
  for (let i = 0; i < tokens.length; i++) {
    let end = i;
    while (joins(tokens[end], tokens[end + 1])) end++;
    const { position, id, text: shown, selections } = tokens[i];
    rows.push([
      end > i ? `${position}–${tokens[end].position}` : String(position),
      id,
      JSON.stringify(shown),
      place(tokens[i], tokens[end]),
      selections.join(', '),
    ]);
    i = end;
  }
  return `prompt: ${JSON.stringify(text)}\n\n${table(rows)}`;
}

const joins = (a: TokenDescription, b: TokenDescription | undefined): boolean =>
  a.patch !== null &&
  b?.patch !== undefined &&
  b.patch !== null &&
  a.patch.visual === b.patch.visual &&
  a.patch.tile === b.patch.tile &&
  a.patch.row === b.patch.row &&
  a.selections.join() === b.selections.join();

function place({ image, patch: first }: TokenDescription, { patch: last }: TokenDescription): string {
  if (first === null || last === null) return image ? 'image, no patch' : '';
  const columns = first.column === last.column ? `column ${first.column}` : `columns ${first.column}–${last.column}`;
  return `picture ${first.visual}${first.tile > 0 ? ` tile ${first.tile}` : ''} row ${first.row} ${columns}`;
}
