/** The structure of an ONNX model without its weights (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto). */
import type { Field } from './wire.ts';

/** `TensorProto.DataType` values used here. */
export const DATA_TYPE = {
  float: 1,
  uint8: 2,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  double: 11,
  bfloat16: 16,
} as const;

export interface OnnxTensor {
  readonly name: string;
  readonly dims: readonly number[];
  readonly dataType: number;
  /** Bytes of the values inside the file; 0 when they are external. */
  readonly byteLength: number;
  /** File that holds the values, relative to the model's folder, when they are external. */
  readonly external: string | null;
  /**
   * Where the values lie as little-endian bytes: in the model itself (`file` null) or in its external file; null when
   * they are stored one by one.
   */
  readonly raw: {
    readonly file: string | null;
    readonly start: number;
    /** Null where it isn't stated. */ readonly length: number | null;
  } | null;
}

export interface OnnxValue {
  readonly name: string;
  /** 0 when unknown or not a tensor. */
  readonly dataType: number;
  /** Sizes, or names of free sizes (empty when unnamed); null when the rank is unknown. */
  readonly shape: readonly (number | string)[] | null;
}

export interface OnnxAttribute {
  readonly i: number | null;
  readonly ints: readonly number[];
  readonly tensor: OnnxTensor | null;
  /** A subgraph, of `If`, `Loop` or `Scan`. */
  readonly graph: OnnxGraph | null;
}

export interface OnnxNode {
  readonly name: string;
  readonly op: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, OnnxAttribute>;
  /** Tensors of this graph that the node's subgraphs use. */
  readonly captures: readonly string[];
}

export interface OnnxGraph {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly initializers: readonly OnnxTensor[];
  readonly valueInfo: readonly OnnxValue[];
  /** Byte ranges of the graph's fields, for editing; nodes, inputs, … lie in the order of the lists above. */
  readonly fields: readonly Field[];
}

export interface OnnxModel {
  /** File or other name of the bytes. */
  readonly source: string;
  readonly size: number;
  readonly irVersion: number;
  readonly producer: string;
  /** Domain → version; the standard domain is `''`. */
  readonly opsets: ReadonlyMap<string, number>;
  readonly metadata: ReadonlyMap<string, string>;
  readonly graph: OnnxGraph;
  /** Byte ranges of the model's fields other than the graph. */
  readonly fields: readonly Field[];
  /** External data files, relative to the model's folder. */
  readonly externalFiles: readonly string[];
}

/** Field numbers of `GraphProto`. */
export const GRAPH = {
  node: 1,
  name: 2,
  initializer: 5,
  input: 11,
  output: 12,
  valueInfo: 13,
  sparseInitializer: 15,
} as const;
/** Field numbers of `ModelProto`. */
export const MODEL = { irVersion: 1, producer: 2, graph: 7, opset: 8, metadata: 14 } as const;
