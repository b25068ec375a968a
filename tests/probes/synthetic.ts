/** Contrast sets and hidden states in memory, with representations planted by hand. */
import { POLES, type Axis, type Condition, type Pair } from '../../core/artifacts/contrast-set.ts';
import type { HiddenStates, Selection } from '../../core/artifacts/hidden-states.ts';
import type { Matrix } from '../../core/matrix.ts';
import { Random } from '../../core/random.ts';

const COLOURS = ['red', 'green', 'blue', 'yellow', 'purple'];

/** What a planted representation may depend on: one question about one scene. */
export interface Question {
  readonly item: string;
  readonly group: string;
  readonly axis: Axis;
  readonly condition: Condition;
  /** +1: the canonical pole is the answer. */
  readonly sign: 1 | -1;
  /** +1: the first-named object is higher in the picture; 0 on ambiguous scenes. */
  readonly higher: 1 | -1 | 0;
  /** `red|blue`. */
  readonly type: string;
}

export interface Synthetic {
  readonly pairs: Pair[];
  readonly questions: Question[];
}

/** Scenes of two objects with both question orders on each axis; colours are independent of everything else. */
export function syntheticSet(
  counts: Partial<Record<Condition, number>>,
  { seed = 1, axes = ['distance'] as Axis[], colours = COLOURS } = {},
): Synthetic {
  const random = new Random(seed, 'synthetic set');
  const pairs: Pair[] = [];
  const questions: Question[] = [];
  for (const condition of ['consistent', 'counter', 'ambiguous'] as const) {
    for (let s = 0; s < (counts[condition] ?? 0); s++) {
      const group = `${condition}-${String(s).padStart(4, '0')}`;
      const [one, two] = random.shuffle(colours);
      // The first object as generated: is it the farther one, the left one; and where that puts it in the picture.
      const far = random.coin() ? 1 : -1;
      const left = random.coin() ? 1 : -1;
      const higher = condition === 'ambiguous' ? 0 : ((condition === 'consistent' ? far : -far) as 1 | -1);
      const y = 100 + random.uniform(-20, 20);
      const gap = higher === 0 ? 2 : 30 + random.uniform(0, 40);
      const objects = [
        {
          name: `${one} sphere`,
          box: [50, y - (higher * gap) / 2 - 10, 20, 20] as [number, number, number, number],
          depth: far > 0 ? 8 : 4,
        },
        {
          name: `${two} cube`,
          box: [120, y + (higher * gap) / 2 - 10, 20, 20] as [number, number, number, number],
          depth: far > 0 ? 4 : 8,
        },
      ];
      for (const axis of axes) {
        const sign =
          axis === 'distance' ? far : axis === 'horizontal' ? left : higher === 0 ? (random.coin() ? 1 : -1) : higher;
        const side = (swapped: boolean): Pair['first'] => {
          const canonical = swapped ? -sign : sign;
          const item = `${group}/${axis}/${swapped ? 'swapped' : 'first'}`;
          questions.push({
            item,
            group,
            axis,
            condition,
            sign: canonical > 0 ? 1 : -1,
            higher: (swapped ? -higher || 0 : higher) as 1 | -1 | 0,
            type: swapped ? `${two}|${one}` : `${one}|${two}`,
          });
          return {
            item,
            images: [`${group}.png`],
            question: 'Compared to the second, is the first far or close?',
            options: [...POLES[axis]],
            answer: POLES[axis][canonical > 0 ? 0 : 1],
            objects: swapped ? [objects[1], objects[0]] : objects,
          };
        };
        pairs.push({
          id: `${group}/${axis}`,
          group,
          axis,
          kind: 'question-swap',
          conditions: { height: condition },
          first: side(false),
          second: side(true),
          nuisance: {},
        });
      }
    }
  }
  return { pairs, questions };
}

/** Features by question: `width` numbers from `feature`, the same stream for the same seed. */
export function plant(
  questions: readonly Question[],
  width: number,
  feature: (question: Question, random: Random, out: Float32Array) => void,
  seed = 1,
): Matrix<Float32Array> {
  const random = new Random(seed, 'planted');
  const data = new Float32Array(questions.length * width);
  questions.forEach((question, i) => feature(question, random, data.subarray(i * width, (i + 1) * width)));
  return { data, rows: questions.length, cols: width };
}

/** Hidden states with these tensors, keyed `LAYER@SELECTION`. */
export function statesOf(questions: readonly Question[], tensors: Record<string, Matrix<Float32Array>>): HiddenStates {
  const names = [...new Set(Object.keys(tensors).map((key) => key.split('@')[0]))];
  return {
    header: {
      format: 'plumbline-hidden-states',
      version: 1,
      key: 'test',
      checkpoint: { name: 'planted', hash: '0' },
      set: { name: 'synthetic', hash: '0' },
      dtype: 'float32',
      rows: questions.length,
      rowsPerShard: questions.length,
      layers: names.map((name, depth) => ({
        name,
        part: 'text',
        depth,
        kind: 'block',
        tensor: name,
        file: 'onnx/model.onnx',
        width: 1,
        norm: 'none',
        huggingFaceIndex: null,
      })),
      selections: Object.fromEntries(
        names.map((name) => [
          name,
          Object.keys(tensors)
            .filter((key) => key.startsWith(`${name}@`))
            .map((key) => key.split('@')[1] as Selection),
        ]),
      ),
    },
    items: questions.map(({ item }) => item),
    has: (layer, selection) => `${layer}@${selection}` in tensors,
    read: (layer, selection) => Promise.resolve(tensors[`${layer}@${selection}`]),
  };
}
