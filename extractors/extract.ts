/** Extraction: hidden states and answers of a contrast set, from a checkpoint into a folder; resumable and keyed by content. */
import type { Answer } from '../core/artifacts/answers.ts';
import { imageOf, type ContrastSet } from '../core/artifacts/contrast-set.ts';
import type { HiddenStates, Layer, Selection, StatesHeader } from '../core/artifacts/hidden-states.ts';
import { PlumblineError } from '../core/errors.ts';
import { openHiddenStates, shardRows } from '../core/formats/hidden-states.ts';
import type { OnProgress } from '../core/progress.ts';
import { checkpointHash, type Checkpoint } from './checkpoint/open.ts';
import { makePlan, type Plan, planKey, type PlanOptions, selectionsOf } from './plan.ts';
import { loadPictures, type Picture } from './run/pictures.ts';
import { Scorer } from './run/score.ts';
import { chunks, runPictures, type ShardContext, type ShardItem } from './run/shard.ts';
import { TextRunner } from './run/text.ts';
import { VisionRunner } from './run/vision.ts';
import { emptyShard, finishedShard, finishedStates, finishFolder, reopenFolder, writeShard } from './store.ts';

export interface ExtractOptions extends PlanOptions {
  readonly checkpoint: Checkpoint;
  readonly set: ContrastSet;
  /** Folder for states and answers; made when missing. */
  readonly directory: string;
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

const MAX_ROWS_PER_SHARD = 512;
const SHARD_BYTES = 64 << 20;
const CHUNK_BYTES = 64 << 20;
const VISION_BATCH = 16;
const TEXT_BATCH = 32;
const FLOAT = 4;

/**
 * Reads hidden states at every layer and selection, and the score of every option, for all items of a contrast set.
 * Shards are written as they are finished, so a second call with the same inputs reads the folder, and one after an interruption goes on.
 * Batches have fixed boundaries inside a shard: a resumed run gives the same bytes as an undisturbed one on the same machine.
 * @throws PlumblineError on damaged checkpoints, undecodable pictures, NaN in a layer or the logits, a full disk; the signal's reason when aborted
 */
export async function extract(options: ExtractOptions): Promise<Extraction> {
  const { checkpoint, set, directory, signal } = options;
  signal?.throwIfAborted();
  const plan = makePlan(checkpoint, set, options);
  const hash = await checkpointHash(checkpoint, signal);
  const key = planKey(plan, hash, set.header.hash);
  const finished = await finishedStates(directory, key);
  if (finished !== null) return { ...finished, reused: true };

  const vision = await VisionRunner.open(checkpoint, plan.layers.filter(({ part }) => part !== 'text'));
  let text: ShardContext['text'] = null;
  try {
    if (checkpoint.text !== null) text = { runner: await TextRunner.open(checkpoint.text, plan.layers.filter(({ part }) => part === 'text')), scorer: new Scorer(checkpoint.text.prompt) };
    const selections = new Map(plan.layers.map((layer) => [layer.name, selectionsOf(plan, layer, vision.prefix > 0)]));
    const layers = plan.layers.filter(({ name }) => selections.get(name)!.length > 0);
    if (layers.length === 0) throw new PlumblineError('nothing-selected', 'no layer has any of the selections asked for', { where: checkpoint.name, hint: 'text layers have last, words:k and patches:k; vision layers patches:k, image and cls' });
    const header: StatesHeader = {
      format: 'plumbline-hidden-states',
      version: 1,
      key,
      checkpoint: { name: checkpoint.name, hash },
      set: { name: set.header.name, hash: set.header.hash },
      dtype: 'float32',
      rows: plan.items.length,
      rowsPerShard: rowsPerShard(layers, selections),
      layers,
      selections: Object.fromEntries(layers.map(({ name }) => [name, selections.get(name)!])),
    };
    await reopenFolder(directory);
    const context: ShardContext = { checkpoint, layers, selections, vision, text, ...batchSizes(checkpoint), signal };
    const answers = await fillShards(context, plan, header, options);
    await finishFolder(directory, header, plan.items, answers);
    return { states: await openHiddenStates(directory), answers, reused: false };
  } finally {
    await vision.release();
    await text?.runner.release();
  }
}

function rowsPerShard(layers: readonly Layer[], selections: ReadonlyMap<string, readonly Selection[]>): number {
  const bytes = layers.reduce((sum, { name, width }) => sum + width * FLOAT * selections.get(name)!.length, 0);
  return Math.max(1, Math.min(MAX_ROWS_PER_SHARD, Math.floor(SHARD_BYTES / bytes)));
}

/** Batches of one where weights are quantised on the fly: DynamicQuantizeLinear's scale spans the batch (methods §7). */
function batchSizes({ vision, text }: Checkpoint): Pick<ShardContext, 'visionBatch' | 'textBatch'> {
  const dynamic = [vision.graph, ...(text === null ? [] : [text.decoder])].some(({ model }) => model.graph.nodes.some(({ op }) => op === 'DynamicQuantizeLinear'));
  return dynamic ? { visionBatch: 1, textBatch: 1 } : { visionBatch: VISION_BATCH, textBatch: TEXT_BATCH };
}

/** Pictures whose features and pixels are held at once. */
function picturesAtOnce({ vision, text, layers }: Checkpoint): number {
  const { width, height } = vision.processor.output;
  const featureWidth = layers.find(({ part }) => part === 'projector')?.width ?? 0;
  const bytes = FLOAT * (3 * width * height + (text?.prompt.imageTokens ?? 0) * featureWidth);
  const count = Math.min(4 * VISION_BATCH, Math.floor(CHUNK_BYTES / bytes));
  return count >= VISION_BATCH ? count - (count % VISION_BATCH) : Math.max(1, count);
}

interface Chunk {
  readonly shard: number;
  readonly images: readonly string[];
  readonly items: ReadonlyMap<string, readonly ShardItem[]>;
  readonly lastOfShard: boolean;
}

/** The work of one shard: its items by picture, a few pictures at a time. */
function chunksOfShard(plan: Plan, shard: number, first: number, rows: number, atOnce: number): Chunk[] {
  const items = new Map<string, ShardItem[]>();
  plan.items.slice(first, first + rows).forEach((item, row) => {
    const list = items.get(imageOf(item));
    if (list === undefined) items.set(imageOf(item), [{ item, row }]);
    else list.push({ item, row });
  });
  const parts = chunks([...items.keys()], atOnce);
  return parts.map((images, i) => ({ shard, images, items, lastOfShard: i === parts.length - 1 }));
}

async function fillShards(context: ShardContext, plan: Plan, header: StatesHeader, { set, directory, onProgress, signal }: ExtractOptions): Promise<Answer[]> {
  const stage = `extract ${context.checkpoint.name}`;
  const sizes = shardRows(header);
  const answers: Answer[][] = [];
  const work: Chunk[] = [];
  let done = 0;
  for (const [shard, rows] of sizes.entries()) {
    const kept = await finishedShard(directory, shard, header.key);
    if (kept !== null) {
      answers[shard] = kept;
      done += rows;
    } else work.push(...chunksOfShard(plan, shard, shard * header.rowsPerShard, rows, picturesAtOnce(context.checkpoint)));
  }
  const report = (): void => onProgress?.({ stage, done, total: header.rows, unit: 'items' });
  report();
  const load = (chunk: Chunk | undefined): Promise<Picture[]> => {
    const loading = chunk === undefined ? Promise.resolve([]) : loadPictures(context.checkpoint.vision, set.directory, chunk.images);
    // Awaited when its turn comes; until then a failure must not count as unhandled.
    loading.catch(() => undefined);
    return loading;
  };
  let next = load(work[0]);
  let target = { tensors: new Map<string, Float32Array>(), answers: [] as (Answer | undefined)[] };
  for (const [i, chunk] of work.entries()) {
    signal?.throwIfAborted();
    const pictures = await next;
    next = load(work[i + 1]);
    if (work[i - 1]?.shard !== chunk.shard) target = { tensors: emptyShard(header.layers, context.selections, sizes[chunk.shard]), answers: [] };
    await runPictures(context, pictures, chunk.items, target);
    done += chunk.images.reduce((sum, image) => sum + chunk.items.get(image)!.length, 0);
    if (chunk.lastOfShard) {
      answers[chunk.shard] = target.answers.filter((answer) => answer !== undefined);
      await writeShard(directory, chunk.shard, header.key, { rows: sizes[chunk.shard], tensors: target.tensors, answers: answers[chunk.shard] });
    }
    report();
  }
  return answers.flat();
}
