/**
 * Token embeddings and decoder, with layers pooled in the graph, the language-model head only where an answer is read,
 * and the beginnings of prompts shared through the cache.
 */
import type { Layer } from '../../core/artifacts/hidden-states.ts';
import type { Intervention } from '../../core/artifacts/intervention.ts';
import { PlumblineError } from '../../core/errors.ts';
import type { Feed, Feeds, TextPart } from '../families/family.ts';
import { realInputs } from '../checkpoint/graph-file.ts';
import { type AppliedIntervention, applyIntervention, type EditedTokens } from '../interventions/apply.ts';
import { segment } from '../layers/residual.ts';
import type { GraphEdit } from '../onnx/edit.ts';
import type { NewNode } from '../onnx/encode.ts';
import { DATA_TYPE, type OnnxNode } from '../onnx/model.ts';
import { CACHE_ROW, cacheEdit, cachePlan, type CachePlan, type Prefix } from './cache.ts';
import { sharesRightly } from './cache-trial.ts';
import type { Device } from './device.ts';
import { POOL_INPUT, pooledName, poolInput, poolNodes, setPartOfMean } from './pool.ts';
import { floatsOf, type GraphSession, openSession } from './session.ts';
import type { SharedPrefix, TextExample, TextOutput } from './text-batch.ts';

export interface TextOptions {
  readonly threads?: number;
  readonly device?: Device;
  readonly intervention?: Intervention | null;
  /** Whether beginnings of prompts are to be shared, where the decoder can: `TextRunner.cache` tells. */
  readonly share?: boolean;
}

const HEAD_INPUT = 'plumbline.head';
const HEAD_STATES = 'plumbline.head.states';
const HEAD_LOGITS = 'plumbline.head.logits';
const VOCABULARY = 'plumbline.vocabulary';
const LOGITS = 'plumbline.logits';
const NORMALISER = 'plumbline.normaliser';
const LAST_AXIS = 'plumbline.last-axis';
const EMBEDDINGS = 'plumbline.embeddings';

/** Ops that treat each token by itself, so that the head may be given some tokens only. */
const TOKENWISE = new Set([
  'MatMul',
  'FusedMatMul',
  'Add',
  'Sub',
  'Mul',
  'Div',
  'Cast',
  'Tanh',
  'Identity',
  'MatMulNBits',
  'MatMulInteger',
  'DequantizeLinear',
  'QuantizeLinear',
  'DynamicQuantizeLinear',
]);
/** GatherND with batch axes, which picks tokens in the graph's own precision. */
const GATHER_OPSET = 12;

function headEdit(part: TextPart, output: string, changed: ReadonlyMap<string, string>): GraphEdit {
  const { decoder, found } = part;
  const { end, flow, cuts } = found;
  const opset = decoder.model.opsets.get('') ?? 0;
  const early = segment(flow, cuts, end, output).every((step) => TOKENWISE.has(step.op));
  const rewire = new Map<OnnxNode, ReadonlyMap<string, string>>();
  // The chosen tokens take the place of all tokens before the head, or, where the head does more than that, of its
  // output.
  if (early)
    for (const index of flow.users.get(end) ?? [])
      if (cuts.onPath[index]) rewire.set(flow.steps[index].node, new Map([[end, HEAD_STATES]]));
  const [from, to] = early ? [changed.get(end) ?? end, HEAD_STATES] : [output, HEAD_LOGITS];
  const choose: NewNode =
    opset >= GATHER_OPSET
      ? { op: 'GatherND', inputs: [from, HEAD_INPUT], outputs: [to], attributes: { batch_dims: 1 } }
      : { op: 'MatMul', inputs: [HEAD_INPUT, from], outputs: [to] };
  const reduce: NewNode =
    opset >= 18
      ? {
          op: 'ReduceLogSumExp',
          inputs: [`${LOGITS}.float`, LAST_AXIS],
          outputs: [NORMALISER],
          attributes: { keepdims: 0 },
        }
      : {
          op: 'ReduceLogSumExp',
          inputs: [`${LOGITS}.float`],
          outputs: [NORMALISER],
          attributes: { axes: [-1], keepdims: 0 },
        };
  return {
    rewire,
    inputs: [
      {
        name: HEAD_INPUT,
        dataType: opset >= GATHER_OPSET ? DATA_TYPE.int64 : DATA_TYPE.float,
        shape: ['plumbline.batch', 'plumbline.heads', 'plumbline.head.width'],
      },
      { name: VOCABULARY, dataType: DATA_TYPE.int64, shape: ['plumbline.vocabulary.size'] },
    ],
    integers: { [LAST_AXIS]: [-1] },
    nodes: [
      choose,
      {
        op: 'Cast',
        inputs: [early ? output : HEAD_LOGITS],
        outputs: [`${LOGITS}.float`],
        attributes: { to: DATA_TYPE.float },
      },
      { op: 'Gather', inputs: [`${LOGITS}.float`, VOCABULARY], outputs: [LOGITS], attributes: { axis: 2 } },
      reduce,
    ],
    outputs: [LOGITS, NORMALISER].map((name) => ({ name, dataType: DATA_TYPE.float })),
  };
}

export class TextRunner {
  private readonly part: TextPart;
  private readonly layers: readonly Layer[];
  private readonly embed: GraphSession | null;
  private readonly decoder: GraphSession;
  private readonly applied: AppliedIntervention | null;
  /** How beginnings of prompts are shared; null where they aren't. */
  readonly cache: CachePlan | null;

  private constructor(
    part: TextPart,
    layers: readonly Layer[],
    embed: GraphSession | null,
    decoder: GraphSession,
    applied: AppliedIntervention | null,
    cache: CachePlan | null,
  ) {
    this.part = part;
    this.layers = layers;
    this.embed = embed;
    this.decoder = decoder;
    this.applied = applied;
    this.cache = cache;
  }

  /**
   * Loads embeddings and decoder with taps at the text layers `layers`, and with an intervention before anything reads
   * the layers that it changes. A cache is used only where a trial shows that prompts cut in two give what whole ones
   * give.
   */
  static async open(part: TextPart, layers: readonly Layer[], options: TextOptions = {}): Promise<TextRunner> {
    const plan = options.share === true ? cachePlan(part) : null;
    if (plan !== null) {
      const runner = await TextRunner.load(part, layers, options, plan);
      if (await sharesRightly(runner, plan)) return runner;
      await runner.release();
    }
    return TextRunner.load(part, layers, options, null);
  }

  private static async load(
    part: TextPart,
    layers: readonly Layer[],
    { threads, device, intervention = null }: TextOptions,
    plan: CachePlan | null,
  ): Promise<TextRunner> {
    const applied = intervention === null ? null : applyIntervention(intervention, part);
    const changed = applied?.renamed ?? new Map<string, string>();
    const head: GraphEdit = part.output === null ? { outputs: [] } : headEdit(part, part.output, changed);
    const cache = plan === null ? null : cacheEdit(part, plan);
    // The head's own rewiring comes last and wins: it reads the chosen tokens of what was changed.
    const rewire = joinRewires([applied?.rewire, cache?.rewire, head.rewire]);
    const embed =
      part.embed === null
        ? null
        : await openSession(
            part.embed.graph,
            {
              nodes: [
                { op: 'Cast', inputs: [part.embed.output], outputs: [EMBEDDINGS], attributes: { to: DATA_TYPE.float } },
              ],
              outputs: [{ name: EMBEDDINGS, dataType: DATA_TYPE.float }],
            },
            1,
            device,
          );
    const decoder = await openSession(
      part.decoder,
      {
        ...head,
        rewire,
        clones: applied?.clones ?? [],
        inputs: [poolInput(), ...(head.inputs ?? []), ...(applied?.inputs ?? []), ...(cache?.inputs ?? [])],
        nodes: [
          ...(applied?.nodes ?? []),
          ...(cache?.nodes ?? []),
          ...layers.flatMap(({ name, tensor }) => poolNodes(changed.get(tensor) ?? tensor, pooledName(name))),
          ...(head.nodes ?? []),
        ],
        outputs: [
          ...layers.map(({ name }) => ({ name: pooledName(name), dataType: DATA_TYPE.float })),
          ...head.outputs,
          ...(cache?.outputs ?? []),
        ],
      },
      threads,
      device,
    );
    return new TextRunner(part, layers, embed, decoder, applied, plan);
  }

  /**
   * Runs a batch of prompts of equal length; `vocabulary` lists the tokens whose logits are wanted.
   * @param shared where the prompts begin alike: only what comes after that is run, and pooled rows hold only its part
   * of each mean
   */
  async run(
    examples: readonly TextExample[],
    vocabulary: readonly number[],
    shared?: SharedPrefix,
  ): Promise<TextOutput> {
    const head = this.part.output === null ? [] : [LOGITS, NORMALISER];
    const outputs = await this.pass(examples, vocabulary, shared, [
      ...this.layers.map(({ name }) => pooledName(name)),
      ...head,
    ]);
    const pooled = this.pooledOf(outputs);
    if (this.part.output === null) return { pooled, logits: new Float32Array(0), normalisers: new Float32Array(0) };
    return { pooled, logits: floatsOf(outputs, LOGITS).data, normalisers: floatsOf(outputs, NORMALISER).data };
  }

  /**
   * Runs the first `length` tokens of some prompts, which hold all their image tokens, and keeps their keys and values.
   * @returns the prefix, whose rows are the examples, and each layer's pooled rows with its part of each mean
   */
  async runPrefix(
    examples: readonly TextExample[],
    length: number,
  ): Promise<{ readonly prefix: Prefix; readonly pooled: TextOutput['pooled'] }> {
    const slots = this.cache!.slots;
    const pools = examples.some((example) => example.pools.length > 0)
      ? this.layers.map(({ name }) => pooledName(name))
      : [];
    const starts = examples.map((example) => ({ ...example, ids: example.ids.slice(0, length), heads: [0] }));
    const outputs = await this.pass(starts, [0], undefined, [...pools, ...slots.map(({ present }) => present)]);
    return {
      prefix: { length, tensors: Object.fromEntries(slots.map(({ past, present }) => [past, outputs[present]])) },
      pooled: pools.length === 0 ? new Map() : this.pooledOf(outputs),
    };
  }

  private pooledOf(outputs: Awaited<ReturnType<GraphSession['feed']>>): Map<string, Float32Array> {
    return new Map(this.layers.map(({ name }) => [name, floatsOf(outputs, pooledName(name)).data]));
  }

  private async pass(
    examples: readonly TextExample[],
    vocabulary: readonly number[],
    shared: SharedPrefix | undefined,
    outputs: readonly string[],
  ): ReturnType<GraphSession['feed']> {
    const batch = examples.length;
    const from = shared?.prefix.length ?? 0;
    const total = examples[0].ids.length;
    const length = total - from;
    const rows = Math.max(1, ...examples.map(({ pools }) => pools.length));
    const weights = new Float32Array(batch * rows * length);
    examples.forEach(({ pools }, i) =>
      pools.forEach((list, row) => setPartOfMean(weights, rows, length, i, row, list, from)),
    );
    const ids = examples.map((example) => example.ids.slice(from));
    const all = [batch, length];
    const edited = (): EditedTokens[][] =>
      examples.map((example) =>
        example.edited!.map(({ positions, row }) => ({
          row,
          positions: positions
            .filter((position) => position >= from && position < total)
            .map((position) => position - from),
        })),
      );
    const feeds: Record<string, Feed> = {
      input_ids: { values: ids.flat(), dims: all },
      attention_mask: { values: new Float32Array(batch * total).fill(1), dims: [batch, total] },
      position_ids: { values: Array.from({ length: batch * length }, (_, i) => from + (i % length)), dims: all },
      token_type_ids: { values: new Uint8Array(batch * length), dims: all },
      num_logits_to_keep: { values: [0], dims: [] },
      ...lastTokens(this.part.inputs?.(examples) ?? {}, total, from),
      [POOL_INPUT]: { values: weights, dims: [batch, rows, length] },
      [HEAD_INPUT]: this.headFeed(examples, from, length),
      [VOCABULARY]: { values: vocabulary, dims: [vocabulary.length] },
      [CACHE_ROW]: { values: shared?.rows ?? Array.from({ length: batch }, (_, i) => i), dims: [batch] },
      ...(this.applied === null ? {} : this.applied.feeds(edited(), length)),
    };
    if (this.embed !== null) feeds[this.part.input] = await this.embedPrompts(examples, ids, from === 0);
    for (const value of realInputs(this.part.decoder)) {
      if (
        !this.decoder.inputs.has(value.name) ||
        value.name in feeds ||
        (shared !== undefined && value.name in shared.prefix.tensors)
      )
        continue;
      feeds[value.name] = this.emptyCache(value.name, value.shape, batch);
    }
    return this.decoder.feed(feeds, { outputs, ...(shared && { tensors: shared.prefix.tensors }) });
  }

  private headFeed(examples: readonly TextExample[], from: number, length: number): Feed {
    const batch = examples.length;
    const heads = examples[0].heads.length;
    if ((this.part.decoder.model.opsets.get('') ?? 0) >= GATHER_OPSET)
      return {
        values: examples.flatMap((example) => example.heads.map((position) => position - from)),
        dims: [batch, heads, 1],
      };
    const values = new Float32Array(batch * heads * length);
    examples.forEach((example, i) =>
      example.heads.forEach((position, row) => setPartOfMean(values, heads, length, i, row, [position], from)),
    );
    return { values, dims: [batch, heads, length] };
  }

  /**
   * Embeddings [B, T, width] of `ids`; where they are whole prompts, with each visual's features in the place of its
   * image tokens.
   */
  private async embedPrompts(
    examples: readonly TextExample[],
    ids: readonly (readonly number[])[],
    whole: boolean,
  ): Promise<Feed> {
    const { embed, merge } = this.part;
    const { length } = ids[0];
    const embedded = floatsOf(
      await this.embed!.feed({ [embed!.input]: { values: ids.flat(), dims: [examples.length, length] } }),
      EMBEDDINGS,
    );
    if (!whole) return { values: embedded.data, dims: embedded.dims };
    const width = embedded.dims[2];
    const values = embedded.data.slice();
    examples.forEach((example, i) => {
      const { features, prompt } = example;
      // With a family's own merging, rows may follow that are no patches'.
      features.forEach((rows, k) => {
        const wanted = example.visuals[k].features!.length * width;
        if (merge === undefined ? rows.length !== wanted : rows.length < wanted || rows.length % width !== 0)
          throw new PlumblineError(
            'width-mismatch',
            `image features of ${rows.length / example.visuals[k].features!.length} numbers a token meet token embeddings of ${width}`,
            { where: embed!.graph.path, hint: 'the graphs do not belong together' },
          );
      });
      const target = values.subarray(i * length * width, (i + 1) * length * width);
      if (merge !== undefined) merge(target, width, example, features);
      else
        features.forEach((rows, k) =>
          prompt.images[k].forEach((position, row) =>
            target.set(rows.subarray(row * width, (row + 1) * width), position * width),
          ),
        );
    });
    return { values, dims: embedded.dims };
  }

  private emptyCache(name: string, shape: readonly (number | string)[] | null, batch: number): Feed {
    if (!name.startsWith('past') || shape?.length !== 4)
      throw new PlumblineError(
        'unknown-input',
        `the decoder has the input \`${name}\`, which isn't known how to feed`,
        {
          where: this.part.decoder.path,
          hint: 'known inputs: input_ids, inputs_embeds, attention_mask, position_ids, token_type_ids, past_key_values.*',
        },
      );
    const dims = shape.map((size, axis) => (axis === 0 ? batch : typeof size === 'number' ? size : 0));
    return { values: new Float32Array(0), dims };
  }

  /** How many edits the intervention has. */
  get editCount(): number {
    return this.applied?.edits.length ?? 0;
  }

  /** Whether tokens of a candidate answer would be seen by those before them. */
  get readsAhead(): boolean {
    return this.part.readsAhead === true && !this.decoder.inputs.has('token_type_ids');
  }

  async release(): Promise<void> {
    await this.embed?.release();
    await this.decoder.release();
  }
}

function joinRewires(rewires: readonly GraphEdit['rewire'][]): Map<OnnxNode, ReadonlyMap<string, string>> {
  const joined = new Map<OnnxNode, ReadonlyMap<string, string>>();
  for (const rewire of rewires)
    for (const [node, names] of rewire ?? []) joined.set(node, new Map([...(joined.get(node) ?? []), ...names]));
  return joined;
}

/** A family's inputs for the tokens from `from` on: those that have `total` tokens along their last axis are cut. */
function lastTokens(feeds: Feeds, total: number, from: number): Feeds {
  if (from === 0) return feeds;
  return Object.fromEntries(
    Object.entries(feeds).map(([name, feed]) => [
      name,
      feed.dims.at(-1) === total
        ? {
            values: Array.from(feed.values).filter((_, i) => i % total >= from),
            dims: [...feed.dims.slice(0, -1), total - from],
          }
        : feed,
    ]),
  );
}
