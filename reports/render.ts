/** Draws figures: Vega-Lite spec, SVG, PNG and PDF of the same picture at its physical width. */
import sharp from 'sharp';
import { createCanvas, PDFDocument, type Canvas } from 'canvas';
import { Error as ERROR_LEVEL, parse, resetSVGDefIds, View, type LoggerInterface } from 'vega';
import { expressionInterpreter } from 'vega-interpreter';
import { compile, type TopLevelSpec } from 'vega-lite';
import { escapeMarkup } from './escape.ts';
import type { Figure } from './figure.ts';
import { registerFonts, withCurrentFont } from './fonts.ts';
import { INK, POINTS_PER_INCH } from './theme.ts';

export interface Drawing {
  readonly figure: Figure;
  readonly spec: TopLevelSpec;
  /** Width and height in points, before `scale`. */
  readonly size: readonly [number, number];
  readonly svg: string;
  readonly png: Promise<Uint8Array>;
  /** One page of the picture's size: lines as lines, text as text in the embedded font; `null` unless asked for. */
  readonly pdf: Uint8Array | null;
}

export interface DrawOptions {
  /** Pixels an inch of the PNG; defaults to *300* (3.25 in → 975 px). */
  readonly dpi?: number;
  /** Enlarges the whole picture, letters and all: its physical width is the figure's times this. Defaults to *1*. */
  readonly scale?: number;
  /** Whether a PDF is made too; defaults to *false*. */
  readonly pdf?: boolean;
  readonly onWarning?: OnWarning;
}

/** Told of everything that Vega-Lite or Vega has to say about a spec. */
export type OnWarning = (message: string) => void;

function loggerFor(onWarning: OnWarning): LoggerInterface {
  const say = (...messages: readonly unknown[]): LoggerInterface => {
    onWarning(messages.map(String).join(' '));
    return logger;
  };
  const silent = (): LoggerInterface => logger;
  const level = ((value?: number) => (value === undefined ? ERROR_LEVEL : logger)) as LoggerInterface['level'];
  const logger: LoggerInterface = { level, error: say, warn: say, info: silent, debug: silent };
  return logger;
}

async function viewOf(spec: TopLevelSpec, onWarning: OnWarning): Promise<View> {
  const logger = loggerFor(onWarning);
  const { spec: vega } = compile(spec, { logger });
  const view = new View(parse(vega, undefined, { ast: true }), {
    renderer: 'none',
    expr: expressionInterpreter,
    logger,
  });
  await view.runAsync();
  return view;
}

/** The scene's bounds with padding, in points. */
function sizeOf(view: View): [number, number] {
  const { left, right, top, bottom } = view.padding() as { left: number; right: number; top: number; bottom: number };
  const inner = view as unknown as { _viewWidth: number; _viewHeight: number };
  return [inner._viewWidth + left + right, inner._viewHeight + top + bottom];
}

/**
 * Draws one figure. The panels are fitted so that the whole picture has the figure's width; what rounding to whole
 * points leaves is white on the right. The PNG is encoded beside the caller's further work.
 * @throws RangeError when the panels would have to be narrower than nothing
 */
export async function drawFigure(
  figure: Figure,
  { dpi = 300, scale = 1, pdf: wanted = false, onWarning = () => undefined }: DrawOptions = {},
): Promise<Drawing> {
  registerFonts();
  const target = figure.width * POINTS_PER_INCH;
  let panelWidth = Math.floor((target - figure.margin) / figure.panels);
  const specOf = (panels: number): TopLevelSpec => {
    const made = figure.spec(panels);
    return made.config === undefined ? made : { ...made, config: withCurrentFont(made.config) };
  };
  let spec = specOf(panelWidth);
  let view = await viewOf(spec, onWarning);
  // Labels can change with the width (fewer ticks), so fitting is repeated until it stands.
  for (let round = 0; round < 4; round++) {
    const excess = sizeOf(view)[0] - target;
    if (excess <= 0 && excess > -(figure.panels + 2)) break;
    panelWidth -= Math.ceil(excess / figure.panels);
    if (panelWidth <= 0)
      throw new RangeError(`${figure.name}: ${figure.panels} panels don't fit in ${figure.width} in`);
    view.finalize();
    spec = specOf(panelWidth);
    view = await viewOf(spec, onWarning);
  }
  const height = Math.ceil(sizeOf(view)[1]);
  resetSVGDefIds();
  const svg = physicalSvg(await view.toSVG(), target, height, scale, figure);
  const canvas = await paint(view, target, height, (dpi * scale) / POINTS_PER_INCH);
  const pdf = wanted ? await print(view, target, height, scale, figure) : null;
  view.finalize();
  const pixels = { width: canvas.width, height: canvas.height, channels: 4 } as const;
  const png = sharp(canvas.data(), { raw: pixels }).removeAlpha().withMetadata({ density: dpi }).png().toBuffer();
  return { figure, spec, size: [target, height], svg, png, pdf };
}

/** Sets the physical size (`pt`) and names the picture for assistive technology. */
function physicalSvg(
  svg: string,
  width: number,
  height: number,
  scale: number,
  { title, description }: Figure,
): string {
  const body = svg.slice(svg.indexOf('>', svg.indexOf('<svg')) + 1);
  const head = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" version="1.1" class="marks" role="img" width="${width * scale}pt" height="${height * scale}pt" viewBox="0 0 ${width} ${height}">`;
  return `${head}<title>${escapeMarkup(title)}</title><desc>${escapeMarkup(description)}</desc>${body}`;
}

async function paint(view: View, width: number, height: number, scale: number): Promise<Canvas> {
  const canvas = createCanvas(Math.round(width * scale), Math.round(height * scale));
  const externalContext = canvas.getContext('2d');
  externalContext.fillStyle = INK.paper;
  externalContext.fillRect(0, 0, canvas.width, canvas.height);
  await view.toCanvas(scale, { externalContext });
  return canvas;
}

/** The document names the figure and holds no date: the same picture gives the same bytes. */
async function print(
  view: View,
  width: number,
  height: number,
  scale: number,
  { title, description }: Figure,
): Promise<Uint8Array> {
  const document = new PDFDocument({ title, subject: description, creator: 'plumbline' });
  const externalContext = document.beginPage(width * scale, height * scale);
  await view.toCanvas(scale, { externalContext });
  document.endPage();
  return document.close();
}
