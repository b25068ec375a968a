/** An extraction with the time that it took, for plans of later runs. */
import { extract, type Extraction, type ExtractOptions } from '../../extractors/index.ts';
import { DoneCounter, MACHINE, sizeOfLayers, type Timing } from '../estimate/timings.ts';

/** As `extract`; no timing where everything was there already. What an earlier call had finished isn't counted. */
export async function timedExtraction(
  options: ExtractOptions,
): Promise<Extraction & { readonly timings: readonly Timing[] }> {
  const counter = new DoneCounter();
  const begin = performance.now();
  const extraction = await extract({
    ...options,
    onProgress: (progress) => {
      counter.note(progress);
      options.onProgress?.(progress);
    },
  });
  const seconds = (performance.now() - begin) / 1000;
  const { checkpoint, layers } = extraction.states.header;
  // Other devices are as good as other machines.
  const counts = counter.done > 0 && (options.device ?? 'cpu') === 'cpu';
  return {
    ...extraction,
    timings: counts
      ? [
          {
            step: 'extract',
            name: '',
            checkpoint: checkpoint.hash,
            generator: options.set.header.generator,
            items: counter.done,
            ...sizeOfLayers(layers),
            seconds,
            machine: MACHINE,
          },
        ]
      : [],
  };
}
