/**
 * Increase of a counter per second between two samples. `undefined` if a value is unknown, if no time passed, or if the
 * counter fell: after a reset the increase is unknown.
 */
export function rateOf(
  earlier: number | undefined,
  later: number | undefined,
  seconds: number,
): number | undefined {
  if (earlier === undefined || later === undefined) return undefined;
  if (seconds <= 0 || later < earlier) return undefined;
  return (later - earlier) / seconds;
}
