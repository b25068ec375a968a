/** Hand-made sets for the analyses of answers that ask for a set of their own, by name of the analysis. */
import type { Item, Pair } from '../../core/artifacts/contrast-set.ts';
import type { Condition } from '../../core/artifacts/cues.ts';
import { item, pair } from '../analysis/lenses/planted.ts';

const SCENES = Array.from({ length: 24 }, (_, scene) => scene);
const yesNo = (scene: number): string => (scene % 2 === 0 ? 'yes' : 'no');
const COUNTS = ['1', '2', '3', '4'];
const LETTERS = ['A', 'B', 'C', 'D'];
const TEXTS = ['left', 'right', 'above', 'below'];
const ANGLES = Array.from({ length: 8 }, (_, i) => 2 * i);

/** A question of a clip in order, with every other manipulation of it on the other side. */
function clip(scene: number, id: string, fields: Partial<Item>, manipulations: readonly string[]): Pair[] {
  const side = (manipulation: string, repeats = 0): Item =>
    item(`${id}-${manipulation}-${repeats}`, {
      ...fields,
      images: manipulation === 'blind' ? [] : [`${scene}-${manipulation}.png`],
      variant: { ...fields.variant, manipulation, repeats },
    });
  return manipulations.map((manipulation, k) =>
    pair(`${id}-${k}`, `clip-${scene}`, side('ordered'), side(manipulation, manipulation === 'repeated' ? k + 1 : 0)),
  );
}

function turned(scene: number): Pair[] {
  const group = `s${scene}`;
  const variant = (circular: number, flipped: boolean): Item => {
    const meaning = flipped && scene % 4 < 2 ? TEXTS[1 - (scene % 4)] : TEXTS[scene % 4];
    const choices = TEXTS.map((_, i) => TEXTS[(i + circular) % 4]);
    return item(`${group}-${circular}-${flipped}`, {
      options: LETTERS,
      choices,
      answer: LETTERS[choices.indexOf(meaning)],
      variant: { circular, flipped },
    });
  };
  return [true, false].flatMap((flipped) =>
    [0, 1, 2, 3]
      .filter((k) => k > 0 || flipped)
      .map((k) =>
        pair(`${group}-${k}-${flipped}`, group, variant(0, false), variant(k, flipped), {
          kind: flipped && scene % 4 < 2 ? 'image-intervention' : 'perturbation',
        }),
      ),
  );
}

const height = (angle: number): number => Math.sin((angle * Math.PI) / 8);
const conditionOf = (far: number, near: number): Condition =>
  Math.abs(height(far) - height(near)) < 0.1 ? 'ambiguous' : height(far) > height(near) ? 'consistent' : 'counter';

export const LENS_SETS: Readonly<Record<string, readonly Pair[]>> = {
  sensitivity: SCENES.flatMap((scene) => {
    const first = item(`f${scene}`);
    const other = (id: string, fields: Partial<Item>): Item => ({ ...first, item: `${id}${scene}`, ...fields });
    return [
      pair(`w${scene}`, `s${scene}`, first, other('w', { question: 'Is it so?' })),
      pair(`p${scene}`, `s${scene}`, first, other('p', { images: ['hazy.png'] })),
      pair(`i${scene}`, `s${scene}`, first, other('i', { images: ['moved.png'], answer: 'no' }), {
        kind: 'image-intervention',
      }),
    ];
  }),
  circularity: SCENES.flatMap(turned),
  degradation: SCENES.flatMap((scene) =>
    ['haze', 'jpeg'].flatMap((degradation) =>
      [1, 3].map((severity) =>
        pair(
          `${scene}-${degradation}-${severity}`,
          `s${scene}`,
          item(`s${scene}`, { answer: yesNo(scene) }),
          item(`s${scene}-${degradation}-${severity}`, { answer: yesNo(scene), variant: { degradation, severity } }),
        ),
      ),
    ),
  ),
  abstention: SCENES.map((scene) => {
    const side = (visible: number): Item => {
      const answerable = visible > 0.3;
      return item(`s${scene}-${visible}`, {
        options: ['yes', 'no', 'hidden'],
        answer: answerable ? yesNo(scene) : 'hidden',
        variant: { answerable, abstention: 'hidden', visible },
      });
    };
    return pair(`p${scene}`, `s${scene}`, side(scene % 3 === 0 ? 1 : 0.6), side(scene % 2 === 0 ? 0.2 : 0));
  }),
  frames: SCENES.flatMap((scene) =>
    ['order', 'content', 'nothing'].flatMap((needs) =>
      clip(scene, `c${scene}-${needs}`, { answer: yesNo(scene), variant: { needs } }, [
        'shuffled',
        'blind',
        'reversed',
      ]),
    ),
  ),
  repeats: SCENES.flatMap((scene) => {
    const [answer, shown] = [COUNTS[scene % 3], Array.from({ length: (scene % 3) + 1 }, (_, label) => label)];
    const fields: Partial<Item> = {
      options: COUNTS,
      answer,
      program: { op: 'count' },
      facts: { visible: [shown, shown.slice(1), shown] },
    };
    return clip(scene, `r${scene}`, fields, ['repeated', 'repeated']);
  }),
  tunnel: [0, 1, 2].flatMap((instance) =>
    ANGLES.flatMap((angle1) =>
      ANGLES.map((angle2) => {
        const id = `${instance}-${angle1}-${angle2}`;
        const of = (template: string, answer: string): Item =>
          item(`${id}-${template}`, { answer, variant: { angle1, angle2, template } });
        return pair(id, `i${instance}`, of('far closer?', 'no'), of('near closer?', 'yes'), {
          axis: 'distance',
          kind: 'question-swap',
          conditions: { height: conditionOf(angle1, angle2) },
        });
      }),
    ),
  ),
};
