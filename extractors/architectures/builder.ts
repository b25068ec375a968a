/**
 * Writes an ONNX graph over a checkpoint's own weights: its initializers are byte ranges of the safetensors files, which
 * ONNX Runtime maps. Nothing of the weights is read, copied or converted here.
 *
 * Weights in 16 bits become float32 when their turn comes: the cast waits for the numbers that the weight is multiplied
 * with, so that no more than a few matrices are held in float32 at once.
 */
import { join } from 'node:path';
import { PlumblineError } from '../../core/errors.ts';
import { encodeExternal, encodeModel, encodeTensor, type NewNode, type NewValue } from '../onnx/encode.ts';
import { DATA_TYPE } from '../onnx/model.ts';
import { type Weights, WEIGHT_TYPES } from '../weights/open.ts';

/** Attention, RotaryEmbedding and the last Gelu are of this opset. */
const OPSET = 23;
const IR_VERSION = 11;
const MICROSOFT = 'com.microsoft';

/** Attributes of a node, and names for its outputs. */
export interface OpOptions extends Pick<NewNode, 'attributes' | 'floats' | 'strings'> {
  readonly microsoft?: boolean;
  /** By default a number of its own. */
  readonly name?: string;
}

export class GraphBuilder {
  readonly name: string;
  /** Layer → tensor, as the architecture says. */
  readonly layers = new Map<string, string>();
  private readonly weights: Weights;
  private readonly used: Set<string>;
  private readonly nodes: NewNode[] = [];
  private readonly initializers = new Map<string, Uint8Array>();
  private readonly inputs: NewValue[] = [];
  private readonly outputs: NewValue[] = [];
  private readonly casts = new Map<string, string>();
  private readonly zeros = new Map<string, string>();
  private count = 0;

  /** @param used keys that were read, for all graphs of a checkpoint */
  constructor(name: string, weights: Weights, used: Set<string>) {
    this.name = name;
    this.weights = weights;
    this.used = used;
  }

  private fresh(op: string): string {
    return `${op}.${this.count++}`;
  }

  /** Adds a node with one output. */
  op(op: string, inputs: readonly string[], options: OpOptions = {}): string {
    return this.multiple(op, inputs, [options.name ?? this.fresh(op)], options)[0];
  }

  /** Adds a node with several outputs. */
  multiple(
    op: string,
    inputs: readonly string[],
    outputs: readonly string[],
    { attributes, floats, strings, microsoft = false }: OpOptions = {},
  ): readonly string[] {
    this.nodes.push({ op, inputs, outputs, attributes, floats, strings, domain: microsoft ? MICROSOFT : undefined });
    return outputs;
  }

  /** A constant of 64-bit integers: a list, or a scalar. */
  integers(values: number | readonly number[]): string {
    const list = typeof values === 'number' ? [values] : values;
    const name = typeof values === 'number' ? `int(${values})` : `ints(${values.join()})`;
    if (!this.initializers.has(name))
      this.initializers.set(
        name,
        encodeTensor(name, typeof values === 'number' ? [] : [list.length], BigInt64Array.from(list, BigInt)),
      );
    return name;
  }

  /** A constant of float32 numbers; no axes for a scalar. */
  floats(values: Float32Array | readonly number[], dims: readonly number[] = []): string {
    const name = this.fresh('floats');
    this.initializers.set(name, encodeTensor(name, dims, Float32Array.from(values)));
    return name;
  }

  has(key: string): boolean {
    return this.weights.tensors.has(key);
  }

  /** Says that a weight is known, and not read: a copy of another. */
  skip(key: string): void {
    if (this.has(key)) this.used.add(key);
  }

  /** How many axes a weight has; one where it isn't there, which {@link raw} then says. */
  axesOf(key: string): number {
    return this.weights.tensors.get(key)?.shape.length ?? 1;
  }

  /**
   * A weight in its own type.
   * @param dims other axes over the same numbers
   * @throws PlumblineError `missing-weights`, `wrong-shape`, `unsupported-weights`
   */
  raw(key: string, shape: readonly number[], dims = shape): { name: string; type: number } {
    const tensor = this.weights.tensors.get(key);
    const where = join(this.weights.directory, this.weights.name);
    if (tensor === undefined)
      throw new PlumblineError('missing-weights', `there is no tensor \`${key}\``, {
        where,
        hint: 'config.json and the weights do not belong together, or the weights are an adapter’s alone: merge it into its base first',
      });
    const type = WEIGHT_TYPES[tensor.type];
    if (type === undefined)
      throw new PlumblineError('unsupported-weights', `\`${key}\` is of type ${tensor.type}`, {
        where,
        hint: 'F32, F16 and BF16 are read: save the checkpoint in one of them',
      });
    if (tensor.shape.length !== shape.length || tensor.shape.some((size, i) => size !== shape[i]))
      throw new PlumblineError(
        'wrong-shape',
        `\`${key}\` has the shape [${tensor.shape.join(', ')}], config.json implies [${shape.join(', ')}]`,
        { where, hint: 'config.json and the weights do not belong together' },
      );
    this.used.add(key);
    // A name of its own: keys may be called as outputs are.
    const name = `weights/${key}`;
    if (!this.initializers.has(name))
      this.initializers.set(
        name,
        encodeExternal({
          name,
          dims,
          dataType: type,
          location: this.weights.files[tensor.file].location,
          start: tensor.start,
          length: tensor.end - tensor.start,
        }),
      );
    return { name, type };
  }

  /**
   * A weight in float32.
   * @param after a tensor, with a batch as its first axis, that must be there before a matrix in 16 bits is cast
   * @param dims other axes over the same numbers
   */
  weight(key: string, shape: readonly number[], after?: string, dims = shape): string {
    const { name, type } = this.raw(key, shape, dims);
    if (type === DATA_TYPE.float) return name;
    const waits = after !== undefined && shape.length > 1;
    const known = this.casts.get(`${name} ${waits ? after : ''}`);
    if (known !== undefined) return known;
    // Reshaping to its own shape, plus zeros made of the other tensor's shape, orders the two and copies nothing.
    const from = waits ? this.op('Reshape', [name, this.op('Add', [this.integers(dims), this.zeroOf(after)])]) : name;
    const cast = this.op('Cast', [from], { attributes: { to: DATA_TYPE.float } });
    this.casts.set(`${name} ${waits ? after : ''}`, cast);
    return cast;
  }

  private zeroOf(tensor: string): string {
    const known = this.zeros.get(tensor);
    if (known !== undefined) return known;
    const zero = this.op('Mul', [this.dimension(tensor, 0), this.integers([0])]);
    this.zeros.set(tensor, zero);
    return zero;
  }

  /** A tensor's size along an axis, as a list of one. */
  dimension(tensor: string, axis: number): string {
    return this.op('Shape', [tensor], { attributes: { start: axis, end: axis + 1 } });
  }

  /** Joins lists of integers, given as tensors or numbers. */
  shape(...parts: readonly (string | number)[]): string {
    return this.op(
      'Concat',
      parts.map((part) => (typeof part === 'number' ? this.integers([part]) : part)),
      { attributes: { axis: 0 } },
    );
  }

  input(name: string, dataType: number, shape: readonly (number | string)[]): string {
    this.inputs.push({ name, dataType, shape });
    return name;
  }

  output(name: string, shape: readonly (number | string)[], dataType: number = DATA_TYPE.float): string {
    this.outputs.push({ name, dataType, shape });
    return name;
  }

  /** Says that a tensor is a layer. */
  layer(name: string, tensor: string): string {
    this.layers.set(name, tensor);
    return tensor;
  }

  /** The graph as the bytes of an `.onnx` file. */
  encode(): Uint8Array {
    return encodeModel({
      name: this.name,
      irVersion: IR_VERSION,
      opsets: { '': OPSET, [MICROSOFT]: 1 },
      nodes: this.nodes,
      initializers: [...this.initializers.values()],
      inputs: this.inputs,
      outputs: this.outputs,
    });
  }
}
