/** What to run in which order: studies as graphs of steps, their records, and what is made of finished runs. */
export { ANALYSES } from './analyses.ts';
export { analyseStates, STORED_ANALYSES, type AnalysedStates, type AnalyseStatesOptions } from './analyse-states.ts';
export { cause, type CauseOptions } from './cause.ts';
export {
  compare,
  compareRuns,
  readComparison,
  type CompareOptions,
  type CompareRunsOptions,
  type WrittenComparison,
} from './compare.ts';
export { planStudy, type PlannedStep, type StudyPlan } from './estimate/estimate.ts';
export { readStudy, studyOf } from './config/read.ts';
export { studySchema, type Study, type StudyAnalysis, type StudySet } from './config/schema.ts';
export { publishedSchema } from './config/yaml.ts';
export type { StepOutcome } from './execute/executor.ts';
export { readCell } from './execute/cell-results.ts';
export { drawResults, type DrawnFigure, type DrawResultsOptions } from './figures.ts';
export { gateSchema, type GateConfig, type GateRule } from './gate/config.ts';
export { EXIT_CODES, gate, type GateOptions, type GateReport, type GateRow } from './gate/gate.ts';
export { junit } from './gate/junit.ts';
export { gateSummary } from './gate/summary.ts';
export { diagnose, type Diagnosis, type DiagnoseOptions, type DiagnosisSummary } from './diagnose.ts';
export { openRun, type ExecutedStudy, type Preset, type RunCell, type RunContents, type RunRecord } from './record.ts';
export { rebuildReports } from './report.ts';
export type { AnalysisRequest } from './request.ts';
export { perspectiveFolder, RunFolder } from './run-folder.ts';
export { plannedSteps, runStep, runStudy, type RunStudyOptions, type StudyRun } from './run-study.ts';
export { stepsOf, type Step, type StepKind } from './steps.ts';
export { sweep, type Sweep, type SweepOptions } from './sweep.ts';
export type { BestOfSweep, SweptResult } from './sweep-table.ts';
export type { Difference, Verification } from './verify/ledger.ts';
export { verify, type VerifyOptions } from './verify/verify.ts';
export type { MeasureValue } from './gate/measure.ts';
export type { Outcome } from './gate/rule.ts';
