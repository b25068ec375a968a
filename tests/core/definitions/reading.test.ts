import { describe, expect, it } from 'vitest';
import type { AnalysisContext } from '../../../core/definitions/analysis.ts';
import type { HiddenStates, ReadSelection } from '../../../core/artifacts/hidden-states.ts';
import { ANALYSES } from '../../../study/analyses.ts';
import { goldenContext } from '../../goldens/inputs.ts';

/** The same rows at every token position, which the header says it holds. */
async function heldAt(selection: ReadSelection): Promise<AnalysisContext> {
  const context = await goldenContext('probes');
  const { states } = context;
  const everywhere: HiddenStates = { ...states, has: () => true, read: (layer) => states.read(layer, 'last') };
  return { ...context, states: everywhere, selection, layers: ['text.1'] };
}
const run = async (name: string, selection: ReadSelection): Promise<{ selection: string; layers?: object[] }> => {
  const definition = ANALYSES[name];
  const result = await definition.run(await heldAt(selection), definition.options.parse({}) as never);
  return definition.schema.parse(result) as { selection: string; layers?: object[] };
};

describe('token positions', () => {
  it.each(['cls', 'mean', 'image', 'token:3', 'words:2'] as const)('%s is read as any other', async (selection) => {
    for (const name of ['probes', 'ridge-probes', 'cka', 'state-pca', 'geometry']) {
      const [here, last] = [await run(name, selection), await run(name, 'last')];
      expect(here.selection, name).toBe(selection);
      // Ridge targets are of the object that the position belongs to.
      if (name !== 'ridge-probes') expect({ ...here, selection: 'last' }, name).toEqual(last);
    }
  });

  it('of both objects are put side by side by probes, and read at the first by what reads one row', async () => {
    expect((await run('class-probes', 'patches')).selection).toBe('patches');
    expect((await run('rsa', 'patches')).selection).toBe('patches:1');
    expect((await run('geometry', 'words')).selection).toBe('words:1');
  });

  it('at the object asked about are for analyses of deltas', async () => {
    expect((await run('geometry', 'patches:asked')).selection).toBe('patches:asked');
    expect((await run('delta-pca', 'patches:asked')).selection).toBe('patches:asked');
    for (const name of ['probes', 'cka', 'state-pca'])
      await expect(run(name, 'patches:asked'), name).rejects.toMatchObject({ code: 'no-selection' });
  });
});

it('what is not there is asked for', async () => {
  const context = { ...(await goldenContext('cause')), checkpoint: null, answers: null };
  for (const [name, code] of [
    ['cause', 'input-missing'],
    ['correspondence', 'input-missing'],
    ['behaviour', 'answers-missing'],
    ['cka-between', 'input-missing'],
    ['comparison', 'input-missing'],
    ['transfer', 'input-missing'],
  ]) {
    const definition = ANALYSES[name];
    expect(definition.appliesTo(context, definition.options.parse({}) as never), name).toBe(false);
    const running = (async () => definition.run(context, definition.options.parse({}) as never))();
    await expect(running, name).rejects.toMatchObject({ code });
  }
});
