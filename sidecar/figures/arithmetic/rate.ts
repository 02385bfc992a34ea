/**
 * Increase per second of a counter between two samples. `undefined` where either value is not known, where no
 * time passed, and where the counter fell: after a reset the increase is not known.
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
