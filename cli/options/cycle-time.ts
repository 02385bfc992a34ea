/** Milliseconds that a cycle may take: most of the minute from one to the next that the collector is made for. */
const LONGEST_MS = 55_000;

/** Milliseconds that it gets however often it is to run, so that AWS and the targets have time to answer. */
const SHORTEST_MS = 5_000;

/**
 * How long a cycle may take, in milliseconds, where nobody says it. It is over when the next one is to begin: one output that
 * is out of order is tried until then, and must not keep the others from their next cycle.
 *
 * @param everyMs milliseconds from one cycle to the next; undefined where there is one only
 */
export function cycleTime(everyMs: number = LONGEST_MS): number {
  return Math.min(Math.max(everyMs, SHORTEST_MS), LONGEST_MS);
}
