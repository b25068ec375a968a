/** The importers by name. A new one is its own file plus a line here. */
import { blink } from './blink.ts';
import { cocoDepth } from './coco-depth.ts';
import { cvBench } from './cv-bench.ts';
import { embspatial } from './embspatial.ts';
import type { Importer } from './importer.ts';
import { ownPictures } from './own-pictures.ts';
import { spatialTunnel } from './spatial-tunnel.ts';
import { threeDsrBench } from './three-dsr-bench.ts';
import { whatsUp } from './whats-up.ts';

export const IMPORTERS = {
  own: ownPictures,
  embspatial,
  'cv-bench': cvBench,
  '3dsrbench': threeDsrBench,
  'whats-up': whatsUp,
  blink,
  spatialtunnel: spatialTunnel,
  'coco-depth': cocoDepth,
} as const satisfies Record<string, Importer>;
export type ImporterName = keyof typeof IMPORTERS;

export { BOX_FORMATS, type BoxFormat } from './boxes.ts';
export type { BadRow, GoodRow, Importer, PublishedCounts } from './importer.ts';
export { importSet, type ImportedSet, type ImportReport, type ImportSetOptions } from './import-set.ts';
