/** The vision encoder with its layers pooled in the graph. */
import type { Layer } from '../../core/artifacts/hidden-states.ts';
import { PlumblineError } from '../../core/errors.ts';
import type { Checkpoint } from '../checkpoint/open.ts';
import { DATA_TYPE } from '../onnx/model.ts';
import { POOL_INPUT, pooledName, poolInput, poolNodes, setMean } from './pool.ts';
import { floatsOf, floatTensor, type GraphSession, openSession } from './session.ts';

/** What is averaged for one pooled row: patches by number, or the class token. */
export type Region = readonly number[] | 'cls';

export interface VisionOutput {
  /** Image features [B, tokens, width] for the decoder; null for a vision encoder alone. */
  readonly features: { readonly data: Float32Array; readonly tokens: number; readonly width: number } | null;
  /** Layer → pooled rows [B, K, width]. */
  readonly pooled: ReadonlyMap<string, Float32Array>;
  readonly widths: ReadonlyMap<string, number>;
}

const FEATURE_POOL = 'plumbline.pool.features';
const SHAPE = 'plumbline.shape';

export class VisionRunner {
  private readonly session: GraphSession;
  private readonly checkpoint: Checkpoint;
  private readonly layers: readonly Layer[];
  /** Tokens of a vision layer before its patches: class token and registers. */
  readonly prefix: number;

  private constructor(checkpoint: Checkpoint, layers: readonly Layer[], session: GraphSession, prefix: number) {
    this.checkpoint = checkpoint;
    this.layers = layers;
    this.session = session;
    this.prefix = prefix;
  }

  /** Loads the encoder with taps at `layers` (of the parts vision and projector). */
  static async open(checkpoint: Checkpoint, layers: readonly Layer[], threads?: number): Promise<VisionRunner> {
    const { vision, text } = checkpoint;
    const prefix = (await countTokens(checkpoint)) - vision.grid.rows * vision.grid.columns;
    if (prefix < 0) throw new PlumblineError('patch-mismatch', `its layers hold fewer tokens than the ${vision.grid.rows} × ${vision.grid.columns} patches that config.json implies`, { where: vision.graph.path, hint: 'check patch_size, and the size in preprocessor_config.json' });
    const pools = layers.map((layer) => ({ layer, input: layer.part === 'projector' ? FEATURE_POOL : POOL_INPUT, name: pooledName(layer.name) }));
    const session = await openSession(
      vision.graph,
      {
        inputs: [poolInput(), poolInput(FEATURE_POOL)],
        nodes: pools.flatMap(({ layer, input, name }) => poolNodes(layer.tensor, name, input)),
        outputs: [...(text === null ? [] : [{ name: vision.output, dataType: DATA_TYPE.float }]), ...pools.map(({ name }) => ({ name, dataType: DATA_TYPE.float }))],
      },
      threads,
    );
    return new VisionRunner(checkpoint, layers, session, prefix);
  }

  /**
   * Runs a batch of pictures.
   * @param pixels [B, 3, height, width]
   * @param regions regions to pool, for each picture; as many rows are computed for all as the longest list asks for
   */
  async run(pixels: Float32Array, regions: readonly (readonly Region[])[]): Promise<VisionOutput> {
    const { vision, text } = this.checkpoint;
    const batch = regions.length;
    const rows = Math.max(1, ...regions.map((list) => list.length));
    const patches = vision.grid.rows * vision.grid.columns;
    const weightsFor = (prefix: number): Float32Array => {
      const weights = new Float32Array(batch * rows * (prefix + patches));
      regions.forEach((list, example) =>
        list.forEach((region, row) => {
          if (region !== 'cls') setMean(weights, rows, prefix + patches, example, row, region.map((patch) => prefix + patch));
          else if (prefix > 0) setMean(weights, rows, prefix + patches, example, row, [0]);
        }),
      );
      return weights;
    };
    const { height, width } = vision.processor.output;
    const feeds: Record<string, ReturnType<typeof floatTensor>> = { [vision.input]: floatTensor(pixels, [batch, 3, height, width]) };
    if (this.session.inputs.has(POOL_INPUT)) feeds[POOL_INPUT] = floatTensor(weightsFor(this.prefix), [batch, rows, this.prefix + patches]);
    const featurePrefix = text?.featurePrefix ?? 0;
    if (this.session.inputs.has(FEATURE_POOL)) feeds[FEATURE_POOL] = floatTensor(weightsFor(featurePrefix), [batch, rows, featurePrefix + patches]);
    const outputs = await this.session.run(feeds);
    const pooled = new Map<string, Float32Array>();
    const widths = new Map<string, number>();
    for (const { name } of this.layers) {
      const { data, dims } = floatsOf(outputs, pooledName(name));
      pooled.set(name, data);
      widths.set(name, dims[2]);
    }
    if (text === null) return { features: null, pooled, widths };
    const { data, dims } = floatsOf(outputs, vision.output);
    if (dims.length !== 3 || dims[1] !== text.prompt.imageTokens)
      throw new PlumblineError('patch-mismatch', `it gives image features of the shape [${dims.join(', ')}] where the prompt holds ${text.prompt.imageTokens} image tokens`, { where: vision.graph.path, hint: 'config.json and the graph do not belong together' });
    return { features: { data, tokens: dims[1], width: dims[2] }, pooled, widths };
  }

  async release(): Promise<void> {
    await this.session.release();
  }
}

/** Tokens in the vision encoder's stream, from its embedding alone: the layers after it are cut off, so this costs next to nothing. */
async function countTokens(checkpoint: Checkpoint): Promise<number> {
  const { graph, found, input, processor } = checkpoint.vision;
  const session = await openSession(graph, { nodes: [{ op: 'Shape', inputs: [found.layers[0].tensor], outputs: [SHAPE] }], outputs: [{ name: SHAPE, dataType: DATA_TYPE.int64 }] }, 1);
  try {
    const { height, width } = processor.output;
    const { data } = (await session.run({ [input]: floatTensor(new Float32Array(3 * height * width), [1, 3, height, width]) }))[SHAPE];
    if (data.length !== 3) throw new PlumblineError('not-tokens', `its layers have ${data.length} axes, [batch, tokens, width] were expected`, { where: graph.path, hint: 'only encoders that split the picture into tokens can be read' });
    return Number(data[1]);
  } finally {
    await session.release();
  }
}
