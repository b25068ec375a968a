/**
 * What an importer is: it turns the rows of somebody else's files into pairs, one row at a time, and names every row it
 * can't use.
 */
import type { Pair } from '../../core/artifacts/contrast-set.ts';
import { PlumblineError } from '../../core/errors.ts';
import type { BoxFormat } from './boxes.ts';
import type { PictureStore } from './pictures.ts';

export interface ImportInput {
  readonly files: readonly string[];
  /** Folder that relative picture paths start from; defaults to *the folder of the file that names them*. */
  readonly images?: string;
  /** Folder of depth maps, named as the pictures. */
  readonly depth?: string;
  /** Depth maps hold inverse depth (disparity): larger is nearer. */
  readonly inverseDepth?: boolean;
  /** How boxes are written; defaults to *what each importer's header says*. */
  readonly boxes?: BoxFormat;
  /** Of every choice that the source leaves open, e.g. the second object of a four-way question. */
  readonly seed: number;
  readonly pictures: PictureStore;
  /** Takes a row's id; throws `duplicate-id` when another row has it. */
  readonly claim: (id: string) => string;
}

/** A row that was understood. */
export interface GoodRow {
  readonly where: string;
  /** 0 where the pairs come from rows that have been counted. */
  readonly rows?: 0;
  readonly pairs: readonly Pair[];
}

/** A row that was left out, and why. */
export interface BadRow {
  /** `FILE:LINE`, or `FILE row N`. */
  readonly where: string;
  readonly rows?: 0;
  readonly problem: string;
}

/** How many questions of one kind a paper counts under each condition. */
export interface PublishedCounts {
  readonly of: string;
  readonly axis: string;
  readonly total: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly source: string;
}

export interface Importer {
  readonly name: string;
  /** Raised whenever the same files give other pairs. */
  readonly version: number;
  /** One line for a list of importers. */
  readonly description: string;
  /** As published; printed beside an import's own, never enforced. */
  readonly published: readonly PublishedCounts[];
  /** The rows in the order of the files; throws where a file as a whole can't be read. */
  read(input: ImportInput): AsyncIterable<GoodRow | BadRow>;
}

/** Runs the conversion of one row; what it finds wrong with the row becomes a bad row. */
export async function attempt(
  where: string,
  convert: () => Promise<readonly Pair[]> | readonly Pair[],
): Promise<GoodRow | BadRow> {
  try {
    return { where, pairs: await convert() };
  } catch (error) {
    if (!(error instanceof PlumblineError) || STOPPING.has(error.code)) throw error;
    return {
      where,
      problem: error.where === undefined || error.where === where ? error.message : `${error.message} (${error.where})`,
    };
  }
}

/** Troubles with the machine, which the next row would meet again. */
const STOPPING = new Set(['disk-full', 'read-only', 'permission-denied', 'too-many-files']);
