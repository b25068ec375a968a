import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { onnxModel } from '../../../core/numerics/onnx-model.ts';

describe('onnxModel', () => {
  it.each(['float32', 'float64'] as const)(
    'writes a model that ONNX Runtime loads and runs in %s',
    async (elementType) => {
      const bytes = onnxModel({
        nodes: [
          { op: 'Gemm', inputs: ['a', 'b'], outputs: ['product'], attributes: { transA: 1, alpha: { float: 0.5 } } },
          { op: 'ReduceSum', inputs: ['product', 'rows'], outputs: ['sums'], attributes: { keepdims: 0 } },
        ],
        elementType,
        constants: { rows: [0] },
        inputs: { a: ['n', 2], b: ['n', 'm'] },
        outputs: ['product', 'sums'],
      });
      const session = await InferenceSession.create(bytes);
      const make = (values: number[]): Float32Array | Float64Array =>
        elementType === 'float32' ? Float32Array.from(values) : Float64Array.from(values);
      const { product, sums } = await session.run({
        a: new Tensor(elementType, make([1, 2, 3, 4]), [2, 2]),
        b: new Tensor(elementType, make([1, 0, 1, 1, 1, 0]), [2, 3]),
      });
      expect(product.dims).toEqual([2, 3]);
      expect([...(product.data as Float32Array)]).toEqual([2, 1.5, 0.5, 3, 2, 1]);
      expect([...(sums.data as Float32Array)]).toEqual([5, 3.5, 1.5]);
    },
  );
});
