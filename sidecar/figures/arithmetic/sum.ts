/** Most parts of a running sum; the oldest vanished one makes room. A task has far fewer containers. */
const MAX_PARTS = 256;

/** A sum of counters that does not fall when one of them stops, falls or vanishes. */
export interface RunningSum {
  readonly total: number;
  /** The last value of each part, including vanished ones, which may come back. */
  readonly parts: ReadonlyMap<string, number>;
}

/** The sum, or `undefined` without values or with an unknown one, because a partial sum would be too low. */
export function completeSum(values: Iterable<number | undefined>): number | undefined {
  let sum: number | undefined;
  for (const value of values) {
    if (value === undefined) return undefined;
    sum = (sum ?? 0) + value;
  }
  return sum;
}

/**
 * Adds each part's increase. A new part adds its whole value. A part that fell adds nothing, because the agent may have
 * restarted and lost older counts, so the new value is not an increase.
 */
export function accumulate(
  sum: RunningSum | undefined,
  values: Iterable<readonly [part: string, value: number]>,
): RunningSum {
  let total = sum?.total ?? 0;
  const parts = new Map(sum?.parts);
  for (const [part, value] of values) {
    total += Math.max(0, value - (parts.get(part) ?? 0));
    parts.delete(part);
    parts.set(part, value);
  }
  return { total, parts: forgetOldest(parts, MAX_PARTS) };
}

/** Limits the size by dropping the oldest entries. */
export function forgetOldest<Value>(
  memory: Map<string, Value>,
  size: number,
): ReadonlyMap<string, Value> {
  for (const key of memory.keys()) {
    if (memory.size <= size) break;
    memory.delete(key);
  }
  return memory;
}
