/**
 * How far a client has the history: it has the points that were recorded up to a time, and that are of a time before another. So
 * it can leave the points of a minute that is not over for its next page.
 */
export interface Position {
  /** Time of recording, in milliseconds since the epoch. */
  readonly recorded: number;
  /** Epoch seconds, by the source's clock. Infinity: it has the points of all times. */
  readonly before: number;
}

/** Unix seconds. */
const SECONDS = String.raw`\d{1,13}(?:\.\d{1,6})?`;

/** Both times; the second one is absent where it is infinite. */
const CURSOR = new RegExp(`^(${SECONDS})(?:,(${SECONDS}))?$`);

/** Reads a cursor. @returns undefined where it is none */
export function readPosition(cursor: string): Position | undefined {
  const [, recorded, before] = CURSOR.exec(cursor) ?? [];
  if (recorded === undefined) return undefined;
  return {
    recorded: Math.round(Number(recorded) * 1000),
    before: before === undefined ? Number.POSITIVE_INFINITY : Number(before),
  };
}

export function writePosition({ recorded, before }: Position): string {
  const time = String(recorded / 1000);
  return before === Number.POSITIVE_INFINITY ? time : `${time},${before}`;
}
