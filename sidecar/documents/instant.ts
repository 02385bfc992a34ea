/**
 * A time in nanoseconds since the epoch. The endpoint writes up to nine fraction digits; a `Date` would
 * cut them at 1 ms, which is 0.1 % of the second between two samples on EC2.
 */
export type Instant = bigint;

const RFC_3339 = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9})\d*)?(Z|[+-]\d\d:\d\d)$/;
const NANOSECONDS = 1_000_000_000n;

/** An RFC 3339 time. Times before 1970 stand for "never" (Go's zero time is in the year 1): `undefined`. */
export function instantOf(value: unknown): Instant | undefined {
  const match = typeof value === 'string' ? RFC_3339.exec(value) : null;
  if (match === null) return undefined;
  const milliseconds = Date.parse(`${match[1]}${match[3]}`);
  if (Number.isNaN(milliseconds) || milliseconds < 0) return undefined;
  return BigInt(milliseconds) * 1_000_000n + BigInt((match[2] ?? '').padEnd(9, '0'));
}

/** Seconds since the epoch, with fraction. */
export function epochSeconds(instant: Instant): number;
export function epochSeconds(instant: Instant | undefined): number | undefined;
export function epochSeconds(instant: Instant | undefined): number | undefined {
  if (instant === undefined) return undefined;
  // Apart, since nanoseconds since the epoch do not fit into a number.
  return Number(instant / NANOSECONDS) + Number(instant % NANOSECONDS) / 1e9;
}

/** Seconds since the epoch, rounded down. */
export function wholeSeconds(instant: Instant | undefined): number | undefined {
  return instant === undefined ? undefined : Number(instant / NANOSECONDS);
}

/** Negative if `to` is earlier. */
export function secondsBetween(from: Instant, to: Instant): number {
  return Number(to - from) / 1e9;
}

export function latest(instants: Iterable<Instant | undefined>): Instant | undefined {
  let newest: Instant | undefined;
  for (const instant of instants) {
    if (instant !== undefined && (newest === undefined || instant > newest)) newest = instant;
  }
  return newest;
}

export function earliest(instants: Iterable<Instant | undefined>): Instant | undefined {
  let oldest: Instant | undefined;
  for (const instant of instants) {
    if (instant !== undefined && (oldest === undefined || instant < oldest)) oldest = instant;
  }
  return oldest;
}
