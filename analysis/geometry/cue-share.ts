import { CUES, type Cue } from '../../core/artifacts/cues.ts';
import type { GeometryLayer } from '../../core/artifacts/results.ts';
import type { CellSums, Gram } from './cell-sums.ts';
import { jackknifeCells, type CellStatistic } from './jackknife-cells.ts';
import { axisMean, meanDot, type MeanDelta } from './mean-deltas.ts';

const DISTANCE = { consistent: axisMean('distance', ['consistent']), counter: axisMean('distance', ['counter']) };
const VERTICAL = { consistent: axisMean('vertical', ['consistent']), counter: axisMean('vertical', ['counter']) };
const DISTANCE_CELLS = [...DISTANCE.consistent.cells, ...DISTANCE.counter.cells];
const VERTICAL_CELLS = [...VERTICAL.consistent.cells, ...VERTICAL.counter.cells];

/** Noise-corrected squared norms and product of the two conditions' means. */
interface Products {
  readonly consistent: number;
  readonly counter: number;
  readonly across: number;
}

function products(gram: Gram, { consistent, counter }: { consistent: MeanDelta; counter: MeanDelta }): Products | null {
  const values = [
    meanDot(gram, consistent, consistent, true),
    meanDot(gram, counter, counter, true),
    meanDot(gram, consistent, counter, true),
  ];
  const [a, b, across] = values;
  return a === null || b === null || across === null ? null : { consistent: a, counter: b, across };
}

/**
 * ‖O‖²/(‖O‖² + ‖E‖²) with E = (m_cons + m_ctr)/2 and O = (m_cons − m_ctr)/2, which is ½ − m_cons·m_ctr/(‖m_cons‖² +
 * ‖m_ctr‖²). Noise-corrected, so that it may leave [0, 1] by noise.
 */
function share(gram: Gram): number | null {
  const distance = products(gram, DISTANCE);
  if (!distance) return null;
  const size = distance.consistent + distance.counter;
  return size > 0 ? 0.5 - distance.across / size : null;
}

export const CUE_SHARE: CellStatistic = {
  cells: DISTANCE_CELLS,
  range: [0, 1],
  of: share,
  undefinedNote: 'the mean distance deltas of consistent and counter scenes are missing or not above their noise',
};

/**
 * cos(O, m_vertical), m_vertical the mean of the two conditions' mean vertical deltas, so that a trace of depth in them
 * cancels.
 */
function cosineWithVertical(gram: Gram): number | null {
  const distance = products(gram, DISTANCE);
  const vertical = products(gram, VERTICAL);
  if (!distance || !vertical) return null;
  const squareO = (distance.consistent + distance.counter - 2 * distance.across) / 4;
  const squareV = (vertical.consistent + vertical.counter + 2 * vertical.across) / 4;
  if (!(squareO > 0) || !(squareV > 0)) return null;
  let product = 0;
  for (const m of [VERTICAL.consistent, VERTICAL.counter]) {
    product += (meanDot(gram, DISTANCE.consistent, m, true)! - meanDot(gram, DISTANCE.counter, m, true)!) / 4;
  }
  return product / Math.sqrt(squareO * squareV);
}

/**
 * How much of the distance axis is the cue: its share (height share: 1 = pure height, 0 = pure depth) and the cosine of
 * the cue's part O with the axis that asks about the cue (methods §2). Both need consistent and counter pairs; both are
 * cut to their range. A scene is left out of both conditions at once.
 */
export function cueParts(sums: CellSums, cue: Cue = 'height'): Pick<GeometryLayer, 'cueShare' | 'cueCosine'> {
  const [cueShare, cueCosine] = jackknifeCells(sums, [
    CUE_SHARE,
    {
      cells: [...DISTANCE_CELLS, ...VERTICAL_CELLS],
      range: [-1, 1],
      of: cosineWithVertical,
      undefinedNote: `the ${cue} part of the distance axis or the vertical axis is missing or not above its noise`,
    },
  ]);
  if (CUES[cue].axis !== null) return { cueShare, cueCosine };
  const note = `no axis asks about ${cue}`;
  return { cueShare, cueCosine: { value: null, interval: null, intervalKind: null, n: 0, groups: 0, note } };
}
