/**
 * Small inputs with something in them for every analysis to find: scenes whose states hold depth, height and place
 * along planted directions, and answers that read some of it. Nothing here comes from a generator, so that goldens
 * change with analyses alone.
 */
import type { Answer } from '../../core/artifacts/answers.ts';
import { AXES, itemsOf, type ContrastSet, type Pair } from '../../core/artifacts/contrast-set.ts';
import type { HiddenStates } from '../../core/artifacts/hidden-states.ts';
import type { AnalysisContext, AnalysisInput } from '../../core/definitions/analysis.ts';
import { row, type Matrix } from '../../core/matrix.ts';
import { Random } from '../../core/random.ts';
import { plant, statesOf, syntheticSet, type Question, type Synthetic } from '../probes/synthetic.ts';
import { LinearCheckpoint } from './linear-checkpoint.ts';
import { LENS_SETS } from './lens-sets.ts';
import { viewsInput } from './views.ts';

const WIDTH = 6;
const COLOURS = ['red', 'green', 'blue'];
const scenes = (seed: number, count: number): Synthetic =>
  syntheticSet({ consistent: count, counter: count, ambiguous: 8 }, { seed, axes: [...AXES], colours: COLOURS });

/** The same pairs with what regressions and nuisance probes read. */
function described(pair: Pair): Pair {
  const random = new Random(5, 'described', pair.group);
  const [shade, further, dim] = [random.uniform(0, 1), random.uniform(0, 1), random.coin()];
  const side = (item: Pair['first']): Pair['first'] => ({
    ...item,
    difficulty: shade,
    objects: item.objects.map((object) => ({ ...object, depth: object.depth! + further })),
  });
  return {
    ...pair,
    first: side(pair.first),
    second: side(pair.second),
    nuisance: { shade, light: dim ? 'dim' : 'bright' },
  };
}

function setOf(pairs: readonly Pair[], name: string): ContrastSet {
  return { directory: name, header: { name, hash: name, seed: 1 } as ContrastSet['header'], pairs: [...pairs] };
}

const PLACE = { horizontal: 2, vertical: 1, distance: 0 } as const;
/** What is asked along a direction of its axis, height along the vertical one whatever is asked, and noise. */
const held =
  (strength: number, height: number) =>
  ({ axis, sign, higher }: Question, random: Random, out: Float32Array): void => {
    for (let j = 0; j < WIDTH; j++) out[j] = random.normal();
    out[PLACE[axis]] += strength * sign;
    if (axis === 'distance') out[1] += height * higher;
    out[3] += 2;
  };

function inputOf(
  { pairs, questions }: Synthetic,
  { set, checkpoint, strength }: { set: string; checkpoint: string; strength: number },
): AnalysisInput {
  const layer = (name: string, own: number, height: number): [string, Matrix<Float32Array>] => [
    name,
    plant(questions, WIDTH, held(own, height), new Random(1, checkpoint, name).integer(1e6)),
  ];
  const planted = statesOf(
    questions,
    Object.fromEntries([
      layer('text.0@last', strength / 2, 1.2),
      layer('text.0@words:1', strength / 3, 0.6),
      layer('text.0@words:2', strength / 4, 0.3),
      layer('text.1@last', strength, 0.8),
    ]),
  );
  const header = {
    ...planted.header,
    key: `${checkpoint} ${set}`,
    checkpoint: { name: checkpoint, hash: checkpoint },
    set: { name: set, hash: set },
  };
  const states: HiddenStates = { ...planted, header };
  return { set: setOf(pairs.map(described), set), states, answers: null };
}

/** An input with the answers of a linear checkpoint whose states these are. */
async function answering(input: AnalysisInput): Promise<AnalysisInput & { checkpoint: LinearCheckpoint }> {
  const checkpoint = await LinearCheckpoint.of(input);
  return { ...input, checkpoint, answers: checkpoint.answers(input.set.pairs) };
}

/** What a definition is run on here: by its name, else the scenes at the last token. */
export async function goldenContext(name: string): Promise<AnalysisContext> {
  const { checkpoint, ...main } = await answering(
    inputOf(scenes(1, 24), { set: 'scenes', checkpoint: 'one', strength: 1.6 }),
  );
  const context: AnalysisContext = { ...main, others: [], selection: 'last', seed: 3, results: [], checkpoint };
  if (name in LENS_SETS) {
    const set = setOf(LENS_SETS[name], name);
    return { ...context, set, answers: wavering(set) };
  }
  switch (name) {
    case 'control-probes':
    case 'comparison':
    case 'cka-between': {
      const { states, answers } = await answering(
        inputOf(scenes(1, 24), { set: 'scenes', checkpoint: 'two', strength: 0.9 }),
      );
      return { ...context, others: [{ ...main, states, answers }] };
    }
    case 'transfer':
      return { ...context, others: [inputOf(scenes(2, 20), { set: 'others', checkpoint: 'one', strength: 1.2 })] };
    case 'correspondence': {
      const views = await viewsInput(context.states.header.layers);
      const set = { ...setOf(views.pairs, 'views'), directory: views.directory };
      return { ...context, set, checkpoint: views.checkpoint };
    }
    default:
      return context;
  }
}

/** Leans to the right answer, with noise by item: wrong now and then. */
function wavering(set: ContrastSet): Answer[] {
  return itemsOf(set).map(({ item, options, answer }) => {
    const random = new Random(7, 'wavering', item);
    return {
      item,
      scores: Object.fromEntries(options.map((option) => [option, (option === answer ? 1 : 0) + random.normal()])),
    };
  });
}

/** The same states with the columns in another order, so that all sums over them run in another order. */
export function reordered(context: AnalysisContext): AnalysisContext {
  const turned = (input: AnalysisInput): AnalysisInput => ({
    ...input,
    states: {
      ...input.states,
      read: async (layer, selection) => {
        const matrix = await input.states.read(layer, selection);
        const data = new Float32Array(matrix.data.length);
        for (let i = 0; i < matrix.rows; i++) data.set(row(matrix, i).slice().reverse(), i * matrix.cols);
        return { ...matrix, data };
      },
    },
  });
  return { ...context, ...turned(context), others: context.others.map(turned) };
}
