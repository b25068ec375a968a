/**
 * Plumbline as a library: what most programs begin with. Everything else is in its room: `plumbline/contrast-sets`,
 * `/extractors`, `/probes`, `/analysis`, `/findings`, `/reports`, `/study`, and `/core` for the formats and statistics they share.
 *
 * | to … | use |
 * | --- | --- |
 * | run what a command of `plumbline` runs | `diagnose`, `sweep`, `cause`, `runStudy`, `analyseStates`, `compareRuns`, `gate`, `verify`, `rebuildReports` |
 * | find things in a run folder | `RunFolder`, `readStudy` |
 * | make, read and import contrast sets | `GENERATORS`, `generatePerspectiveSet`, `importSet`, `readContrastSet`, `checkSet` |
 * | read a checkpoint | `openCheckpoint`, `inspectCheckpoint`, `extract`, `openHiddenStates`, `importHiddenStates`, `importAnswers` |
 */
export { diagnose, type Diagnosis, type DiagnoseOptions } from './study/diagnose.ts';
export { sweep, type Sweep } from './study/sweep.ts';
export { cause } from './study/cause.ts';
export { runStudy } from './study/run-study.ts';
export { readStudy } from './study/config/read.ts';
export { analyseStates } from './study/analyse-states.ts';
export { compareRuns } from './study/compare.ts';
export { gate, type GateReport } from './study/gate/gate.ts';
export { verify } from './study/verify/verify.ts';
export type { Verification } from './study/verify/ledger.ts';
export { rebuildReports } from './study/report.ts';
export { RunFolder } from './study/run-folder.ts';
export { checkSet, GENERATORS, generatePerspectiveSet, importSet, readContrastSet } from './contrast-sets/index.ts';
export { extract, importAnswers, importHiddenStates, inspectCheckpoint, openCheckpoint } from './extractors/index.ts';
export { openHiddenStates } from './core/formats/hidden-states.ts';
export { PlumblineError } from './core/errors.ts';
export type { Answer } from './core/artifacts/answers.ts';
export type { ContrastSet, Item, Pair } from './core/artifacts/contrast-set.ts';
export type { HiddenStates } from './core/artifacts/hidden-states.ts';
export type { BehaviourResult, Estimate, GeometryResult, ProbesResult } from './core/artifacts/results.ts';
export type { Finding } from './core/artifacts/results/finding.ts';
export type { CauseResult } from './core/artifacts/results/cause.ts';
