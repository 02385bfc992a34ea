/** Least pause between two polls: two documents a poll, so at most 2 requests a second. */
export const MIN_PAUSE_MS = 1_000;

/** The slowest source (Fargate) renews its figures about this often. */
export const MAX_PAUSE_MS = 10_000;

/** A poll comes this long before the next figures are due, because a pause gets longer, never shorter. */
const EARLY_MS = 500;

/** The time of the next poll, and the observations that it is derived from. */
export interface Pace {
  readonly pauseMs: number;
  /** Assumed interval of the source. */
  readonly periodMs: number;
  /** Polls in a row that failed. */
  readonly failures: number;
  /** Polls in a row without new figures although they were due. */
  readonly unchanged: number;
  /** Whether this pause waits for containers whose figures were not renewed with the others'. */
  readonly secondLook: boolean;
}

/** The result of a poll. */
export type PollOutcome =
  | { readonly kind: 'failed' }
  | { readonly kind: 'unchanged' }
  | {
      readonly kind: 'renewed';
      /** Whether the figures of all containers are new. */
      readonly complete: boolean;
      /** Between the newest figures of this poll and those of the one before it. */
      readonly gapMs: number | undefined;
      /** The interval in the figures themselves: `read` minus `preread`. */
      readonly spanMs: number | undefined;
    };

export const INITIAL_PACE: Pace = {
  pauseMs: MIN_PAUSE_MS,
  periodMs: MIN_PAUSE_MS,
  failures: 0,
  unchanged: 0,
  secondLook: false,
};

/**
 * Follows the source's own refresh: about 1 s on EC2, 10 s on Fargate, 5 to 20 s with ECS_POLL_METRICS. An awaited gap
 * is the source's period; any other gap may contain several, so the figures' own interval counts.
 */
export function nextPace(pace: Pace, outcome: PollOutcome): Pace {
  const { periodMs } = pace;
  const calm = { periodMs, failures: 0, unchanged: 0, secondLook: false };
  switch (outcome.kind) {
    case 'failed':
      return {
        ...calm,
        failures: pace.failures + 1,
        pauseMs: doubling(pace.failures),
      };
    case 'unchanged':
      if (pace.secondLook) return { ...calm, pauseMs: pauseOf(periodMs - pace.pauseMs) };
      return { ...calm, unchanged: pace.unchanged + 1, pauseMs: doubling(pace.unchanged) };
    case 'renewed': {
      const renewed = { ...calm, periodMs: periodOf(pace, outcome) };
      if (pace.secondLook) {
        return { ...renewed, pauseMs: pauseOf(renewed.periodMs - pace.pauseMs) };
      }
      if (outcome.complete) return { ...renewed, pauseMs: pauseOf(renewed.periodMs) };
      return { ...renewed, secondLook: true, pauseMs: MIN_PAUSE_MS };
    }
  }
}

/**
 * Of a daemon: the endpoint renews the figures of all tasks at about the pace of Fargate, each at a time of its own. Where all tasks could
 * not be read, it is soon asked again.
 */
export function nextInstancePace({ failures }: Pace, succeeded: boolean): Pace {
  const pauseMs = succeeded ? pauseOf(MAX_PAUSE_MS) : doubling(failures);
  return {
    ...INITIAL_PACE,
    pauseMs,
    periodMs: MAX_PAUSE_MS,
    failures: succeeded ? 0 : failures + 1,
  };
}

function periodOf(
  { periodMs, unchanged }: Pace,
  { gapMs, spanMs }: Extract<PollOutcome, { kind: 'renewed' }>,
): number {
  if (gapMs === undefined) return clamp(spanMs ?? periodMs);
  if (unchanged > 0) return clamp(gapMs);
  return clamp(Math.min(periodMs, spanMs ?? periodMs / 2));
}

function pauseOf(periodMs: number): number {
  return clamp(periodMs - EARLY_MS);
}

function doubling(times: number): number {
  return clamp(MIN_PAUSE_MS * 2 ** times);
}

function clamp(milliseconds: number): number {
  return Math.min(MAX_PAUSE_MS, Math.max(MIN_PAUSE_MS, milliseconds));
}
