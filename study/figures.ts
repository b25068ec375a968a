/** Draws the figures of any results on disk, whoever wrote them: analyse, cause, sweep, diagnose. */
import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { createCanvas, loadImage } from 'canvas';
import { z } from 'zod';
import { provenanceSchema } from '../core/artifacts/results.ts';
import { correspondenceSchema } from '../core/artifacts/results/correspondence.ts';
import { PlumblineError } from '../core/errors.ts';
import { writeFileAtomic, writeJsonAtomic } from '../core/formats/atomic.ts';
import { readJson } from '../core/formats/json.ts';
import type { OnProgress } from '../core/progress.ts';
import { bestLayersFigure, drawableAnalysis, figuresOfResult, RESULT_FIGURES } from '../reports/figures/index.ts';
import type { FigurePicture } from '../reports/forms/of-result.ts';
import type { Figure } from '../reports/figure.ts';
import { inFont, type FontName } from '../reports/fonts.ts';
import { drawFigure } from '../reports/render.ts';
import { FIGURE_FORMATS, type FigureFormat } from '../reports/figure-formats.ts';
import { toCsv } from '../reports/tables/csv.ts';
import { SIZE, WIDTHS } from '../reports/theme.ts';
import { bestOf } from './sweep-table.ts';

export interface DrawResultsOptions {
  /** Result files, or folders that hold some at any depth. */
  readonly results: readonly string[];
  /** Folder for the figures. */
  readonly out: string;
  /** Preset of the printed width; defaults to *what each figure's panels need*. */
  readonly width?: keyof typeof WIDTHS;
  /** Points of axis titles in print; all letters follow. Defaults to *7*. */
  readonly fontSize?: number;
  /** Source Sans 3 or STIX Two, both shipped; defaults to *sans*. */
  readonly font?: FontName;
  /** Defaults to *all*. */
  readonly formats?: readonly FigureFormat[];
  /** Of PNG; defaults to *300*. */
  readonly dpi?: number;
  /** Folder of the contrast set, for figures that show pictures; by default looked for in the run folder. */
  readonly set?: string;
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

export interface DrawnFigure {
  readonly name: string;
  readonly title: string;
  readonly caption: string;
  readonly files: readonly string[];
}

/**
 * Draws every figure of every result; the data of each lies beside it as CSV, captions and descriptions in
 * `figures.json`.
 * @throws PlumblineError `no-results`, `invalid-result`, `file-not-found`
 */
export function drawResults(options: DrawResultsOptions): Promise<DrawnFigure[]> {
  return inFont(options.font ?? 'sans', () => drawAll(options));
}

async function drawAll(options: DrawResultsOptions): Promise<DrawnFigure[]> {
  const { out, width, fontSize = SIZE.label, formats = FIGURE_FORMATS, dpi = 300, onProgress, signal } = options;
  const scale = fontSize / SIZE.label;
  const figures = await figuresIn(options, width === undefined ? undefined : WIDTHS[width] / scale);
  const drawn: DrawnFigure[] = [];
  for (const figure of figures) {
    signal?.throwIfAborted();
    onProgress?.({ stage: 'figures', done: drawn.length, total: figures.length, unit: 'figures' });
    const { spec, svg, png, pdf } = await drawFigure(figure, { dpi, scale, pdf: formats.includes('pdf') });
    const bytes: Record<FigureFormat, [string, () => Promise<string | Uint8Array>]> = {
      json: [
        'vl.json',
        () =>
          Promise.resolve(
            `${JSON.stringify({ ...spec, description: `${figure.caption} ${figure.description}` }, undefined, 1)}\n`,
          ),
      ],
      svg: ['svg', () => Promise.resolve(svg)],
      png: ['png', () => png],
      pdf: ['pdf', () => Promise.resolve(pdf!)],
    };
    const encoded = await png;
    const files: string[] = [];
    for (const format of FIGURE_FORMATS.filter((candidate) => formats.includes(candidate))) {
      const [ending, content] = bytes[format];
      const file = join(out, `${figure.name}.${ending}`);
      await writeFileAtomic(file, format === 'png' ? encoded : await content());
      files.push(file);
    }
    const data = join(out, `${figure.name}.csv`);
    await writeFileAtomic(data, toCsv(figure.table));
    drawn.push({ name: figure.name, title: figure.title, caption: figure.caption, files: [...files, data] });
  }
  onProgress?.({ stage: 'figures', done: drawn.length, total: figures.length, unit: 'figures' });
  await writeJsonAtomic(join(out, 'figures.json'), {
    format: 'plumbline-figures',
    version: 1,
    figures: figures.map(({ name, title, caption, description }) => ({ name, title, caption, description })),
  });
  return drawn;
}

interface Found {
  readonly file: string;
  readonly value: unknown;
  readonly checkpoint: string;
  readonly set: string | undefined;
}

const stampSchema = z.object({ provenance: provenanceSchema });

async function figuresIn({ results, set }: DrawResultsOptions, width: number | undefined): Promise<Figure[]> {
  const found: Found[] = [];
  const figures: Figure[] = [];
  const sized = width === undefined ? {} : { width };
  for (const path of results) {
    const named = !(await isFolder(path));
    for (const file of named ? [path] : await jsonFiles(path)) {
      const value: unknown = await readJson(file, z.unknown());
      if (!named && drawableAnalysis(value) === undefined) continue;
      const stamp = stampSchema.safeParse(value).data?.provenance;
      found.push({
        file,
        value,
        checkpoint: stamp?.checkpoint.name ?? basename(file, extname(file)),
        set: stamp?.set.name,
      });
    }
  }
  const taken = new Map<string, number>();
  for (const { file, value, checkpoint, set: setName } of found) {
    const pictures = await picturesOf(value, set ?? setBeside(file));
    const make = (suffix: string): Figure[] => figuresOfResult(value, { checkpoint, suffix, ...sized, pictures }, file);
    // Several results of a kind: checkpoint, then set, then a number keep their files apart.
    const plain = make('');
    const twins = found.filter(
      (other) => other.file !== file && drawableAnalysis(other.value) === drawableAnalysis(value),
    );
    const words =
      twins.length === 0
        ? ''
        : `-${slug(checkpoint)}${twins.some((twin) => twin.checkpoint === checkpoint && twin.set !== setName) ? `-${slug(setName ?? '')}` : ''}`;
    for (const figure of twins.length === 0 ? plain : make(words)) {
      const count = taken.get(figure.name) ?? 0;
      taken.set(figure.name, count + 1);
      figures.push(
        count === 0
          ? figure
          : {
              ...figure,
              name: `${figure.name}-${count + 1}`,
              table: { ...figure.table, name: `${figure.table.name}-${count + 1}` },
            },
      );
    }
  }
  figures.push(...bestLayers(found, sized), ...figuresAcross(found, sized));
  if (figures.length === 0)
    throw new PlumblineError('no-results', 'no result with a figure was found', {
      where: results.join(', '),
      hint: 'give NAME.json files or folders that analyse, cause, sweep or diagnose wrote',
    });
  return figures;
}

/** The best layer of each checkpoint, where several have been swept. */
function bestLayers(found: readonly Found[], sized: { readonly width?: number }): Figure[] {
  const swept = found.flatMap(({ value, checkpoint, set = '' }) => {
    const result = correspondenceSchema.and(stampSchema).safeParse(value).data;
    return result === undefined ? [] : [bestOf({ checkpoint, set, result })];
  });
  const figure = bestLayersFigure(swept, { checkpoint: 'sweep', suffix: '', ...sized });
  return figure === null ? [] : [figure];
}

/** What only several checkpoints together give, for each set that they have results of an analysis on. */
function figuresAcross(found: readonly Found[], sized: { readonly width?: number }): Figure[] {
  return Object.entries(RESULT_FIGURES).flatMap(([analysis, { across }]) => {
    const own = found.filter(({ value }) => drawableAnalysis(value) === analysis);
    const sets = [...new Set(own.map(({ set }) => set))];
    return sets.flatMap((set) =>
      across(
        own.filter((entry) => entry.set === set).map(({ checkpoint, value }) => ({ name: checkpoint, result: value })),
        { suffix: sets.length > 1 ? `-${slug(set ?? '')}` : '', ...sized },
      ),
    );
  });
}

const slug = (text: string): string => text.replace(/[^a-z0-9.]+/gi, '-').replace(/^-|-$/g, '');

async function isFolder(path: string): Promise<boolean> {
  const info = await stat(path).catch((cause: unknown) => {
    throw new PlumblineError('file-not-found', 'there is no such file or folder', {
      where: path,
      hint: 'give a result file, or a folder that holds some',
      cause,
    });
  });
  return info.isDirectory();
}

async function jsonFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  // Sets, states and reports hold many JSON files, none of them a result.
  return entries
    .filter(
      (entry) =>
        entry.isFile() &&
        entry.name.endsWith('.json') &&
        !entry.name.endsWith('.vl.json') &&
        !/[/\\](sets|states|interventions|report)([/\\]|$)/.test(entry.parentPath.slice(folder.length)),
    )
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** `RUN/results/CHECKPOINT/SET/NAME.json` → `RUN/sets/SET`, where it is there. */
function setBeside(file: string): string | undefined {
  const folder = dirname(resolve(file));
  const set = join(folder, '..', '..', '..', 'sets', basename(folder));
  return existsSync(set) ? set : undefined;
}

const LONGEST = 320;

/** The pictures of a correspondence's examples; `undefined` where the result has none or the set isn't there. */
async function picturesOf(value: unknown, set: string | undefined): Promise<Map<string, FigurePicture> | undefined> {
  const examples = set === undefined ? undefined : correspondenceSchema.safeParse(value).data?.examples;
  if (set === undefined || examples === undefined) return undefined;
  const pictures = new Map<string, FigurePicture>();
  for (const path of new Set(examples.flatMap(({ images }) => images))) {
    const image = await loadImage(join(set, path)).catch(() => null);
    if (image === null) continue;
    const scale = Math.min(1, LONGEST / Math.max(image.width, image.height));
    const canvas = createCanvas(Math.round(image.width * scale), Math.round(image.height * scale));
    canvas.getContext('2d').drawImage(image, 0, 0, canvas.width, canvas.height);
    pictures.set(path, {
      url: `data:image/jpeg;base64,${(await canvas.encode('jpeg', 88)).toString('base64')}`,
      width: canvas.width,
      height: canvas.height,
    });
  }
  return pictures;
}
