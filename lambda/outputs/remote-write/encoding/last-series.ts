import type { TargetSamples } from '../../../model/delivery/sample-output.ts';
import { type Series, sameLabels } from '../../../model/samples/sample.ts';
import { type KnownSeries, NO_SERIES } from './scraped-series.ts';

/** Series that a target no longer has. */
export interface Vanished {
  readonly target: TargetSamples['target'];
  readonly series: readonly Series[];
}

/** The last sent series of a target. */
type Last = KnownSeries & Pick<Vanished, 'target'>;

/**
 * The last sent series, target by target, for the staleness markers of those that end. Kept while the process lives:
 * other series become stale at the receiver by themselves, after five minutes. It uses lists, because sets of a million
 * series would be several times as large.
 */
export class LastSeries {
  readonly #targets = new Map<string, Last>();

  /** The series of a target, while the target joins the same labels in the same way. */
  of(target: TargetSamples['target']): KnownSeries {
    const last = this.#targets.get(target.id);
    return last !== undefined && joinAlike(last.target, target) ? last : NO_SERIES;
  }

  /** Replaces the series of a target. @returns the earlier series that ended, or are other objects now */
  replace(target: TargetSamples['target'], known: KnownSeries): Vanished | undefined {
    const before = this.#targets.get(target.id);
    this.#targets.set(target.id, { target, ...known });
    if (before === undefined) return undefined;
    // Under other labels they are other series.
    const gone = joinAlike(before.target, target)
      ? goneOf(before.series, known.series)
      : before.series;
    return gone.length === 0 ? undefined : { target: before.target, series: gone };
  }

  /** Keeps only these targets. @returns the series of the others */
  retain(targetIds: ReadonlySet<string>): Vanished[] {
    const vanished: Vanished[] = [];
    for (const [id, last] of this.#targets) {
      if (targetIds.has(id)) continue;
      this.#targets.delete(id);
      if (last.series.length > 0) vanished.push(last);
    }
    return vanished;
  }

  /** Restores series whose marker could not be sent. */
  restore({ target, series }: Vanished): void {
    const now = this.#targets.get(target.id);
    if (now === undefined) this.#targets.set(target.id, { ...NO_SERIES, target, series });
    else if (joinAlike(now.target, target)) {
      const all = [...new Set([...now.series, ...series])];
      this.#targets.set(target.id, { ...now, series: all });
    }
  }
}

/** Whether a series gets the same labels at both targets. */
function joinAlike(one: TargetSamples['target'], other: TargetSamples['target']): boolean {
  return one.honorLabels === other.honorLabels && sameLabels(one.labels, other.labels);
}

/** By identity: an equal series may exist as another object. */
function goneOf(before: readonly Series[], now: readonly Series[]): readonly Series[] {
  if (before === now) return [];
  const still = new Set(now);
  return before.filter((series) => !still.has(series));
}
