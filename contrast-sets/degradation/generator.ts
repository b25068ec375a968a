/**
 * The degradation set: another set's pictures in nine kinds and five severities of degradation, every item paired with
 * its degraded twin (a perturbation: the answer must not change). Severities are in ImageNet-C's manner, since
 * SpaceDG's own are not published (methods §3).
 */
import { basename, resolve } from 'node:path';
import { conditionFor, type Pair } from '../../core/artifacts/contrast-set.ts';
import { PlumblineError } from '../../core/errors.ts';
import { defineGenerator } from '../generator.ts';
import { readContrastSetHeader, streamPairs } from '../io.ts';
import { degradationKind } from './kinds/index.ts';
import { degradationParametersSchema } from './parameters.ts';
import type { DegradationSpec } from './worker.ts';

/**
 * Scenes of the source, each with one pair an item: the first sides of its pairs that hold pictures and are not
 * manipulated themselves. Scenes of one condition are taken in twos whose answers are opposite everywhere, as far as
 * there are such, so that the answers stay balanced.
 */
async function scenesOf(source: string, wanted: number): Promise<DegradationSpec[]> {
  const scenes = new Map<string, Map<string, Pair>>();
  for await (const pair of streamPairs(source)) {
    if (pair.first.images.length === 0 || pair.kind === 'perturbation') continue;
    let items = scenes.get(pair.group);
    if (items === undefined) scenes.set(pair.group, (items = new Map<string, Pair>()));
    if (!items.has(pair.first.item)) items.set(pair.first.item, pair);
  }
  const open = [...scenes].map(([group, items]) => ({ group, pairs: [...items.values()] }));
  const answers = ({ pairs }: DegradationSpec, opposite: boolean): string =>
    pairs
      .map(
        ({ axis, conditions, first }) =>
          `${axis}/${conditionFor({ conditions })}/${opposite && first.options.length === 2 ? first.options.find((option) => option !== first.answer)! : first.answer}`,
      )
      .sort()
      .join('\n');
  const taken: DegradationSpec[] = [];
  while (taken.length < wanted && open.length > 0) {
    const first = open.shift()!;
    const twin = open.findIndex((other) => answers(other, false) === answers(first, true));
    taken.push(first, ...(twin < 0 ? [] : open.splice(twin, 1)));
    // The next two from another condition, so that all are represented.
    const condition = conditionFor(first.pairs[0]);
    const other = open.findIndex(({ pairs }) => conditionFor(pairs[0]) !== condition);
    if (other > 0) open.unshift(...open.splice(other, 1));
  }
  return taken.slice(0, wanted);
}

export const degradation = defineGenerator({
  name: 'degradation',
  version: 1,
  title:
    'does the answer survive blur, haze, noise and compression? Another set’s pictures, nine kinds × five severities',
  parameters: degradationParametersSchema,
  async build({ seed, parameters, directory, inThreads }) {
    const source = resolve(parameters.source);
    if (source === resolve(directory))
      throw new PlumblineError('invalid-parameters', 'a set can’t be its own source', {
        where: directory,
        hint: 'give the folder of another set with source=FOLDER',
      });
    const header = await readContrastSetHeader(source);
    const specs = await scenesOf(source, parameters.scenes);
    if (specs.length === 0)
      throw new PlumblineError('no-pictures', 'the source has no pair with pictures', {
        where: source,
        hint: 'degrade a set that has pictures',
      });
    const { kinds, severities } = parameters;
    return {
      name: `degradation-of-${header.name}`,
      total: specs.length,
      scenes: inThreads({
        specs,
        base: import.meta.url,
        worker: './worker',
        data: { seed, source, kinds, severities },
      }),
      allowedDepthCues: header.allowedDepthCues,
      origin: header.origin,
      // The source by name and content, not by where it lies.
      recorded: {
        ...parameters,
        source: { name: basename(header.name), hash: header.hash },
        levels: Object.fromEntries(kinds.map((kind) => [kind, degradationKind(kind).levels])),
      },
    };
  },
});
