/** Contrast sets: scenes, renderer, pair generators, and sets on disk. */
export {
  defineGenerator,
  parametersOf,
  type Blueprint,
  type BuildContext,
  type GenerateOptions,
  type Generator,
  type GeneratorDefinition,
  type InThreads,
} from './generator.ts';
export { parametersIn, parametersSchema, type Parameter } from './parameters.ts';
export { GENERATORS, type GeneratorName } from './generators.ts';
export { generatePerspectiveSet, writePerspectiveSet, type PerspectiveRequest } from './perspective/generate.ts';
export {
  PERSPECTIVE_DEFAULTS,
  perspectiveCounts,
  type PerspectiveOptions,
  type PerspectiveParameters,
} from './perspective/parameters.ts';
export {
  hasContrastSet,
  readContrastSet,
  readContrastSetHeader,
  streamPairs,
  writeContrastSet,
  type SetDescription,
} from './io.ts';
export { buildSet, fromWorkers, type BuildOptions, type FinishedSet, type SceneOutput } from './build.ts';
export { checkSet, type CheckReport } from './check.ts';
export type { CheckResult } from './checks/result.ts';
export { leakage, type LeakageOptions, type LeakageRow } from './checks/leakage.ts';
export { answerByProgram, OPERATIONS, type Operation } from './programs/index.ts';
export { answerOf, captionsOf, questionOf, subjectOf } from './questions.ts';
export { COLOUR_NAMES, COLOURS, type ColourName } from './scene/colours.ts';
export {
  nameOf,
  type Camera,
  type Ground,
  type Light,
  type ObjectSpec,
  type Scene,
  type Shape,
  type Sky,
  type Support,
} from './scene/model.ts';
export { bodyId, GROUND_ID, SKY_ID, supportId } from './scene/solids.ts';
export { frameOf, project, unproject, type CameraFrame } from './scene/camera.ts';
export { renderScene, type Picture } from './render/render.ts';
export { visibleBoxes } from './render/boxes.ts';
export {
  pixelHash,
  readMask,
  readPixels,
  writeDepthMap,
  writeMask,
  writePng,
  type Mask,
  type Pixels,
} from './render/png.ts';
export {
  BOX_FORMATS,
  importSet,
  IMPORTERS,
  type BadRow,
  type BoxFormat,
  type ImportedSet,
  type Importer,
  type ImporterName,
  type ImportReport,
  type ImportSetOptions,
} from './import/index.ts';
export type { WorkerSource } from './build.ts';
export type { CheckOptions } from './check.ts';
export type { Factors } from './checks/random-features.ts';
export type { GoodRow, ImportInput, PublishedCounts } from './import/importer.ts';
export type { Pattern, Room, Vector } from './scene/model.ts';
