/**
 * Does the answer need the order of the frames? The four classes of VBenchComp (methods §3): a question is
 * blind-answerable if it is right without pictures, else semantic if it is right when the frames are shuffled, else
 * temporal if it is right in order, else other.
 */
import { FRAME_CLASSES, NEEDS, type FrameClass, type FramesLens } from '../../core/artifacts/results/lenses.ts';
import { PlumblineError } from '../../core/errors.ts';
import { clusteredProportion } from '../../core/statistics/clustered-proportion.ts';
import { pairedDifference } from '../../core/statistics/paired-difference.ts';
import { chanceOf, groupBy, judge, proportion, type Judged, type LensInput } from './score.ts';
import { framesLensSchema } from '../../core/artifacts/results/lenses.ts';
import { defineAnswersAnalysis } from '../../core/definitions/answers.ts';
import { hasVariant } from '../../core/definitions/sets.ts';

/** A question of a clip in its manipulations. */
interface Asked {
  readonly ordered: Judged;
  readonly shuffled: Judged;
  readonly blind: Judged;
  readonly reversed: Judged | undefined;
}

/**
 * The lens over a frames set's answers; throws `not-a-frames-set` where no question has an ordered, a shuffled and a
 * blind side.
 */
export function framesLens(input: LensInput): FramesLens {
  const judgedItems = judge(input);
  const asked = questions(input, judgedItems);
  if (asked.length === 0)
    throw new PlumblineError('not-a-frames-set', 'no question is asked in order, shuffled and blind', {
      hint: 'this lens reads sets of the frames generator',
    });
  const classes = asked.map(classOf);
  const groups = asked.map(({ ordered }) => ordered.item.group);
  const manipulations = groupBy(
    judgedItems.values(),
    ({ item }) => `${item.variant?.needs}|${item.variant?.manipulation}`,
  );
  const ofNeeds = (needs: string): Asked[] => asked.filter(({ ordered }) => ordered.item.variant?.needs === needs);
  const turned = asked.filter(
    (question): question is Asked & { reversed: Judged } =>
      question.ordered.item.variant?.needs === 'order' && question.reversed !== undefined,
  );
  return {
    analysis: 'frames',
    version: 1,
    classes: FRAME_CLASSES.map((name) => ({
      class: name,
      share: clusteredProportion(
        classes.map((found) => found === name),
        groups,
      ).estimate,
      guessing:
        asked.reduce((sum, { ordered }) => sum + guessed(name, 1 / ordered.item.options.length), 0) / asked.length,
    })),
    confusion: NEEDS.flatMap((needs) =>
      FRAME_CLASSES.map((name) => ({
        needs,
        class: name,
        count: asked.filter(({ ordered }, i) => ordered.item.variant?.needs === needs && classes[i] === name).length,
      })),
    ),
    accuracy: NEEDS.flatMap((needs) =>
      ['ordered', 'reversed', 'shuffled', 'repeated', 'blind'].flatMap((manipulation) => {
        const items = manipulations.get(`${needs}|${manipulation}`) ?? [];
        return items.length === 0
          ? []
          : [{ needs, manipulation, accuracy: proportion(items), chance: chanceOf(items)! }];
      }),
    ),
    orderEffect: NEEDS.flatMap((needs) => {
      const these = ofNeeds(needs);
      if (these.length === 0) return [];
      const { estimate } = pairedDifference(
        these.map(({ ordered }) => Number(ordered.right)),
        these.map(({ shuffled }) => Number(shuffled.right)),
        these.map(({ ordered }) => ordered.item.group),
      );
      return [{ needs, difference: estimate }];
    }),
    bothDirections: clusteredProportion(
      turned.map(({ ordered, reversed }) => ordered.right && reversed.right),
      turned.map(({ ordered }) => ordered.item.group),
    ).estimate,
  };
}

function questions({ set }: LensInput, items: ReadonlyMap<string, Judged>): Asked[] {
  return [...groupBy(set.pairs, ({ first }) => first.item)].flatMap(([first, pairs]) => {
    const side = (manipulation: string): Judged | undefined => {
      const pair = pairs.find(({ second }) => second.variant?.manipulation === manipulation);
      return pair && items.get(pair.second.item);
    };
    const [ordered, shuffled, blind] = [items.get(first), side('shuffled'), side('blind')];
    return ordered && shuffled && blind && ordered.item.variant?.manipulation === 'ordered'
      ? [{ ordered, shuffled, blind, reversed: side('reversed') }]
      : [];
  });
}

function classOf({ ordered, shuffled, blind }: Asked): FrameClass {
  if (blind.right) return 'blind-answerable';
  if (shuffled.right) return 'semantic';
  return ordered.right ? 'temporal' : 'other';
}

/** Probability that independent guesses with accuracy `c` end in a class. */
function guessed(name: FrameClass, c: number): number {
  switch (name) {
    case 'blind-answerable':
      return c;
    case 'semantic':
      return (1 - c) * c;
    case 'temporal':
      return (1 - c) ** 2 * c;
    case 'other':
      return (1 - c) ** 3;
  }
}

export const framesAnalysis = defineAnswersAnalysis({
  name: 'frames',
  version: 6,
  title: 'does the answer need the order of the frames?',
  schema: framesLensSchema,
  appliesTo: (set) => hasVariant(set, 'manipulation'),
  run: framesLens,
});
