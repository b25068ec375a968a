/**
 * A measure of a run against the same measure of its baseline, paired where what it was computed from is kept in both:
 * item by item for answers, scene by scene for the axes' geometry.
 */
import { compareCheckpoints, deltaDesign, splitScenes } from '../../analysis/index.ts';
import { FLIPPING_KINDS, type ContrastSet, type FlippingKind } from '../../core/artifacts/contrast-set.ts';
import type { Cue } from '../../core/artifacts/cues.ts';
import { isSelection, type HiddenStates } from '../../core/artifacts/hidden-states.ts';
import type { COMPARED_MEASURES } from '../../core/artifacts/results/checkpoints.ts';
import type { Estimate } from '../../core/artifacts/results.ts';
import { PlumblineError } from '../../core/errors.ts';
import { openKept } from '../cell-inputs.ts';
import { pairedAccuracy, pairedGap } from '../compare/differences.ts';
import type { RunCell, RunContents } from '../record.ts';
import type { FoundMeasure } from './measure.ts';
import type { Baseline } from './rule.ts';

/** One side: the number that the rule names, and where it stands. */
export interface Side {
  readonly contents: RunContents;
  readonly cell: RunCell;
  /** The `analysis` that the result names. */
  readonly analysis: string;
  readonly seed: number | null;
  readonly found: FoundMeasure;
}

/** Compares two sides that read the same set. */
export async function againstBaseline(own: Side, baseline: Side): Promise<Baseline> {
  const found = await pairedDifferenceOf(own, baseline);
  const independent = (why: string): Baseline => ({
    value: baseline.found.value,
    paired: null,
    by: `the two intervals taken as independent, since ${why}`,
  });
  if (typeof found === 'string') return independent(found);
  const {
    estimate: { value, interval, note },
    by,
  } = found;
  if (value === null || interval === null) return independent(note ?? 'the paired difference has no interval');
  return { value: baseline.found.value, paired: { value, interval }, by };
}

type Paired = { readonly estimate: Pick<Estimate, 'value' | 'interval' | 'note'>; readonly by: string };

/** Run minus baseline, or why the two can't be paired. */
async function pairedDifferenceOf(own: Side, baseline: Side): Promise<Paired | string> {
  const { field, tags } = own.found;
  const ofAnswers =
    own.analysis === 'behaviour' &&
    ((field === 'accuracy' && 'axis' in tags && 'condition' in tags) || (field === 'gap' && 'axis' in tags));
  const measure = own.analysis === 'geometry' && tags.cue === 'height' ? COMPARED[field] : undefined;
  if (!ofAnswers && measure === undefined) return 'this measure has no paired form';
  try {
    const [now, before] = [
      await openKept(own.contents.run, own.cell.checkpoint.name, own.cell.set.folder),
      await openKept(baseline.contents.run, baseline.cell.checkpoint.name, baseline.cell.set.folder),
    ];
    if (ofAnswers) {
      if (now.answers === null || before.answers === null)
        return `${now.answers === null ? 'the run' : 'the baseline'} keeps no answers`;
      const difference =
        field === 'gap'
          ? pairedGap(before, now, tags.axis, tags.cue as Cue)
          : pairedAccuracy(before, now, tags.axis, tags.condition, tags.cue as Cue);
      return { estimate: difference.difference, by: 'paired, item by item' };
    }
    if (now.states === null || before.states === null)
      return `${now.states === null ? 'the run' : 'the baseline'} keeps no hidden states`;
    return await pairedGeometry(own, baseline, measure!, { set: now.set, now: now.states, before: before.states });
  } catch (error) {
    if (!(error instanceof PlumblineError)) throw error;
    return `what it was computed from can\u2019t be read (${error.message})`;
  }
}

/** Fields of a geometry that layer-by-layer comparison knows. */
const COMPARED: Readonly<Record<string, (typeof COMPARED_MEASURES)[number]>> = {
  coherence: 'coherence',
  cueShare: 'height-share',
  entanglement: 'VD-EI',
};

async function pairedGeometry(
  own: Side,
  baseline: Side,
  measure: (typeof COMPARED_MEASURES)[number],
  { set, now, before }: { set: ContrastSet; now: HiddenStates; before: HiddenStates },
): Promise<Paired | string> {
  const { tags, reported } = own.found;
  const { layer, selection } = tags;
  const kind = FLIPPING_KINDS.find((name): name is FlippingKind => name === tags.kind);
  if (baseline.found.tags.layer !== layer)
    return `the two are of different layers (${layer} and ${baseline.found.tags.layer})`;
  if (kind === undefined || !isSelection(selection)) return 'this reading has no paired form';
  if (
    measure === 'VD-EI' &&
    !(tags.axes === 'vertical-distance' && tags.estimator === 'axis' && tags.corrected === 'true')
  )
    return 'of the entanglement indices only the noise-corrected VD-EI (axis) has a paired form';
  let pairs = set.pairs;
  if (reported) {
    // The scenes that did not pick the layer, as both runs split them.
    if (own.seed === null || own.seed !== baseline.seed)
      return 'the two picked their layer on different halves of the scenes';
    const [, half] = splitScenes(deltaDesign(set.pairs, now.items, kind), own.seed);
    pairs = set.pairs.filter(({ group }) => half.has(group));
  }
  const { curves } = await compareCheckpoints({
    set: { pairs },
    a: { name: 'run', states: onlyLayer(now, layer) },
    b: { name: 'baseline', states: onlyLayer(before, layer) },
    selection,
    kind,
  });
  const curve = curves.find(
    (candidate) =>
      candidate.measure === measure &&
      candidate.axis === (measure === 'coherence' ? tags.axis : null) &&
      candidate.condition === (measure === 'height-share' ? 'all' : tags.condition),
  );
  if (curve === undefined) return `this ${measure} has no paired form`;
  return {
    estimate: curve.layers[0].difference,
    by: `paired, scene by scene${reported ? `, at ${layer} on the scenes that did not pick it` : ''}`,
  };
}

/** States with one layer to show: a comparison reads all that both hold. */
function onlyLayer(states: HiddenStates, layer: string): HiddenStates {
  const { header, items } = states;
  return {
    header: { ...header, layers: header.layers.filter(({ name }) => name === layer) },
    items,
    has: (...place) => states.has(...place),
    read: (...place) => states.read(...place),
  };
}
