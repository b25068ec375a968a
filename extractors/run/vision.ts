/** The vision encoder with its layers pooled in the graph. */
import type { Layer } from '../../core/artifacts/hidden-states.ts';
import { PlumblineError } from '../../core/errors.ts';
import type { Feed, Layout, VisionPart, Visual } from '../families/family.ts';
import { patchRows, rowsOfBox } from '../families/layout.ts';
import type { NewNode } from '../onnx/encode.ts';
import { DATA_TYPE } from '../onnx/model.ts';
import type { Device } from './device.ts';
import { layerShapes, type LayerShape, layoutOf } from './layer-shapes.ts';
import { pooledName, poolInput, poolNodes, setMean } from './pool.ts';
import { floatsOf, type GraphSession, openSession } from './session.ts';
import type { Region } from './visuals.ts';

export interface VisionOutput {
  /** Image features of each visual [rows, width] for the decoder; null for a vision encoder alone. */
  readonly features: readonly Float32Array[] | null;
  /** Layer → pooled rows [B, K, width]. */
  readonly pooled: ReadonlyMap<string, Float32Array>;
  readonly widths: ReadonlyMap<string, number>;
}

const FEATURES = 'plumbline.features';
const TAIL = 'plumbline.tail';
/** Key of the projector's rows among the layouts. */
const FEATURE_ROWS = 'features';

/** A layer and the pool weights that it shares with all layers of the same layout. */
interface Tap {
  readonly layer: Layer;
  readonly pool: string;
  readonly output: string;
}

export class VisionRunner {
  private readonly session: GraphSession;
  private readonly part: VisionPart;
  private readonly taps: readonly Tap[];
  /** Pool input → shape of its layers; null for the image features. */
  private readonly pools: ReadonlyMap<string, LayerShape | null>;
  private readonly hasFeatures: boolean;
  private readonly shapes: ReadonlyMap<string, LayerShape>;

  private constructor(
    part: VisionPart,
    taps: readonly Tap[],
    pools: ReadonlyMap<string, LayerShape | null>,
    session: GraphSession,
    hasFeatures: boolean,
    shapes: ReadonlyMap<string, LayerShape>,
  ) {
    this.part = part;
    this.taps = taps;
    this.pools = pools;
    this.session = session;
    this.hasFeatures = hasFeatures;
    this.shapes = shapes;
  }

  /**
   * Loads the encoder with taps at `layers` (of the parts vision and projector).
   * @param options.features whether the image features are wanted
   */
  static async open(
    part: VisionPart,
    layers: readonly Layer[],
    options: { features: boolean; threads?: number; device?: Device },
  ): Promise<VisionRunner> {
    const shapes = await layerShapes(
      part,
      layers.filter((layer) => layer.part === 'vision'),
    );
    const pools = new Map<string, LayerShape | null>();
    const taps = layers.map((layer): Tap => {
      const shape = shapes.get(layer.name) ?? null;
      const key =
        shape === null
          ? FEATURE_ROWS
          : `${shape.prefix}+${shape.grid === null ? '' : `${shape.grid.rows}x${shape.grid.columns}`}`;
      const pool = `plumbline.pool.${key}`;
      if (!pools.has(pool)) pools.set(pool, shape);
      return { layer, pool, output: pooledName(layer.name) };
    });
    const opset = part.graph.model.opsets.get('') ?? 1;
    const given = options.features
      ? [[part.output, FEATURES], ...(part.tail === undefined ? [] : [[part.tail, TAIL]])]
      : [];
    const session = await openSession(
      part.graph,
      {
        inputs: [...pools.keys()].map((name) => poolInput(name)),
        nodes: [
          ...taps.flatMap(({ layer, pool, output }) =>
            tapNodes(part, layer.tensor, shapes.get(layer.name) ?? null, pool, output, opset),
          ),
          ...given.map(([from, to]) => ({
            op: 'Cast',
            inputs: [from],
            outputs: [to],
            attributes: { to: DATA_TYPE.float },
          })),
        ],
        integers: { [ROWS_SHAPE]: [0, 0, -1] },
        outputs: [
          ...given.map(([, name]) => ({ name, dataType: DATA_TYPE.float })),
          ...taps.map(({ output }) => ({ name: output, dataType: DATA_TYPE.float })),
        ],
      },
      options.threads,
      options.device,
    );
    return new VisionRunner(part, taps, pools, session, options.features, shapes);
  }

  /** Whether a layer holds a class token. */
  hasClassToken(layer: Layer): boolean {
    return (this.shapes.get(layer.name)?.prefix ?? 0) > 0;
  }

  /** Numbers a row of a layer. */
  widthOf(layer: Layer): number {
    return this.shapes.get(layer.name)?.width ?? layer.width;
  }

  /**
   * Runs a batch of visuals; only one where the encoder's aren't batchable.
   * @param regions regions to pool, for each visual; as many rows are computed for all as the longest list asks for
   */
  async run(visuals: readonly Visual[], regions: readonly (readonly Region[])[]): Promise<VisionOutput> {
    const batch = visuals.length;
    const rows = Math.max(1, ...regions.map((list) => list.length));
    const feeds: Record<string, Feed> = { ...joinFeeds(visuals) };
    for (const [pool, shape] of this.pools) {
      const layouts = visuals.map((visual) => (shape === null ? visual.features! : layoutOf(shape, visual)));
      const { length } = layouts[0];
      const weights = new Float32Array(batch * rows * length);
      visuals.forEach((visual, example) =>
        regions[example].forEach((region, row) =>
          setMean(weights, rows, length, example, row, rowsOf(region, visual, layouts[example])),
        ),
      );
      feeds[pool] = { values: weights, dims: [batch, rows, length] };
    }
    const outputs = await this.session.feed(feeds);
    const pooled = new Map<string, Float32Array>();
    const widths = new Map<string, number>();
    for (const { layer, output } of this.taps) {
      const { data, dims } = floatsOf(outputs, output);
      pooled.set(layer.name, data);
      widths.set(layer.name, dims[2]);
    }
    if (!this.hasFeatures) return { features: null, pooled, widths };
    const { data, dims } = floatsOf(outputs, FEATURES);
    const wanted = visuals.reduce((sum, { features }) => sum + features!.length, 0);
    const width = dims.at(-1)!;
    if (data.length !== wanted * width)
      throw new PlumblineError(
        'patch-mismatch',
        `it gives image features of the shape [${dims.join(', ')}] where the prompt holds ${wanted / batch} image tokens a picture`,
        { where: this.part.graph.path, hint: 'config.json and the graph do not belong together' },
      );
    if (this.part.tail !== undefined) return { features: [joined(data, floatsOf(outputs, TAIL).data)], pooled, widths };
    const length = data.length / batch;
    return { features: visuals.map((_, i) => data.subarray(i * length, (i + 1) * length)), pooled, widths };
  }

  async release(): Promise<void> {
    await this.session.release();
  }
}

function joined(first: Float32Array, second: Float32Array): Float32Array {
  const both = new Float32Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

const ROWS_SHAPE = 'plumbline.rows';

/** Nodes that bring a layer to [B, rows, width] and pool it. */
function tapNodes(
  part: VisionPart,
  tensor: string,
  shape: LayerShape | null,
  pool: string,
  output: string,
  opset: number,
): NewNode[] {
  const nodes: NewNode[] = [];
  let rows = tensor;
  if (shape?.rank === 4) {
    // [B, C, H, W] → [B, C, H·W] → [B, H·W, C]; with channels last a second Reshape isn't needed beside Flatten's.
    if (shape.channelsFirst) {
      nodes.push(
        { op: 'Reshape', inputs: [rows, ROWS_SHAPE], outputs: [`${output}.flat`] },
        { op: 'Transpose', inputs: [`${output}.flat`], outputs: [`${output}.rows`], attributes: { perm: [0, 2, 1] } },
      );
    } else {
      nodes.push(
        { op: 'Transpose', inputs: [rows], outputs: [`${output}.first`], attributes: { perm: [0, 3, 1, 2] } },
        { op: 'Reshape', inputs: [`${output}.first`, ROWS_SHAPE], outputs: [`${output}.flat`] },
      );
      nodes.push({
        op: 'Transpose',
        inputs: [`${output}.flat`],
        outputs: [`${output}.rows`],
        attributes: { perm: [0, 2, 1] },
      });
    }
    rows = `${output}.rows`;
  }
  if (!part.batchable) {
    // Units and rows in one: [units, rows, width] → [units · rows, width], which the product takes for every entry of
    // the batch.
    const rank = shape?.rank === 4 ? 3 : shape?.rank;
    nodes.push({
      op: 'Flatten',
      inputs: [rows],
      outputs: [`${output}.all`],
      attributes: { axis: opset >= 11 || rank === undefined ? -1 : rank - 1 },
    });
    rows = `${output}.all`;
  }
  return [...nodes, ...poolNodes(rows, output, pool)];
}

function rowsOf(region: Region, visual: Visual, layout: Layout): readonly number[] {
  if (region === 'image') return patchRows(layout);
  if (region === 'cls') return layout.cls === null ? [] : [layout.cls];
  return rowsOfBox(visual, layout, region.box, region.picture);
}

/** Feeds of several visuals, joined along the first axis. */
function joinFeeds(visuals: readonly Visual[]): Record<string, Feed> {
  if (visuals.length === 1) return { ...visuals[0].feeds };
  return Object.fromEntries(
    Object.entries(visuals[0].feeds).map(([name, first]) => {
      const all = visuals.map(({ feeds }) => feeds[name]);
      const size = first.values.length;
      const values =
        first.values instanceof Float32Array
          ? new Float32Array(size * all.length)
          : new Array<number>(size * all.length);
      all.forEach((feed, i) => {
        if (values instanceof Float32Array) values.set(feed.values, i * size);
        else feed.values.forEach((value, k) => (values[i * size + k] = value));
      });
      return [name, { values, dims: [first.dims[0] * all.length, ...first.dims.slice(1)] }];
    }),
  );
}
