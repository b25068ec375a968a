/** What a long stage reports: `done` of `total` units; the CLI draws it as a bar on stderr. */
export interface Progress {
  readonly stage: string;
  readonly done: number;
  readonly total: number;
  /** What is being counted, e.g. `pictures`. */
  readonly unit: string;
}
export type OnProgress = (progress: Progress) => void;
