import type { DropReason } from '../samples/drops.ts';
import type { Sample, Series } from '../samples/sample.ts';
import type { Step } from '../waiting/turn.ts';
import type { Target } from './target.ts';

/** What the answer of an instance's daemon has of one task. */
export interface TaskPart {
  /** Of the task: its own where it has a sidecar, else the one that it would have with one. */
  readonly target: Target;
  readonly samples: Sample[];
  /** Whether the target is scraped itself, so that these samples count only where it does not answer. */
  readonly hasSidecar: boolean;
}

/** A task of which a daemon may not tell. */
export interface Refusal {
  readonly reason: DropReason;
  /** Which task, and why, for the log. */
  readonly message: string;
  /** One for each sample. */
  readonly series: readonly Series[];
}

/** The answer of a daemon, task by task. */
export interface Division {
  /** Of the daemon itself and of its instance. */
  readonly own: Sample[];
  readonly parts: readonly TaskPart[];
  readonly refusals: readonly Refusal[];
}

/**
 * Divides the answer of a daemon.
 *
 * @param step called for each sample; what it throws ends the division
 */
export type Divide = (daemon: Target, samples: readonly Sample[], step: Step) => Division;
