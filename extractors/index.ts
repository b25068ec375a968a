/**
 * Hidden states and answers out of a checkpoint.
 *
 * | to … | use |
 * | --- | --- |
 * | open a checkpoint folder | `openCheckpoint`, `checkpointHash` |
 * | see its layers, graphs and tokens | `inspectCheckpoint`, `describePrompt`, `describeTokens`, `drawTokens` |
 * | read a contrast set through it, or a share of it | `extract`, `extractShare` |
 * | read the state of every patch, for correspondence | `extractDense` |
 * | take states or answers computed elsewhere | `importHiddenStates`, `importAnswers` |
 * | read what an extraction left | `openHiddenStates`, `ANSWERS_FILE` |
 * | make the untrained control of a checkpoint | `reshuffleWeights` |
 * | look into any ONNX graph | `readOnnxFile`, `findLayers`, `editOnnx` |
 * | preprocess a picture as Pillow does | `decodeImage`, `resizeImage` |
 */
export { openHiddenStates } from '../core/formats/hidden-states.ts';
export { VARIANTS, type Variant } from './checkpoint/locate.ts';
export {
  type Checkpoint,
  checkpointHash,
  type Door,
  openCheckpoint,
  type OpenOptions,
  withTaps,
} from './checkpoint/open.ts';
export { type DenseOptions, extractDense } from './dense.ts';
export {
  extract,
  extractShare,
  type Extraction,
  type ExtractOptions,
  type Share,
  type ShareResult,
} from './extract.ts';
export { describePrompt, type GraphDescription, inspectCheckpoint, inspectGraph, type Inspection } from './inspect.ts';
export {
  describeTokens,
  drawTokens,
  type PromptDescription,
  type TokenDescription,
  type TokenPatch,
} from './tokens.ts';
export { importAnswers, type ImportAnswersOptions } from './import/answers.ts';
export { IMPORT_NORMS, type ImportNorm } from './import/layers.ts';
export { importHiddenStates, type ImportedStates, type ImportStatesOptions } from './import/states.ts';
export { type Device, DEVICES } from './run/device.ts';
export { loadVisuals } from './run/visuals.ts';
export { findLayers, type FindOptions, type FoundLayer, type FoundLayers } from './layers/find.ts';
export { editOnnx, type GraphEdit } from './onnx/edit.ts';
export type { OnnxGraph, OnnxModel, OnnxNode, OnnxTensor, OnnxValue } from './onnx/model.ts';
export { readOnnx, readOnnxFile } from './onnx/read.ts';
export { reshuffleWeights, withUntrained } from './onnx/reshuffle.ts';
export { decodeImage, type RgbImage } from './preprocess/image.ts';
export { type Filter, FILTERS, resizeImage } from './preprocess/resample.ts';
export { ANSWERS_FILE, WRITTEN_TYPES, type WrittenType } from './store.ts';
export type { TextPart, VisionPart, Visual, VisualRef } from './families/family.ts';
export type { Cuts } from './layers/cuts.ts';
export type { Flow } from './layers/flow.ts';
export type { NodeClone } from './onnx/edit.ts';
export type { NewNode, NewValue } from './onnx/encode.ts';
export type { OnnxAttribute } from './onnx/model.ts';
export type { ByteSource } from './onnx/source.ts';
export type { Field } from './onnx/wire.ts';
export type { PatchGrid, Size } from './preprocess/geometry.ts';
