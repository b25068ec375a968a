/** Reports: figures, tables, the page, and the verdict in a sentence. */
export type { ComparisonInput } from './compare/input.ts';
export { writeComparison, type WriteComparisonOptions } from './compare/write-comparison.ts';
export type { Figure } from './figure.ts';
export * from './figures/index.ts';
export { geometryReadings, probeReadings, type Reading } from './forms/reading.ts';
export { writeGallery, type GalleryOptions } from './gallery/write-gallery.ts';
export { primaryGeometry, primaryProbes, type CheckpointReport, type ReportInput } from './input.ts';
export { reportPage, type PageParts } from './page/page.ts';
export type { PicturesBehind } from './page/pictures.ts';
export { drawFigure, type Drawing } from './render.ts';
export { tableFiles, writeTable } from './report-files.ts';
export { verdictSentence } from './sentence.ts';
export * from './tables/index.ts';
export { WIDTHS } from './theme.ts';
export { FONT_NAMES, type FontName } from './fonts.ts';
export { writeReport, type WriteReportOptions, type WrittenReport } from './write-report.ts';
export type { Tile, TileAnswer } from './contact-tiles.ts';
export type { DrawOptions, OnWarning } from './render.ts';
