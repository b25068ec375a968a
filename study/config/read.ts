/** Reads `study.yaml` and checks what a schema can't say. */
import { dirname, resolve } from 'node:path';
import type { z } from 'zod';
import { PlumblineError } from '../../core/errors.ts';
import { closest } from '../../core/closest.ts';
import { stableJson } from '../../core/formats/json.ts';
import { storedStudySchema, studySchema, type Study } from './schema.ts';
import { readYaml } from './yaml.ts';

/**
 * Reads a study; paths in it become absolute.
 * @throws {PlumblineError} `not-yaml`, `invalid-config`, `set-twice`, `unknown-set`, `analysis-twice`
 */
export async function readStudy(path: string): Promise<Study> {
  return studyOf(await readYaml(path, studySchema), { folder: dirname(resolve(path)), where: path });
}

/** As `readStudy`, for what a file says. */
export function studyOf(
  config: z.output<typeof studySchema>,
  { folder, where }: { folder: string; where: string },
): Study {
  const study = storedStudySchema.parse({
    ...config,
    out: resolve(folder, config.out),
    checkpoints: config.checkpoints.map((path) => resolve(folder, path)),
    sets: config.sets.map((set) => ('folder' in set ? { ...set, folder: resolve(folder, set.folder) } : set)),
    analyses: config.analyses.map((analysis) => (typeof analysis === 'string' ? { name: analysis } : analysis)),
  });
  const names = study.sets.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined)
    throw new PlumblineError('set-twice', `two sets are called \`${twice}\``, {
      where,
      hint: 'give each set a name of its own',
    });
  const seen = new Set<string>();
  for (const analysis of study.analyses) {
    const stranger = analysis.sets?.find((name) => !names.includes(name));
    if (stranger !== undefined) {
      const meant = closest(stranger, names);
      throw new PlumblineError(
        'unknown-set',
        `${analysis.name}: no set is called \`${stranger}\`${meant === null ? '' : `; did you mean \`${meant}\`?`}`,
        { where, hint: `sets: ${names.join(', ')}` },
      );
    }
    for (const set of analysis.sets ?? names) {
      const key = stableJson({ ...analysis, layers: undefined, sets: set });
      if (seen.has(key))
        throw new PlumblineError('analysis-twice', `${analysis.name} is asked for twice on ${set}`, {
          where,
          hint: 'one result a name, selection, options and set: give the second another selection, or other sets',
        });
      seen.add(key);
    }
  }
  return study;
}

/** The analyses of a study that are about one set. */
export const analysesOn = (study: Study, set: string): Study['analyses'] =>
  study.analyses.filter(({ sets }) => sets?.includes(set) ?? true);
