/** How a figure can be written: drawn, or as its Vega-Lite spec (`json`). */
export const FIGURE_FORMATS = ['svg', 'png', 'pdf', 'json'] as const;
export type FigureFormat = (typeof FIGURE_FORMATS)[number];
