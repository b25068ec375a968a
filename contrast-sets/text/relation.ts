/**
 * Two objects, told in three sentences: left or right, above or below, farther or closer. The intervention trades the
 * arguments of the asked sentence ("A left of B" / "B left of A": the same words), the rewording says it by the inverse
 * relation ("B right of A"). Height and depth are told as in pictures, so scenes are consistent or counter-heuristic.
 */
import { AXES, type Axis, type Pair } from '../../core/artifacts/contrast-set.ts';
import { Random } from '../../core/random.ts';
import { planScenes, type SceneSpec } from '../perspective/plan.ts';
import { poleOf } from '../perspective/design.ts';
import { drawNames, nameFactors, relationSentence, textPairs, type Placed, type Told } from './scene.ts';

/** Cells and metres of the two poles; the text tells the order only. */
const PLACES = { horizontal: [1, 3], vertical: [1, 3], distance: [6, 3] } as const;
const LAYOUT = [5, 5] as const;

export function relationScenes(seed: number, scenes: number): SceneSpec[] {
  return planScenes(seed, {
    scenes: { consistent: Math.ceil(scenes / 2), counter: Math.floor(scenes / 2), ambiguous: 0 },
  });
}

export function relationPairs(spec: SceneSpec, seed: number): Pair[] {
  const group = `relation-${spec.id}`;
  const random = new Random(seed, 'text-relation', spec.condition, spec.index);
  const names = drawNames(random, 2);
  const forms = { horizontal: random.coin(), vertical: random.coin(), distance: random.coin() };
  const first = { horizontal: random.coin(), vertical: random.coin(), distance: random.coin() };
  const sentenceOrder = random.shuffle(AXES);
  const place = (axis: Axis, object: 0 | 1, turned?: Axis): number =>
    PLACES[axis][(poleOf(spec.assignment, axis) === object) !== (axis === turned) ? 0 : 1];
  const tell = (turned?: Axis, reworded?: Axis): Told => {
    const objects = ([0, 1] as const).map((i): Placed => ({
      name: names[i],
      column: place('horizontal', i, turned),
      row: place('vertical', i, turned),
      depth: place('distance', i, turned),
    }));
    const text = sentenceOrder.map((axis) => {
      // Which object the sentence starts from; turning the axis keeps the word and trades the names.
      const about: 0 | 1 = first[axis] !== (axis === turned) ? 1 : 0;
      const pole = (poleOf(spec.assignment, axis) === about) !== (axis === turned) ? 0 : 1;
      return relationSentence(axis, names[about], names[1 - about], pole, forms[axis] !== (axis === reworded));
    });
    return { text: text.join(' '), objects: [objects[0], objects[1]], layout: LAYOUT };
  };
  return AXES.flatMap((axis) =>
    textPairs({
      group,
      axis,
      conditions: { height: spec.condition },
      task: 'relation',
      told: tell(),
      flipped: tell(axis),
      reworded: tell(undefined, axis),
      order: spec.named[axis],
      nuisance: {
        ...nameFactors(names[spec.named[axis][0]], names[spec.named[axis][1]]),
        inverse: forms[axis] ? 1 : 0,
        sentence: sentenceOrder.indexOf(axis),
        begins_with_first: (first[axis] ? 1 : 0) === spec.named[axis][0] ? 1 : 0,
      },
    }),
  );
}
