/** What to run in which order. */
export { ANALYSES } from './analyses.ts';
export { analyseStates, type AnalysedStates, type AnalyseStatesOptions } from './analyse-states.ts';
export { causeStudy, type CauseOptions } from './cause.ts';
export {
  compare,
  compareRuns,
  readComparison,
  type CompareOptions,
  type CompareRunsOptions,
  type WrittenComparison,
} from './compare.ts';
export { planStudy, type PlannedStep, type StudyPlan } from './config/plan.ts';
export { readStudy, studyOf } from './config/read.ts';
export { runStudy, type RunStudyOptions, type StudyRun } from './config/run.ts';
export { studySchema, type Study } from './config/schema.ts';
export { publishedSchema } from './config/yaml.ts';
export {
  drawResults,
  FIGURE_FORMATS,
  type DrawnFigure,
  type DrawResultsOptions,
  type FigureFormat,
} from './figures.ts';
export { gateSchema, type GateConfig, type GateRule } from './gate/config.ts';
export { EXIT_CODES, gate, type GateOptions, type GateReport, type GateRow } from './gate/gate.ts';
export { junit } from './gate/junit.ts';
export { gateSummary } from './gate/summary.ts';
export { verify, type Difference, type Verification, type VerifyOptions } from './verify.ts';
export { diagnose, type Diagnosis, type DiagnoseOptions, type DiagnosisSummary } from './diagnose.ts';
export { rebuildReport } from './report.ts';
export { perspectiveFolder, RunFolder, type RunRecord } from './run-folder.ts';
export { readSweep, sweep, type Sweep, type SweepOptions, type SweepRecord, type SweptResult } from './sweep.ts';
export type { MeasureValue } from './gate/measure.ts';
export type { Outcome } from './gate/rule.ts';
