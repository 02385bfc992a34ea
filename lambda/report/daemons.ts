import type { Refusal } from '../model/targets/division.ts';
import type { Target } from '../model/targets/target.ts';

/** Refusals that are told in words. */
const MAX_REFUSALS = 20;

/** What the daemon of one instance told in a cycle. */
export interface DaemonVisit {
  readonly target: Target;
  /** Tasks that are published by what it told. */
  readonly tasks: number;
  /** Of these: tasks whose own sidecar did not answer. */
  readonly standIns: number;
  /** Tasks that their own sidecars have told of. */
  readonly ownSidecars: number;
  readonly refusals: readonly Refusal[];
}

/** What all daemons told in a cycle. */
export interface DaemonsReport extends Pick<DaemonVisit, 'tasks' | 'standIns' | 'ownSidecars'> {
  readonly daemons: number;
  /** Tasks of which a daemon may not tell. */
  readonly refused: number;
  /** Which, and why; the first few. */
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
