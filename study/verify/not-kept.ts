/**
 * Something that a result was computed from isn't in the run folder: the result can't be computed again, which is no
 * difference.
 */
export class NotKept extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'NotKept';
  }
}
