import type { TargetSamples } from '../../../model/delivery/sample-output.ts';
import { type Series, sameLabels } from '../../../model/samples/sample.ts';
import { type KnownSeries, NO_SERIES } from './scraped-series.ts';

/** Series that a target no longer has. */
export interface Vanished {
  readonly target: TargetSamples['target'];
  readonly series: readonly Series[];
}

/** What was sent of a target last. */
type Last = KnownSeries & Pick<Vanished, 'target'>;

/**
 * Which series were sent last, target by target, so that those that are gone can be told to be. Kept while the process
 * lives: what it does not know goes stale at the receiver by itself, after five minutes. Lists, as sets of a million series
 * would take several times as much.
 */
export class LastSeries {
  readonly #targets = new Map<string, Last>();

  /** Those of a target, as long as it joins the same labels in the same way. */
  of(target: TargetSamples['target']): KnownSeries {
    const last = this.#targets.get(target.id);
    return last !== undefined && joinAlike(last.target, target) ? last : NO_SERIES;
  }

  /** Remembers the series of a target instead of those before. @returns those of them that are gone, or are other objects now */
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

  /** Forgets all targets but these. @returns the series of the others */
  retain(targetIds: ReadonlySet<string>): Vanished[] {
    const vanished: Vanished[] = [];
    for (const [id, last] of this.#targets) {
      if (targetIds.has(id)) continue;
      this.#targets.delete(id);
      if (last.series.length > 0) vanished.push(last);
    }
    return vanished;
  }

  /** Remembers series again, as nobody could be told that they are gone. */
  restore({ target, series }: Vanished): void {
    const now = this.#targets.get(target.id);
    if (now === undefined) this.#targets.set(target.id, { ...NO_SERIES, target, series });
    else if (joinAlike(now.target, target)) {
      const all = [...new Set([...now.series, ...series])];
      this.#targets.set(target.id, { ...now, series: all });
    }
  }
}

/** Whether the same series have the same labels at both. */
function joinAlike(one: TargetSamples['target'], other: TargetSamples['target']): boolean {
  return one.honorLabels === other.honorLabels && sameLabels(one.labels, other.labels);
}

/** By identity: a series of the same labels may be there as another object. */
function goneOf(before: readonly Series[], now: readonly Series[]): readonly Series[] {
  if (before === now) return [];
  const still = new Set(now);
  return before.filter((series) => !still.has(series));
}
