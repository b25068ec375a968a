/** What to run in which order. */
export { ANALYSES, type AnalysisContext, type AnalysisInput, type NamedAnalysis } from './analyses.ts';
export { analyseStates, type AnalysedStates, type AnalyseStatesOptions } from './analyse-states.ts';
export { causeStudy, type CauseOptions } from './cause.ts';
export { diagnose, type Diagnosis, type DiagnoseOptions, type DiagnosisSummary } from './diagnose.ts';
export { rebuildReport } from './report.ts';
export { perspectiveFolder, RunFolder, type RunRecord } from './run-folder.ts';
export { readSweep, sweep, type Sweep, type SweepOptions, type SweepRecord } from './sweep.ts';
