import { PlumblineError } from '../../core/errors.ts';

/** A problem of one row: the import goes on without it. */
export const rowProblem = (message: string): PlumblineError => new PlumblineError('bad-row', message);
