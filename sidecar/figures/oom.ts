import type { Container } from '../documents/task.ts';

/** 128 + SIGKILL. It alone proves nothing: a stop that outlasts its timeout ends with it too. */
const KILLED = 137;

/** Share of the limit that the last working set must have had. */
const SUSPICIOUS_SHARE = 0.9;

/** The endpoint does not report out-of-memory kills, so this is the basis of a suspicion. */
export interface OomWatch {
  /** Suspected kills since the sidecar started. */
  readonly suspected: number;
  readonly exitCode: number | undefined;
  readonly restartCount: number | undefined;
  /** Bytes: the last known value. */
  readonly workingSet: number | undefined;
  readonly limit: number | undefined;
}

/**
 * Counts a suspicion when the container newly shows exit code 137 or was restarted, and its last working set was close
 * to its limit. An exit before the first look does not count.
 */
export function watchOom(
  before: OomWatch | undefined,
  { exitCode, restartCount }: Container,
  workingSet: number | undefined,
  limit: number | undefined,
): OomWatch {
  const died =
    before !== undefined &&
    ((exitCode === KILLED && before.exitCode !== KILLED) ||
      (restartCount ?? 0) > (before.restartCount ?? Number.POSITIVE_INFINITY));
  return {
    suspected: (before?.suspected ?? 0) + (died && wasFull(before) ? 1 : 0),
    exitCode,
    restartCount,
    // One death counts once: its exit code and its restart may show in different polls.
    workingSet: workingSet ?? (died ? undefined : before?.workingSet),
    limit: limit ?? before?.limit,
  };
}

function wasFull({ workingSet, limit }: OomWatch): boolean {
  if (workingSet === undefined || limit === undefined) return false;
  return workingSet >= SUSPICIOUS_SHARE * limit;
}
