/** An exposition that cannot be read. Its message names the line, what was expected and what was found. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError';
  /** Counts from 1. */
  readonly line: number;

  constructor(line: number, problem: string) {
    super(`line ${line}: ${problem}`);
    this.line = line;
  }
}

/** An exposition that needs more memory than there is. */
export class NoMemoryError extends Error {
  override readonly name = 'NoMemoryError';

  /** @param limit the exhausted limit */
  constructor(limit: string) {
    super(`expected at most ${limit}, as memory allows, got more`);
  }
}

/** A line with too many labels. */
export class TooManyLabelsError extends Error {
  override readonly name = 'TooManyLabelsError';

  /** @param line counts from 1 */
  constructor(line: number, limit: number) {
    super(`line ${line}: expected at most ${limit} labels, got more`);
  }
}
