/** Pairs of a prompt scene: every item beside the plain question, on the untouched picture. */
import { AXES, type Axis, type Item, type Pair } from '../../core/artifacts/contrast-set.ts';
import { Random } from '../../core/random.ts';
import { nuisanceOf } from '../perspective/nuisance.ts';
import { conditionsOfScene } from '../perspective/pairs.ts';
import {
  blindItem,
  letteredItem,
  namelessItem,
  paraphrasedItem,
  plainItem,
  priorItem,
  swappedItem,
  type PromptScene,
} from './items.ts';
import { PHRASES } from './phrases.ts';
import { truthOf } from './plan.ts';
import { priorsOf } from './priors.ts';

export function pairsOf(scene: PromptScene, axes: readonly Axis[], seed: number): Pair[] {
  return axes.flatMap((axis) => pairsOfAxis(scene, axis, seed));
}

function pairsOfAxis(scene: PromptScene, axis: Axis, seed: number): Pair[] {
  const { plan, manipulations } = scene;
  const base = plainItem(scene, axis);
  const conditions = conditionsOfScene(plan, base, scene.views.scene.size);
  const nuisance = { ...nuisanceOf(plan, axis), letter_a: plan.lettered[axis], claimed: plan.claimed[axis] };
  const pair = (kind: Pair['kind'], first: Item, second: Item): Pair => ({
    id: `${second.item}~${first.item.slice(`${plan.id}-${axis}-`.length)}`,
    group: plan.id,
    axis,
    kind,
    conditions,
    first,
    second,
    nuisance,
  });
  const perturbed = (second: Item, first = base): Pair => pair('perturbation', first, second);
  /** In the mirror left and right trade places, and nothing else does. */
  const mirrors = axis === 'horizontal' ? 'image-intervention' : 'perturbation';
  const pairs: Pair[] = [pair('question-swap', base, swappedItem(scene, axis))];

  if (manipulations.has('picture')) {
    pairs.push(pair('image-intervention', base, plainItem(scene, axis, axis)));
    // The targets trade places on another axis, which this question isn't about.
    for (const other of AXES)
      if (other !== axis) pairs.push(perturbed(plainItem(scene, axis, other, { picture: other })));
    pairs.push(pair(mirrors, base, plainItem(scene, axis, 'mirrored', { picture: 'mirrored', flipped: true })));
  }
  if (manipulations.has('options')) {
    const [lettered, turned] = [letteredItem(scene, axis, 0), letteredItem(scene, axis, 1)];
    pairs.push(perturbed(lettered), perturbed(turned, lettered));
    if (manipulations.has('picture')) {
      pairs.push(pair(mirrors, lettered, letteredItem(scene, axis, 0, 'mirrored')));
      // Turned and mirrored, left and right keep their letter: that pair starts at the turned question.
      pairs.push(pair(mirrors, axis === 'horizontal' ? turned : lettered, letteredItem(scene, axis, 1, 'mirrored')));
    }
  }
  if (manipulations.has('paraphrase'))
    for (const phrase of PHRASES[axis]) pairs.push(perturbed(paraphrasedItem(scene, axis, phrase)));
  if (manipulations.has('names')) pairs.push(perturbed(namelessItem(scene, axis)));
  if (manipulations.has('prior')) {
    const [first, second] = base.objects.map(({ name }) => name);
    const pick = new Random(seed, 'prompt-irrelevant', plan.id, axis).integer(1 << 16);
    for (const prior of priorsOf(plan, axis, { first, second, truth: truthOf(plan, axis), pick }))
      pairs.push(perturbed(priorItem(scene, axis, prior)));
  }
  if (manipulations.has('blind')) pairs.push(perturbed(blindItem(scene, axis)));
  return pairs;
}
