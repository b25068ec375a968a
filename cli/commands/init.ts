import { existsSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { PlumblineError } from '../../core/errors.ts';
import { writeFileAtomic } from '../../core/formats/atomic.ts';
import { studyTemplate } from '../../study/config/template.ts';
import type { Command } from '../exit-codes.ts';
import { runCommand } from '../run-command.ts';

interface Options {
  file: string;
  checkpoint: string[];
  force: boolean;
}

const SCHEMA = 'node_modules/plumbline/docs/schemas/study.schema.json';

export const initCommand: Command<Options> = {
  command: 'init [file]',
  describe: 'write a commented study.yaml, for `plumbline run`',
  exitCodes: {},
  builder: (yargs) =>
    yargs
      .positional('file', { type: 'string', default: 'study.yaml', describe: 'the file to write' })
      .option('checkpoint', {
        type: 'string',
        array: true,
        default: ['checkpoints/llava-tiny-shortcut'],
        describe: 'checkpoints of the study',
      })
      .option('force', { type: 'boolean', default: false, describe: 'replace the file that is there' }),
  handler: ({ file, checkpoint, force }) =>
    runCommand(async () => {
      if (existsSync(file) && !force)
        throw new PlumblineError('file-exists', 'this file is there already', {
          where: file,
          hint: 'give another name, or --force to replace it',
        });
      const folder = dirname(resolve(file));
      const near = (path: string): string => relative(folder, resolve(path)).split('\\').join('/') || '.';
      const local = join('docs', 'schemas', 'study.schema.json');
      const schema = existsSync(join(folder, local)) ? near(join(folder, local)) : SCHEMA;
      await writeFileAtomic(
        file,
        studyTemplate({ checkpoints: checkpoint.map(near), name: basename(file).replace(/\.ya?ml$/, ''), schema }),
      );
      process.stdout.write(`written: ${file}\nnext: plumbline run ${file} --dry-run\n`);
    }),
};
