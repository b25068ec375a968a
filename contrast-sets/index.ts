/** Contrast sets: scenes, renderer, pair generators, and sets on disk. */
export { GENERATORS, type GenerateOptions, type Generator, type GeneratorName } from './generators.ts';
export { generatePerspectiveSet, type PerspectiveRequest } from './perspective/generate.ts';
export { PERSPECTIVE_DEFAULTS, type PerspectiveOptions, type PerspectiveParameters } from './perspective/parameters.ts';
export { hasContrastSet, readContrastSet, readContrastSetHeader, setHash, writeContrastSet, type SetDescription } from './io.ts';
export { checkSet, type CheckReport, type CheckResult } from './check.ts';
export { leakage, type LeakageOptions, type LeakageRow } from './leakage.ts';
export { answerOf, questionOf, subjectOf } from './questions.ts';
export { COLOUR_NAMES, COLOURS, type ColourName } from './scene/colours.ts';
export { nameOf, type Camera, type Ground, type Light, type ObjectSpec, type Scene, type Shape, type Sky, type Support } from './scene/model.ts';
export { bodyId, GROUND_ID, SKY_ID, supportId } from './scene/solids.ts';
export { frameOf, project, unproject, type CameraFrame } from './scene/camera.ts';
export { renderScene, type Picture } from './render/render.ts';
export { visibleBoxes } from './render/boxes.ts';
export { pixelHash, readPixels, writePng, type Pixels } from './render/png.ts';
