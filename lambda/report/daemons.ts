import type { Refusal } from '../model/targets/division.ts';
import type { Target } from '../model/targets/target.ts';

/** Refusals with a text in the report. */
const MAX_REFUSALS = 20;

/** The tasks that the daemon of one instance reported in a cycle. */
export interface DaemonVisit {
  readonly target: Target;
  /** Tasks that are published from its page. */
  readonly tasks: number;
  /** Of these: tasks whose own sidecar did not answer. */
  readonly standIns: number;
  /** Tasks that their own sidecars have reported. */
  readonly ownSidecars: number;
  readonly refusals: readonly Refusal[];
}

/** The tasks that all daemons reported in a cycle. */
export interface DaemonsReport extends Pick<DaemonVisit, 'tasks' | 'standIns' | 'ownSidecars'> {
  readonly daemons: number;
  /** Tasks that a daemon may not report. */
  readonly refused: number;
  /** The first of them, with the reasons. */
  readonly refusals: readonly string[];
}

export function reportOfDaemons(visits: readonly DaemonVisit[]): DaemonsReport {
  const sum = (of: (visit: DaemonVisit) => number) =>
    visits.reduce((total, visit) => total + of(visit), 0);
  return {
    daemons: visits.length,
    tasks: sum(({ tasks }) => tasks),
    standIns: sum(({ standIns }) => standIns),
    ownSidecars: sum(({ ownSidecars }) => ownSidecars),
    refused: sum(({ refusals }) => refusals.length),
    refusals: visits
      .flatMap(({ refusals }) => refusals.map(({ message }) => message))
      .slice(0, MAX_REFUSALS),
  };
}
