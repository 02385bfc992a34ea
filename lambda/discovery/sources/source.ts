import type { FoundTarget } from '../found/target.ts';

/** Lists targets. */
export interface TargetSource {
  /** Such as `file_sd`, for messages. */
  readonly operation: string;
  /** Milliseconds for which the targets are reused. */
  readonly refreshMs: number;
  /** Never rejects: `found` has the last targets of the parts that cannot be read. */
  read(signal: AbortSignal): Promise<SourceTargets>;
}

export interface SourceTargets {
  readonly found: readonly FoundTarget[];
  /** A message for each part that could not be read. */
  readonly errors: readonly string[];
}
