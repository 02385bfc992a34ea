import type { FoundTarget } from '../found/target.ts';

/** What lists targets. */
export interface TargetSource {
  /** Such as `file_sd`, for messages. */
  readonly operation: string;
  /** Milliseconds that what was read is good for. */
  readonly refreshMs: number;
  /** Never rejects: where something cannot be read, `found` has what was read of it before. */
  read(signal: AbortSignal): Promise<SourceTargets>;
}

export interface SourceTargets {
  readonly found: readonly FoundTarget[];
  /** A message for each thing that could not be read. */
  readonly errors: readonly string[];
}
