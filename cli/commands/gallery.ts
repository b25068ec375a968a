import { readContrastSetHeader, streamPairs } from '../../contrast-sets/index.ts';
import { answerSchema } from '../../core/artifacts/answers.ts';
import { readJsonl } from '../../core/formats/jsonl.ts';
import { writeGallery } from '../../reports/index.ts';
import type { Command } from '../exit-codes.ts';
import { jsonOption, wholeNumber } from '../options.ts';
import { runCommand } from '../run-command.ts';

interface Options {
  set: string;
  out: string;
  limit: number;
  answers?: string;
  json: boolean;
}

export const galleryCommand: Command<Options> = {
  command: 'gallery <set>',
  describe: 'a contact sheet of a contrast set, to judge its pairs by eye',
  exitCodes: {},
  builder: (yargs) =>
    yargs
      .positional('set', { type: 'string', demandOption: true, describe: 'folder of the contrast set' })
      .option('out', { type: 'string', demandOption: true, describe: 'HTML file to write' })
      .option('limit', {
        type: 'number',
        default: 200,
        describe: 'most pairs shown, every kind in proportion',
        coerce: (value: number): number => wholeNumber('--limit', value, 1),
      })
      .option('answers', {
        type: 'string',
        describe: 'answers.jsonl of a checkpoint on this set, to be shown beside the right ones',
      })
      .option('json', jsonOption)
      .example('$0 gallery sets/p --out p.html --answers runs/mine/answers.jsonl', 'with the answers of a checkpoint'),
  handler: ({ set: directory, out, limit, answers, json }) =>
    runCommand(async ({ onProgress, signal }) => {
      const header = await readContrastSetHeader(directory);
      const given = answers === undefined ? undefined : await readJsonl(answers, answerSchema);
      const shown = await writeGallery({
        set: { directory, header },
        pairs: () => streamPairs(directory),
        file: out,
        limit,
        answers: given,
        onProgress,
        signal,
      });
      process.stdout.write(
        json
          ? `${JSON.stringify({ gallery: out, shown, pairs: header.counts.pairs })}\n`
          : `${shown} of ${header.counts.pairs} pairs in ${out}\n`,
      );
    }),
};
