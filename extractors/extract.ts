/**
 * Extraction: hidden states and answers of a contrast set, from a checkpoint into a folder; resumable and keyed by
 * content.
 */
import type { Answer } from '../core/artifacts/answers.ts';
import type { ContrastSet } from '../core/artifacts/contrast-set.ts';
import type { HiddenStates, StatesHeader } from '../core/artifacts/hidden-states.ts';
import type { Intervention } from '../core/artifacts/intervention.ts';
import { PlumblineError } from '../core/errors.ts';
import { hashValue } from '../core/formats/hash.ts';
import { openHiddenStates, shardRows } from '../core/formats/hidden-states.ts';
import type { OnProgress } from '../core/progress.ts';
import { checkpointHash, type Checkpoint } from './checkpoint/open.ts';
import { makePlan, type Plan, planKey, type PlanOptions, selectionsOf } from './plan.ts';
import type { Visual, VisualRef } from './families/family.ts';
import { visualKey } from './families/layout.ts';
import { blankVisual, loadVisuals } from './run/visuals.ts';
import { checkDevice, type Device } from './run/device.ts';
import { Scorer } from './run/score.ts';
import { runItems } from './run/shard.ts';
import type { ShardContext, ShardItem } from './run/target.ts';
import { SimilarityScorer } from './run/similarity.ts';
import { TextRunner } from './run/text.ts';
import { VisionRunner } from './run/vision.ts';
import {
  emptyShard,
  finishedShard,
  finishedStates,
  finishFolder,
  reopenFolder,
  rowsPerShard,
  writeShard,
  type WrittenType,
} from './store.ts';

export interface ExtractOptions extends PlanOptions {
  readonly checkpoint: Checkpoint;
  readonly set: ContrastSet;
  /** Folder for states and answers; made when missing. */
  readonly directory: string;
  /**
   * Changes text layers while they are run; states of later layers, and the answers, are those of the changed model.
   */
  readonly intervention?: Intervention;
  /**
   * How values are stored; defaults to *float32*. float16 halves the files and is refused where a value is beyond its
   * range.
   */
  readonly dtype?: WrittenType;
  /**
   * Rows a shard, and the most that one share of a sweep can be split into; defaults to *512, or as many as fit into 64
   * MiB*.
   */
  readonly rowsPerShard?: number;
  /** Where the graphs run; defaults to *cpu*. Others may differ in the last digits. */
  readonly device?: Device;
  /**
   * Whether questions about the same pictures share the pass over what their prompts begin with; defaults to *true*.
   * Only where the decoder takes a cache.
   */
  readonly sharePrefixes?: boolean;
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

export interface Extraction {
  readonly states: HiddenStates;
  /** Aligned with the rows; empty for a vision encoder alone. */
  readonly answers: readonly Answer[];
  /** Whether everything was there already. */
  readonly reused: boolean;
}

const CHUNK_BYTES = 64 << 20;
const VISION_BATCH = 16;
const TEXT_BATCH = 32;
const FLOAT = 4;

/** Part `index` (from 1) of `of` parts. */
export interface Share {
  readonly index: number;
  readonly of: number;
}

export interface ShareResult {
  /** Shards of this share, made now or there already, of all that the extraction has. */
  readonly shards: number;
  readonly allShards: number;
  /** The whole extraction, when no other share is missing. */
  readonly finished: Extraction | null;
}

/**
 * Reads hidden states at every layer and selection, and the score of every option, for all items of a contrast set.
 * Shards are written as they are finished, so a second call with the same inputs reads the folder, and one after an
 * interruption goes on. Batches have fixed boundaries inside a shard: a resumed run gives the same bytes as an
 * undisturbed one on the same machine.
 * @throws PlumblineError on damaged checkpoints, undecodable pictures, NaN in a layer or the logits, a full disk; the
 * signal's reason when aborted
 */
export async function extract(options: ExtractOptions): Promise<Extraction> {
  const { finished } = await extractShare(options, { index: 1, of: 1 });
  if (finished === null)
    throw new PlumblineError('folder-in-use', 'another extraction wrote into this folder at the same time', {
      where: options.directory,
      hint: 'give each extraction its own folder, and run this one again',
    });
  return finished;
}

/**
 * Does the shards of one share only: every `of`-th, from `index` on. Shares need nothing of one another and may run
 * anywhere at any time; they merge by lying in the same folder. The one that finds all shards there finishes the
 * folder; `extract` does so too, and makes what is missing.
 */
export async function extractShare(options: ExtractOptions, share: Share): Promise<ShareResult> {
  const { checkpoint, set, directory, signal, device = 'cpu' } = options;
  signal?.throwIfAborted();
  if (options.intervention !== undefined && checkpoint.text === null)
    throw new PlumblineError(
      'unsupported-intervention',
      'a vision encoder alone can’t be intervened on: its pictures are run once for all questions',
      { where: checkpoint.name, hint: 'interventions act on the layers of a language model' },
    );
  const plan = makePlan(checkpoint, set, options);
  const hash = await checkpointHash(checkpoint, signal);
  const dtype = options.dtype ?? 'float32';
  if (options.rowsPerShard !== undefined && !(Number.isSafeInteger(options.rowsPerShard) && options.rowsPerShard > 0))
    throw new PlumblineError('bad-option', `${options.rowsPerShard} rows a shard`, {
      where: checkpoint.name,
      hint: 'give a whole number from 1 up',
    });
  if (!(
    Number.isSafeInteger(share.index) &&
    Number.isSafeInteger(share.of) &&
    share.index >= 1 &&
    share.index <= share.of
  ))
    throw new PlumblineError('bad-option', `there is no share ${share.index} of ${share.of}`, {
      where: checkpoint.name,
      hint: 'shares are counted from 1: 1/4, 2/4, 3/4, 4/4',
    });
  const stored = {
    dtype,
    rowsPerShard: options.rowsPerShard ?? null,
    ...(options.intervention && { intervention: options.intervention.hash }),
    ...(device !== 'cpu' && { device }),
    ...(options.sharePrefixes === false && { sharePrefixes: false }),
  };
  const key = hashValue({ plan: planKey(plan, hash, set.header.hash), ...stored });
  const known = await finishedStates(directory, key);
  if (known !== null) {
    const allShards = shardRows(known.states.header).length;
    return { shards: ownShards(allShards, share).length, allShards, finished: { ...known, reused: true } };
  }

  const pictures = plan.items.some(({ images }) => images.length > 0);
  const ofText = plan.layers.filter(({ part }) => part === 'text');
  let vision: ShardContext['vision'] = null;
  let text: ShardContext['text'] = null;
  try {
    checkDevice(device);
    const ofVision = plan.layers.filter(({ part }) => part !== 'text');
    if (checkpoint.vision !== null && pictures)
      vision = {
        part: checkpoint.vision,
        runner: await VisionRunner.open(checkpoint.vision, ofVision, { features: checkpoint.text !== null, device }),
      };
    if (checkpoint.text !== null) {
      const { similarity } = checkpoint.text;
      const share = options.sharePrefixes !== false && vision !== null && similarity === undefined && asksTwice(plan);
      text = {
        part: checkpoint.text,
        runner: await TextRunner.open(checkpoint.text, ofText, {
          intervention: options.intervention ?? null,
          device,
          share,
        }),
        scorer: new Scorer(checkpoint.text),
        similarity:
          vision !== null && similarity !== undefined
            ? await SimilarityScorer.open(checkpoint.text, vision.part, device)
            : null,
      };
    }
    const runner = vision?.runner;
    const available =
      runner === undefined ? ofText : plan.layers.map((layer) => ({ ...layer, width: runner.widthOf(layer) }));
    const selections = new Map(
      available.map((layer) => [
        layer.name,
        selectionsOf(plan, checkpoint, layer, vision?.runner.hasClassToken(layer) ?? false),
      ]),
    );
    const layers = available.filter(({ name }) => selections.get(name)!.length > 0);
    if (layers.length === 0)
      throw new PlumblineError('nothing-selected', 'no layer has any of the selections asked for', {
        where: checkpoint.name,
        hint: 'text layers have last, mean, words:k, token:N and, beside pictures, patches:k and image; vision layers patches:k, image and cls',
      });
    const header: StatesHeader = {
      format: 'plumbline-hidden-states',
      version: 1,
      key,
      checkpoint: { name: checkpoint.name, hash },
      set: { name: set.header.name, hash: set.header.hash },
      dtype,
      rows: plan.items.length,
      rowsPerShard: options.rowsPerShard ?? rowsPerShard(layers, Object.fromEntries(selections)),
      layers,
      selections: Object.fromEntries(layers.map(({ name }) => [name, selections.get(name)!])),
    };
    await reopenFolder(directory, key);
    const intervention = options.intervention && {
      edits: options.intervention.header.edits,
      rows: new Map(options.intervention.header.items.map((item, row) => [item, row])),
    };
    const context: ShardContext = {
      checkpoint,
      layers,
      selections,
      vision,
      text,
      intervention: intervention ?? null,
      ...batchSizes(checkpoint),
      signal,
    };
    const allShards = shardRows(header).length;
    const own = ownShards(allShards, share);
    await fillShards(context, plan, header, own, options);
    const answers = await finishFolder(directory, header, plan.items);
    return {
      shards: own.length,
      allShards,
      finished: answers === null ? null : { states: await openHiddenStates(directory), answers, reused: false },
    };
  } finally {
    await vision?.runner.release();
    await text?.runner.release();
    await text?.similarity?.release();
  }
}

const ownShards = (shards: number, { index, of }: Share): number[] =>
  Array.from({ length: shards }, (_, i) => i).filter((i) => i % of === index - 1);

/** Whether there are several questions about the same pictures. */
function asksTwice({ items }: Plan): boolean {
  const seen = items.filter(({ images }) => images.length > 0).map(({ images }) => images.join());
  return new Set(seen).size < seen.length;
}

/**
 * Batches of one where weights are quantised on the fly: DynamicQuantizeLinear's scale spans the batch (methods §7).
 */
function batchSizes({ vision, text }: Checkpoint): Pick<ShardContext, 'visionBatch' | 'textBatch'> {
  const dynamic = [vision?.graph, text?.decoder].some(
    (graph) => graph?.model.graph.nodes.some(({ op }) => op === 'DynamicQuantizeLinear') ?? false,
  );
  return {
    visionBatch: dynamic || vision?.batchable === false ? 1 : VISION_BATCH,
    textBatch: dynamic ? 1 : TEXT_BATCH,
  };
}

/** Visuals whose features and pixels are held at once. */
function visualsAtOnce({ vision, layers }: Checkpoint): number {
  if (vision === null) return 1;
  const { feeds, features } = blankVisual(vision);
  const featureWidth = layers.find(({ part }) => part === 'projector')?.width ?? 0;
  const bytes =
    FLOAT *
    (Object.values(feeds).reduce((sum, { values }) => sum + values.length, 0) + (features?.length ?? 0) * featureWidth);
  const count = Math.min(4 * VISION_BATCH, Math.floor(CHUNK_BYTES / bytes));
  return count >= VISION_BATCH ? count - (count % VISION_BATCH) : Math.max(1, count);
}

interface Chunk {
  readonly shard: number;
  readonly visuals: readonly VisualRef[];
  readonly items: readonly ShardItem[];
  readonly lastOfShard: boolean;
}

/** The work of one shard: items with the same visuals together, a few visuals at a time. */
function chunksOfShard(
  plan: Plan,
  vision: Checkpoint['vision'],
  shard: number,
  first: number,
  rows: number,
  atOnce: number,
): Chunk[] {
  const groups = new Map<string, { visuals: readonly VisualRef[]; items: ShardItem[] }>();
  plan.items.slice(first, first + rows).forEach((item, row) => {
    const visuals = vision?.visuals(item) ?? [];
    const key = visuals.map(visualKey).join();
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { visuals, items: [{ item, row, visuals }] });
    else group.items.push({ item, row, visuals });
  });
  const chunks: { visuals: Map<string, VisualRef>; items: ShardItem[] }[] = [];
  for (const { visuals, items } of groups.values()) {
    let chunk = chunks.at(-1);
    const fresh = visuals.filter((ref) => !(chunk?.visuals.has(visualKey(ref)) ?? false)).length;
    if (chunk === undefined || (chunk.visuals.size > 0 && chunk.visuals.size + fresh > atOnce))
      chunks.push((chunk = { visuals: new Map(), items: [] }));
    for (const ref of visuals) chunk.visuals.set(visualKey(ref), ref);
    chunk.items.push(...items);
  }
  return chunks.map(({ visuals, items }, i) => ({
    shard,
    visuals: [...visuals.values()],
    items,
    lastOfShard: i === chunks.length - 1,
  }));
}

async function fillShards(
  context: ShardContext,
  plan: Plan,
  header: StatesHeader,
  own: readonly number[],
  { set, directory, onProgress, signal }: ExtractOptions,
): Promise<void> {
  const stage = `extract ${context.checkpoint.name}`;
  const sizes = shardRows(header);
  const total = own.reduce((sum, shard) => sum + sizes[shard], 0);
  const work: Chunk[] = [];
  const atOnce = visualsAtOnce(context.checkpoint);
  let done = 0;
  for (const shard of own) {
    if (await isThere(directory, shard, header)) done += sizes[shard];
    else
      work.push(
        ...chunksOfShard(plan, context.vision?.part ?? null, shard, shard * header.rowsPerShard, sizes[shard], atOnce),
      );
  }
  const report = (): void => onProgress?.({ stage, done, total, unit: 'items' });
  report();
  const load = (chunk: Chunk | undefined): Promise<Visual[]> => {
    const loading =
      chunk === undefined || context.vision === null
        ? Promise.resolve([])
        : loadVisuals(context.vision.part, set.directory, chunk.visuals, set.header.imageHashes);
    // Awaited when its turn comes; until then a failure must not count as unhandled.
    loading.catch(() => undefined);
    return loading;
  };
  let next = load(work[0]);
  let target = { tensors: new Map<string, Float32Array>(), answers: [] as (Answer | undefined)[] };
  let skipped = -1;
  for (const [i, chunk] of work.entries()) {
    signal?.throwIfAborted();
    const visuals = await next;
    next = load(work[i + 1]);
    if (work[i - 1]?.shard !== chunk.shard) {
      // Another process on the same folder may have made it meanwhile.
      if (i > 0 && (await isThere(directory, chunk.shard, header))) skipped = chunk.shard;
      else target = { tensors: emptyShard(header.layers, header.selections, sizes[chunk.shard]), answers: [] };
    }
    if (chunk.shard !== skipped) await runItems(context, visuals, chunk.items, target);
    done += chunk.items.length;
    if (chunk.lastOfShard && chunk.shard !== skipped)
      await writeShard(directory, chunk.shard, header, {
        rows: sizes[chunk.shard],
        tensors: target.tensors,
        answers: target.answers.filter((answer) => answer !== undefined),
      });
    report();
  }
}

const isThere = async (directory: string, shard: number, { key }: StatesHeader): Promise<boolean> =>
  (await finishedShard(directory, shard, key)) !== null;
