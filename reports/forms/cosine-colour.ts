/** Colours of cosines, from −1 over 0 to 1, with their legend. */
import { OKABE_ITO } from '../theme.ts';

export const COSINE_COLOUR = {
  field: 'value',
  type: 'quantitative',
  scale: {
    domain: [-1, 0, 1],
    range: [OKABE_ITO.vermillion, '#f2f2f2', OKABE_ITO.blue],
    interpolate: 'rgb',
  },
  legend: {
    orient: 'bottom',
    title: 'cosine',
    titleOrient: 'left',
    direction: 'horizontal',
    gradientLength: 90,
    gradientThickness: 6,
    values: [-1, 0, 1],
    offset: 4,
    titlePadding: 5,
    titleBaseline: 'middle',
  },
} as const;
