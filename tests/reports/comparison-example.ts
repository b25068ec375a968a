/** Comparisons of synthetic checkpoints: what the page of a comparison and its figures are tested with. */
import { join } from 'node:path';
import type { ComparisonResult } from '../../core/artifacts/results/checkpoints.ts';
import type { RunComparison } from '../../core/artifacts/results/run-comparison.ts';
import type { ContrastSet } from '../../core/artifacts/contrast-set.ts';
import { compareOpened } from '../../study/compare/compare.ts';
import type { Compared } from '../../study/compare/compared.ts';
import { RunFolder } from '../../study/run-folder.ts';
import { recordOf } from '../study/record-of.ts';
import { checkpoint, type Kind } from './synthetic.ts';

export interface Example {
  readonly name: string;
  readonly kind: Kind;
  readonly step?: number;
}

/** Compared as `plumbline compare` would, without states: answers pair the accuracies. */
export function comparisonOf(
  set: ContrastSet,
  checkpoints: readonly Example[],
  layers: readonly ComparisonResult[] = [],
): Promise<RunComparison> {
  const compared = checkpoints.map(({ name, kind, step = null as number | null }, i): Compared => {
    const { answers, ...results } = checkpoint(kind, set, name);
    const [own, folder] = [
      { name, hash: `${i}`.repeat(64) },
      { name: set.header.name, folder: 'set', hash: set.header.hash },
    ];
    const cell = { checkpoint: own, set: folder };
    const run = new RunFolder(join('/runs', name.replaceAll(/\W/g, '-')));
    const record = recordOf(run.path, [cell]);
    const [study] = record.studies;
    const contents: Compared['contents'] = {
      run,
      record: {
        ...record,
        plumbline: '0.1.0',
        platform: 'linux-x64',
        studies: [{ ...study, command: `plumbline diagnose ${name}` }],
      },
      cells: [cell],
    };
    return {
      name,
      contents,
      cell,
      step,
      set,
      results,
      answers: [...(answers as NonNullable<Compared['answers']>)],
      states: null,
    };
  });
  return compareOpened(compared, {}).then((comparison) => ({ ...comparison, comparisons: [...layers] }));
}
