/**
 * Runs the questions of some items through the language model: those about the same pictures share the pass over what
 * their prompts begin with.
 */
import type { Layer, Selection } from '../../core/artifacts/hidden-states.ts';
import type { Prompt, TextPart, Visual } from '../families/family.ts';
import { visualKey } from '../families/layout.ts';
import { phrasePositions } from '../prompt/phrase.ts';
import type { Prefix } from './cache.ts';
import { positionsOf } from './positions.ts';
import { logSumExp, notFinite, scoreSequences } from './score.ts';
import { promptsAtOnce, sharedLength } from './sharing.ts';
import { chunks, copyRow, type ShardContext, type ShardItem, type ShardTarget, wrongWidth } from './target.ts';
import type { TextExample } from './text-batch.ts';

type TextContext = NonNullable<ShardContext['text']>;

interface Question {
  readonly shardItem: ShardItem;
  readonly prompt: Prompt;
  readonly example: TextExample;
  /** Selection → which of the example's pools it is. */
  readonly pools: ReadonlyMap<Selection, number>;
}

/** What a question goes on from: the row of its pictures in the prefix, and the prefix's part of its pooled rows. */
interface Beginning {
  readonly prefix: Prefix;
  readonly row: number;
  pooled(layer: Layer, positions: readonly number[]): Float32Array | null;
}

/** All `items`, in fixed batches of equal length, in order. `visuals` and `features` are by the visuals' keys. */
export async function runQuestions(
  context: ShardContext,
  text: TextContext,
  items: readonly ShardItem[],
  visuals: ReadonlyMap<string, Visual>,
  features: ReadonlyMap<string, Float32Array>,
  target: ShardTarget,
): Promise<void> {
  const questions = items.map((shardItem) => {
    const keys = shardItem.visuals.map(visualKey);
    return prepare(
      context,
      text.part,
      shardItem,
      keys.map((key) => visuals.get(key)!),
      keys.map((key) => features.get(key)!),
    );
  });
  const { cache } = text.runner;
  const atOnce = (length: number): number =>
    cache === null ? context.textBatch : promptsAtOnce(cache.bytesPerToken, length, context.textBatch);
  const alone: Question[] = [];
  const beginningAlike: { group: Question[]; length: number }[] = [];
  for (const group of grouped(questions, ({ shardItem }) => shardItem.visuals.map(visualKey).join())) {
    const length =
      cache === null || group.length < 2
        ? 0
        : sharedLength(
            group.map(({ example }) => example),
            context.intervention?.edits ?? [],
          );
    if (length === 0) alone.push(...group);
    else beginningAlike.push({ group, length });
  }
  for (const same of grouped(alone, ({ example }) => example.ids.length))
    for (const batch of chunks(same, atOnce(same[0].example.ids.length)))
      await runBatch(
        context,
        text,
        batch.map((question) => ({ question, beginning: null })),
        target,
      );
  for (const same of grouped(beginningAlike, ({ length }) => length)) {
    const [{ length }] = same;
    for (const some of chunks(same, atOnce(length))) {
      context.signal?.throwIfAborted();
      const begun = await begin(
        text,
        some.map(({ group }) => group),
        length,
      );
      for (const equal of grouped(begun, ({ question }) => question.example.ids.length))
        for (const batch of chunks(equal, cache!.single ? 1 : atOnce(equal[0].question.example.ids.length)))
          await runBatch(context, text, batch, target);
    }
  }
}

function grouped<T>(values: readonly T[], key: (value: T) => string | number): T[][] {
  const groups = new Map<string | number, T[]>();
  for (const value of values) {
    const group = groups.get(key(value));
    if (group === undefined) groups.set(key(value), [value]);
    else group.push(value);
  }
  return [...groups.values()];
}

function prepare(
  context: ShardContext,
  part: TextPart,
  shardItem: ShardItem,
  visuals: readonly Visual[],
  features: readonly Float32Array[],
): Question {
  const { item } = shardItem;
  const prompt = part.prompt(item, visuals);
  const last = prompt.ids.length - 1;
  const wanted = new Set(
    context.layers.filter((layer) => layer.part === 'text').flatMap(({ name }) => context.selections.get(name) ?? []),
  );
  const edits = context.intervention?.edits ?? [];
  const named = [...wanted, ...edits.map(({ tokens }) => tokens)].some((selection) => selection.startsWith('words'))
    ? phrasePositions(
        part.tools,
        prompt,
        item.objects.slice(0, 2).map(({ name }) => name),
      )
    : [];
  const rows = new Map<Selection, number>();
  const pools: number[][] = [];
  for (const selection of wanted)
    rows.set(selection, pools.push(positionsOf(selection, shardItem, prompt, visuals, named, last)) - 1);
  const edited = edits.map(({ tokens }) => ({
    positions:
      tokens === 'all' ? prompt.ids.map((_, i) => i) : positionsOf(tokens, shardItem, prompt, visuals, named, last),
    row: context.intervention!.rows.get(item.item) ?? null,
  }));
  return {
    shardItem,
    prompt,
    pools: rows,
    example: { ids: prompt.ids, prompt, visuals, features, pools, heads: [last], edited },
  };
}

interface Begun {
  readonly question: Question;
  readonly beginning: Beginning | null;
}

/** Runs what the questions of each group begin with, `length` tokens. */
async function begin(
  { runner }: TextContext,
  groups: readonly (readonly Question[])[],
  length: number,
): Promise<Begun[]> {
  const lists = groups.map(
    (group) =>
      new Map(
        group
          .flatMap(({ example }) => example.pools)
          .filter((positions) => positions.some((position) => position < length))
          .map((positions) => [positions.join(), positions]),
      ),
  );
  const { prefix, pooled } = await runner.runPrefix(
    groups.map(([{ example }], i) => ({ ...example, pools: [...lists[i].values()] })),
    length,
  );
  const stride = Math.max(1, ...lists.map(({ size }) => size));
  return groups.flatMap((group, row) => {
    const number = new Map([...lists[row].keys()].map((key, i) => [key, i]));
    const beginning: Beginning = {
      prefix,
      row,
      pooled(layer, positions) {
        const at = number.get(positions.join());
        return at === undefined
          ? null
          : pooled.get(layer.name)!.subarray((row * stride + at) * layer.width, (row * stride + at + 1) * layer.width);
      },
    };
    return group.map((question) => ({ question, beginning }));
  });
}

/**
 * Runs prompts of equal length, which go on from rows of one prefix or from nothing, and fills their rows and answers.
 */
async function runBatch(
  context: ShardContext,
  { part, runner, scorer }: TextContext,
  batch: readonly Begun[],
  target: ShardTarget,
): Promise<void> {
  context.signal?.throwIfAborted();
  const scorings =
    part.output === null
      ? []
      : batch.map(({ question: { shardItem, prompt } }) => scorer.scoring(shardItem.item, prompt));
  const vocabulary = [
    ...new Set(scorings.flatMap((scoring) => (scoring.kind === 'first-token' ? scoring.tokens.flat() : []))),
  ];
  const index = new Map(vocabulary.map((token, i) => [token, i]));
  const prefix = batch[0].beginning?.prefix;
  const from = prefix?.length ?? 0;
  const own = batch.map(({ question: { example } }) => {
    const kept = example.pools
      .map((positions, i) => ({ positions, i }))
      .filter(({ positions }) => from === 0 || positions.some((position) => position >= from));
    return {
      example: { ...example, pools: kept.map(({ positions }) => positions) },
      rowOf: new Map(kept.map(({ i }, row) => [i, row])),
    };
  });
  const output = await runner.run(
    own.map(({ example }) => example),
    vocabulary,
    prefix && { prefix, rows: batch.map(({ beginning }) => beginning!.row) },
  );
  const stride = Math.max(1, ...own.map(({ example }) => example.pools.length));
  for (const layer of context.layers.filter((candidate) => candidate.part === 'text')) {
    const pooled = output.pooled.get(layer.name)!;
    const found = pooled.length / (batch.length * stride);
    if (found !== layer.width) throw wrongWidth(layer, found);
    batch.forEach(({ question, beginning }, i) => {
      for (const selection of context.selections.get(layer.name) ?? []) {
        const pool = question.pools.get(selection)!;
        const row = own[i].rowOf.get(pool);
        const late =
          row === undefined ? null : pooled.subarray((i * stride + row) * found, (i * stride + row + 1) * found);
        const early = beginning?.pooled(layer, question.example.pools[pool]) ?? null;
        copyRow(context, target, layer, selection, question.shardItem, sum(early, late, found));
      }
    });
  }
  if (part.output === null) return;
  for (const [i, { question, beginning }] of batch.entries()) {
    const { item, row } = question.shardItem;
    const scoring = scorings[i];
    const where = `${context.checkpoint.directory}/${part.decoder.file}`;
    if (!Number.isFinite(output.normalisers[i])) throw notFinite(`the logits for ${item.item}`, where);
    const scores =
      scoring.kind === 'first-token'
        ? scoring.tokens.map((tokens) =>
            logSumExp(tokens.map((token) => output.logits[i * vocabulary.length + index.get(token)!])),
          )
        : await scoreSequences(
            runner,
            question.example,
            scoring.sequences,
            `${where}: ${item.item}`,
            beginning ?? undefined,
          );
    target.answers[row] = {
      item: item.item,
      scores: Object.fromEntries(item.options.map((option, k) => [option, scores[k]])),
    };
  }
}

/** The two parts of a mean; zeros for a mean over nothing. */
function sum(early: Float32Array | null, late: Float32Array | null, width: number): Float32Array {
  if (early === null || late === null) return early ?? late ?? new Float32Array(width);
  return early.map((value, j) => value + late[j]);
}
