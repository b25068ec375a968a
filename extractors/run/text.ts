/** Token embeddings and decoder, with layers pooled in the graph and the language-model head only where an answer is read. */
import type { Layer } from '../../core/artifacts/hidden-states.ts';
import type { Intervention } from '../../core/artifacts/intervention.ts';
import { PlumblineError } from '../../core/errors.ts';
import type { Feed, PromptInput, TextPart } from '../families/family.ts';
import { realInputs } from '../checkpoint/graph-file.ts';
import { type AppliedIntervention, applyIntervention, type EditedTokens } from '../interventions/apply.ts';
import { segment } from '../layers/residual.ts';
import type { GraphEdit } from '../onnx/edit.ts';
import type { NewNode } from '../onnx/encode.ts';
import { DATA_TYPE, type OnnxNode } from '../onnx/model.ts';
import { POOL_INPUT, pooledName, poolInput, poolNodes, setMean } from './pool.ts';
import { floatsOf, type GraphSession, openSession } from './session.ts';

/** A prompt of a batch; all prompts of a batch have the same length, so none is padded. */
export interface TextExample extends PromptInput {
  /** Image features [rows, width] of each visual. */
  readonly features: readonly Float32Array[];
  /** Positions to average for each pooled row; the same number of rows in all examples of a batch. */
  readonly pools: readonly (readonly number[])[];
  /** Positions whose next-token logits are wanted; the same number in all examples of a batch. */
  readonly heads: readonly number[];
  /** Where each edit of the intervention changes this prompt. */
  readonly edited?: readonly EditedTokens[];
}

export interface TextOutput {
  /** Layer → pooled rows [B, K, width]. */
  readonly pooled: ReadonlyMap<string, Float32Array>;
  /** Logits [B, heads, vocabulary.length] of the wanted tokens. */
  readonly logits: Float32Array;
  /** Logsumexp over the whole vocabulary, [B, heads]. */
  readonly normalisers: Float32Array;
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
const TOKENWISE = new Set(['MatMul', 'Add', 'Sub', 'Mul', 'Div', 'Cast', 'Tanh', 'Identity', 'MatMulNBits', 'MatMulInteger', 'DequantizeLinear', 'QuantizeLinear', 'DynamicQuantizeLinear']);
/** GatherND with batch axes, which picks tokens in the graph's own precision. */
const GATHER_OPSET = 12;

function headEdit(part: TextPart, output: string, changed: ReadonlyMap<string, string>): GraphEdit {
  const { decoder, found } = part;
  const { end, flow, cuts } = found;
  const opset = decoder.model.opsets.get('') ?? 0;
  const early = segment(flow, cuts, end, output).every((step) => TOKENWISE.has(step.op));
  const rewire = new Map<OnnxNode, ReadonlyMap<string, string>>();
  // The chosen tokens take the place of all tokens before the head, or, where the head does more than that, of its output.
  if (early) for (const index of flow.users.get(end) ?? []) if (cuts.onPath[index]) rewire.set(flow.steps[index].node, new Map([[end, HEAD_STATES]]));
  const [from, to] = early ? [changed.get(end) ?? end, HEAD_STATES] : [output, HEAD_LOGITS];
  const choose: NewNode = opset >= GATHER_OPSET ? { op: 'GatherND', inputs: [from, HEAD_INPUT], outputs: [to], attributes: { batch_dims: 1 } } : { op: 'MatMul', inputs: [HEAD_INPUT, from], outputs: [to] };
  const reduce: NewNode =
    opset >= 18
      ? { op: 'ReduceLogSumExp', inputs: [`${LOGITS}.float`, LAST_AXIS], outputs: [NORMALISER], attributes: { keepdims: 0 } }
      : { op: 'ReduceLogSumExp', inputs: [`${LOGITS}.float`], outputs: [NORMALISER], attributes: { axes: [-1], keepdims: 0 } };
  return {
    rewire,
    inputs: [
      { name: HEAD_INPUT, dataType: opset >= GATHER_OPSET ? DATA_TYPE.int64 : DATA_TYPE.float, shape: ['plumbline.batch', 'plumbline.heads', 'plumbline.head.width'] },
      { name: VOCABULARY, dataType: DATA_TYPE.int64, shape: ['plumbline.vocabulary.size'] },
    ],
    integers: { [LAST_AXIS]: [-1] },
    nodes: [
      choose,
      { op: 'Cast', inputs: [early ? output : HEAD_LOGITS], outputs: [`${LOGITS}.float`], attributes: { to: DATA_TYPE.float } },
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

  private constructor(part: TextPart, layers: readonly Layer[], embed: GraphSession | null, decoder: GraphSession, applied: AppliedIntervention | null) {
    this.part = part;
    this.layers = layers;
    this.embed = embed;
    this.decoder = decoder;
    this.applied = applied;
  }

  /** Loads embeddings and decoder with taps at the text layers `layers`, and with an intervention before anything reads the layers that it changes. */
  static async open(part: TextPart, layers: readonly Layer[], { threads, intervention = null }: { threads?: number; intervention?: Intervention | null } = {}): Promise<TextRunner> {
    const applied = intervention === null ? null : applyIntervention(intervention, part);
    const changed = applied?.renamed ?? new Map<string, string>();
    const head: GraphEdit = part.output === null ? { outputs: [] } : headEdit(part, part.output, changed);
    const rewire = new Map(applied?.rewire ?? []);
    // The head's own rewiring wins: it reads the chosen tokens of what was changed.
    for (const [node, names] of head.rewire ?? []) rewire.set(node, new Map([...(rewire.get(node) ?? []), ...names]));
    const embed =
      part.embed === null
        ? null
        : await openSession(
            part.embed.graph,
            { nodes: [{ op: 'Cast', inputs: [part.embed.output], outputs: [EMBEDDINGS], attributes: { to: DATA_TYPE.float } }], outputs: [{ name: EMBEDDINGS, dataType: DATA_TYPE.float }] },
            1,
          );
    const decoder = await openSession(
      part.decoder,
      {
        ...head,
        rewire,
        clones: applied?.clones ?? [],
        inputs: [poolInput(), ...(head.inputs ?? []), ...(applied?.inputs ?? [])],
        nodes: [...(applied?.nodes ?? []), ...layers.flatMap(({ name, tensor }) => poolNodes(changed.get(tensor) ?? tensor, pooledName(name))), ...(head.nodes ?? [])],
        outputs: [...layers.map(({ name }) => ({ name: pooledName(name), dataType: DATA_TYPE.float })), ...head.outputs],
      },
      threads,
    );
    return new TextRunner(part, layers, embed, decoder, applied);
  }

  /** Runs a batch of prompts of equal length; `vocabulary` lists the tokens whose logits are wanted. */
  async run(examples: readonly TextExample[], vocabulary: readonly number[]): Promise<TextOutput> {
    const batch = examples.length;
    const length = examples[0].ids.length;
    const rows = Math.max(1, examples[0].pools.length);
    const heads = examples[0].heads.length;
    const weights = new Float32Array(batch * rows * length);
    examples.forEach(({ pools }, i) => pools.forEach((list, row) => setMean(weights, rows, length, i, row, list)));
    const all = [batch, length];
    const feeds: Record<string, Feed> = {
      input_ids: { values: examples.flatMap(({ ids }) => ids), dims: all },
      attention_mask: { values: new Float32Array(batch * length).fill(1), dims: all },
      position_ids: { values: Array.from({ length: batch * length }, (_, i) => i % length), dims: all },
      token_type_ids: { values: new Uint8Array(batch * length), dims: all },
      num_logits_to_keep: { values: [0], dims: [] },
      ...this.part.inputs?.(examples),
      [POOL_INPUT]: { values: weights, dims: [batch, rows, length] },
      [HEAD_INPUT]: this.headFeed(examples, heads, length),
      [VOCABULARY]: { values: vocabulary, dims: [vocabulary.length] },
      ...this.applied?.feeds(examples.map(({ edited }) => edited!), length),
    };
    if (this.embed !== null) feeds[this.part.input] = await this.embedPrompts(examples);
    for (const value of realInputs(this.part.decoder)) {
      if (!this.decoder.inputs.has(value.name) || value.name in feeds) continue;
      feeds[value.name] = this.emptyCache(value.name, value.shape, batch);
    }
    const outputs = await this.decoder.feed(feeds);
    const pooled = new Map(this.layers.map(({ name }) => [name, floatsOf(outputs, pooledName(name)).data]));
    if (this.part.output === null) return { pooled, logits: new Float32Array(0), normalisers: new Float32Array(0) };
    return { pooled, logits: floatsOf(outputs, LOGITS).data, normalisers: floatsOf(outputs, NORMALISER).data };
  }

  private headFeed(examples: readonly TextExample[], heads: number, length: number): Feed {
    const batch = examples.length;
    if ((this.part.decoder.model.opsets.get('') ?? 0) >= GATHER_OPSET) return { values: examples.flatMap((example) => example.heads), dims: [batch, heads, 1] };
    const values = new Float32Array(batch * heads * length);
    examples.forEach((example, i) => example.heads.forEach((position, row) => setMean(values, heads, length, i, row, [position])));
    return { values, dims: [batch, heads, length] };
  }

  /** Token embeddings [B, T, width] with each visual's features in the place of its image tokens. */
  private async embedPrompts(examples: readonly TextExample[]): Promise<Feed> {
    const { embed, merge } = this.part;
    const length = examples[0].ids.length;
    const embedded = floatsOf(await this.embed!.feed({ [embed!.input]: { values: examples.flatMap(({ ids }) => ids), dims: [examples.length, length] } }), EMBEDDINGS);
    const width = embedded.dims[2];
    const values = embedded.data.slice();
    examples.forEach((example, i) => {
      const { features, prompt } = example;
      // With a family's own merging, rows may follow that are no patches'.
      features.forEach((rows, k) => {
        const wanted = example.visuals[k].features!.length * width;
        if (merge === undefined ? rows.length !== wanted : rows.length < wanted || rows.length % width !== 0)
          throw new PlumblineError('width-mismatch', `image features of ${rows.length / example.visuals[k].features!.length} numbers a token meet token embeddings of ${width}`, { where: embed!.graph.path, hint: 'the graphs do not belong together' });
      });
      const target = values.subarray(i * length * width, (i + 1) * length * width);
      if (merge !== undefined) merge(target, width, example, features);
      else features.forEach((rows, k) => prompt.images[k].forEach((position, row) => target.set(rows.subarray(row * width, (row + 1) * width), position * width)));
    });
    return { values, dims: embedded.dims };
  }

  private emptyCache(name: string, shape: readonly (number | string)[] | null, batch: number): Feed {
    if (!name.startsWith('past') || shape?.length !== 4)
      throw new PlumblineError('unknown-input', `the decoder has the input \`${name}\`, which isn't known how to feed`, { where: this.part.decoder.path, hint: 'known inputs: input_ids, inputs_embeds, attention_mask, position_ids, token_type_ids, past_key_values.*' });
    const dims = shape.map((size, axis) => (axis === 0 ? batch : typeof size === 'number' ? size : 0));
    return { values: new Float32Array(0), dims };
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
