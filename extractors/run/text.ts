/** Token embeddings and decoder, with layers pooled in the graph and the language-model head only where an answer is read. */
import type { Layer } from '../../core/artifacts/hidden-states.ts';
import { PlumblineError } from '../../core/errors.ts';
import type { TextPart } from '../checkpoint/text-part.ts';
import { realInputs } from '../checkpoint/graph-file.ts';
import { segment } from '../layers/residual.ts';
import type { GraphEdit } from '../onnx/edit.ts';
import type { NewNode } from '../onnx/encode.ts';
import { DATA_TYPE, type OnnxNode } from '../onnx/model.ts';
import { POOL_INPUT, pooledName, poolInput, poolNodes, setMean } from './pool.ts';
import { floatsOf, floatTensor, type GraphSession, integerTensor, openSession } from './session.ts';

/** A prompt of a batch; all prompts of a batch have the same length, so none is padded. */
export interface TextExample {
  /** Token ids, image tokens included. */
  readonly ids: readonly number[];
  readonly imageStart: number;
  /** Image features [imageTokens, width]. */
  readonly features: Float32Array;
  /** Positions to average for each pooled row; the same number of rows in all examples of a batch. */
  readonly pools: readonly (readonly number[])[];
  /** Positions whose next-token logits are wanted; the same number in all examples of a batch. */
  readonly heads: readonly number[];
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

/** Ops that treat each token by itself, so that the head may be given some tokens only. */
const TOKENWISE = new Set(['MatMul', 'Add', 'Sub', 'Mul', 'Div', 'Cast', 'Tanh', 'Identity', 'MatMulNBits', 'MatMulInteger', 'DequantizeLinear', 'QuantizeLinear', 'DynamicQuantizeLinear']);

function headEdit(part: TextPart): GraphEdit {
  const { decoder, found, output } = part;
  const { end, flow, cuts } = found;
  const early = segment(flow, cuts, end, output).every((step) => TOKENWISE.has(step.op));
  const rewire = new Map<OnnxNode, ReadonlyMap<string, string>>();
  // The chosen tokens take the place of all tokens before the head, or, where the head does more than that, of its output.
  if (early) for (const index of flow.users.get(end) ?? []) if (cuts.onPath[index]) rewire.set(flow.steps[index].node, new Map([[end, HEAD_STATES]]));
  const chosen = early ? output : HEAD_LOGITS;
  const reduce: NewNode =
    (decoder.model.opsets.get('') ?? 0) >= 18
      ? { op: 'ReduceLogSumExp', inputs: [`${LOGITS}.float`, LAST_AXIS], outputs: [NORMALISER], attributes: { keepdims: 0 } }
      : { op: 'ReduceLogSumExp', inputs: [`${LOGITS}.float`], outputs: [NORMALISER], attributes: { axes: [-1], keepdims: 0 } };
  return {
    rewire,
    inputs: [poolInput(HEAD_INPUT), { name: VOCABULARY, dataType: DATA_TYPE.int64, shape: ['plumbline.vocabulary.size'] }],
    integers: { [LAST_AXIS]: [-1] },
    nodes: [
      ...(early ? [{ op: 'MatMul', inputs: [HEAD_INPUT, end], outputs: [HEAD_STATES] }] : poolNodes(output, HEAD_LOGITS, HEAD_INPUT)),
      { op: 'Cast', inputs: [chosen], outputs: [`${LOGITS}.float`], attributes: { to: DATA_TYPE.float } },
      { op: 'Gather', inputs: [`${LOGITS}.float`, VOCABULARY], outputs: [LOGITS], attributes: { axis: 2 } },
      reduce,
    ],
    outputs: [LOGITS, NORMALISER].map((name) => ({ name, dataType: DATA_TYPE.float })),
  };
}

export class TextRunner {
  private readonly part: TextPart;
  private readonly layers: readonly Layer[];
  private readonly embed: GraphSession;
  private readonly decoder: GraphSession;

  private constructor(part: TextPart, layers: readonly Layer[], embed: GraphSession, decoder: GraphSession) {
    this.part = part;
    this.layers = layers;
    this.embed = embed;
    this.decoder = decoder;
  }

  /** Loads embeddings and decoder with taps at the text layers `layers`. */
  static async open(part: TextPart, layers: readonly Layer[], threads?: number): Promise<TextRunner> {
    const head = headEdit(part);
    const embed = await openSession(part.embed, { outputs: [{ name: part.embedOutput, dataType: DATA_TYPE.float }] }, 1);
    const decoder = await openSession(
      part.decoder,
      {
        ...head,
        inputs: [poolInput(), ...head.inputs!],
        nodes: [...layers.flatMap(({ name, tensor }) => poolNodes(tensor, pooledName(name))), ...head.nodes!],
        outputs: [...layers.map(({ name }) => ({ name: pooledName(name), dataType: DATA_TYPE.float })), ...head.outputs],
      },
      threads,
    );
    return new TextRunner(part, layers, embed, decoder);
  }

  /** Runs a batch of prompts of equal length; `vocabulary` lists the tokens whose logits are wanted. */
  async run(examples: readonly TextExample[], vocabulary: readonly number[]): Promise<TextOutput> {
    const batch = examples.length;
    const length = examples[0].ids.length;
    const embeddings = await this.embedPrompts(examples);
    const width = embeddings.dims[2];
    const weights = (rows: number, positions: (example: TextExample) => readonly (readonly number[])[]): Float32Array => {
      const values = new Float32Array(batch * rows * length);
      examples.forEach((example, i) => positions(example).forEach((list, row) => setMean(values, rows, length, i, row, list)));
      return values;
    };
    const rows = Math.max(1, examples[0].pools.length);
    const heads = examples[0].heads.length;
    const positions = Array.from({ length: batch * length }, (_, i) => i % length);
    const given: Record<string, ReturnType<typeof floatTensor>> = {
      [this.part.input]: floatTensor(embeddings.data, [batch, length, width]),
      attention_mask: integerTensor(new Array<number>(batch * length).fill(1), [batch, length]),
      position_ids: integerTensor(positions, [batch, length]),
      [POOL_INPUT]: floatTensor(weights(rows, ({ pools }) => pools), [batch, rows, length]),
      [HEAD_INPUT]: floatTensor(weights(heads, (example) => example.heads.map((position) => [position])), [batch, heads, length]),
      [VOCABULARY]: integerTensor(vocabulary, [vocabulary.length]),
    };
    const feeds = Object.fromEntries(Object.entries(given).filter(([name]) => this.decoder.inputs.has(name)));
    for (const value of realInputs(this.part.decoder)) {
      if (!this.decoder.inputs.has(value.name) || value.name in feeds) continue;
      feeds[value.name] = this.emptyCache(value.name, value.shape, batch);
    }
    const outputs = await this.decoder.run(feeds);
    const pooled = new Map(this.layers.map(({ name }) => [name, floatsOf(outputs, pooledName(name)).data]));
    return { pooled, logits: floatsOf(outputs, LOGITS).data, normalisers: floatsOf(outputs, NORMALISER).data };
  }

  /** Token embeddings [B, T, width] with each picture's features in the place of its image tokens. */
  private async embedPrompts(examples: readonly TextExample[]): Promise<{ data: Float32Array; dims: readonly number[] }> {
    const length = examples[0].ids.length;
    const ids = integerTensor(examples.flatMap((example) => example.ids), [examples.length, length]);
    const embedded = floatsOf(await this.embed.run({ [this.part.embedInput]: ids }), this.part.embedOutput);
    const width = embedded.dims[2];
    const data = embedded.data.slice();
    examples.forEach(({ features, imageStart }, i) => {
      if (features.length !== this.part.prompt.imageTokens * width)
        throw new PlumblineError('width-mismatch', `image features of ${features.length / this.part.prompt.imageTokens} numbers a token meet token embeddings of ${width}`, { where: this.part.embed.path, hint: 'the graphs do not belong together' });
      data.set(features, (i * length + imageStart) * width);
    });
    return { data, dims: embedded.dims };
  }

  private emptyCache(name: string, shape: readonly (number | string)[] | null, batch: number): ReturnType<typeof floatTensor> {
    if (!name.startsWith('past_key_values.') || shape?.length !== 4)
      throw new PlumblineError('unknown-input', `the decoder has the input \`${name}\`, which isn't known how to feed`, { where: this.part.decoder.path, hint: 'known inputs: inputs_embeds, attention_mask, position_ids, past_key_values.*' });
    const dims = shape.map((size, axis) => (axis === 0 ? batch : typeof size === 'number' ? size : 0));
    return floatTensor(new Float32Array(0), dims);
  }

  async release(): Promise<void> {
    await this.embed.release();
    await this.decoder.release();
  }
}
