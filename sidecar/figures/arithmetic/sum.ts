/** Parts remembered by a running sum; the oldest one that is gone makes room. A task has far fewer containers. */
const MAX_PARTS = 256;

/** A sum of counters that does not fall when one of them stops, falls or vanishes. */
export interface RunningSum {
  readonly total: number;
  /** The last value of each part, also of those that vanished: they may come back. */
  readonly parts: ReadonlyMap<string, number>;
}

/** The sum, or `undefined` where there is no value or any is unknown: a partial sum would be too low. */
export function completeSum(values: Iterable<number | undefined>): number | undefined {
  let sum: number | undefined;
  for (const value of values) {
    if (value === undefined) return undefined;
    sum = (sum ?? 0) + value;
  }
  return sum;
}

/**
 * Adds each part's increase. A part seen for the first time adds its whole value; one that fell adds nothing,
 * since a fall may be an agent's restart that lost older counts, where the new value is no increase.
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

/** Bounds what is remembered: drops what was set first. */
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
