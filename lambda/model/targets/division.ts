import type { DropReason } from '../samples/drops.ts';
import type { Sample, Series } from '../samples/sample.ts';
import type { Step } from '../waiting/turn.ts';
import type { Target } from './target.ts';

/** The part of a daemon's answer about one task. */
export interface TaskPart {
  /** The target of the task's sidecar, or the one that it would have with a sidecar. */
  readonly target: Target;
  readonly samples: Sample[];
  /** Whether the target is scraped itself, so that these samples count only if it does not answer. */
  readonly hasSidecar: boolean;
}

/** A task that a daemon may not report. */
export interface Refusal {
  readonly reason: DropReason;
  /** The task and the reason, for the log. */
  readonly message: string;
  /** One for each sample. */
  readonly series: readonly Series[];
}

/** The answer of a daemon, task by task. */
export interface Division {
  /** Samples of the daemon itself and of its instance. */
  readonly own: Sample[];
  readonly parts: readonly TaskPart[];
  readonly refusals: readonly Refusal[];
}

/**
 * Divides the answer of a daemon.
 *
 * @param step called for each sample; an error that it throws ends the division
 */
export type Divide = (daemon: Target, samples: readonly Sample[], step: Step) => Division;
