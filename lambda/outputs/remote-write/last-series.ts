import { type Series, sameLabels } from '../../model/sample.ts';
import type { TargetSamples } from '../../model/sample-output.ts';

/** Series that a target no longer has. */
export interface Vanished {
  readonly target: TargetSamples['target'];
  readonly series: readonly Series[];
}

/**
 * Which series were sent last, target by target, so that those that are gone can be told to be. Kept while the process
 * lives: what it does not know goes stale at the receiver by itself, after five minutes. Lists, as sets of a million series
 * would take several times as much.
 */
export class LastSeries {
  readonly #targets = new Map<string, Vanished>();

  /** Those of a target, each once. */
  of(targetId: string): readonly Series[] {
    return this.#targets.get(targetId)?.series ?? [];
  }

  /** Remembers the series of a target instead of those before. @returns those of them that are gone */
  replace(target: TargetSamples['target'], series: readonly Series[]): Vanished | undefined {
    const before = this.#targets.get(target.id);
    this.#targets.set(target.id, { target, series });
    if (before === undefined) return undefined;
    // Under other labels they are other series.
    const gone = sameLabels(before.target.labels, target.labels)
      ? goneOf(before.series, series)
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
    if (now === undefined) this.#targets.set(target.id, { target, series });
    else if (sameLabels(now.target.labels, target.labels)) {
      const all = [...new Set([...now.series, ...series])];
      this.#targets.set(target.id, { target: now.target, series: all });
    }
  }
}

/** The same series is mostly the same object, too; where it is not, its labels are compared. */
function goneOf(before: readonly Series[], now: readonly Series[]): readonly Series[] {
  if (before === now) return [];
  const still = new Set(now);
  const missing = before.filter((series) => !still.has(series));
  if (missing.length === 0) return missing;
  const known = new Set(before);
  const names = new Set(now.filter((series) => !known.has(series)).map(textOf));
  return missing.filter((series) => !names.has(textOf(series)));
}

function textOf({ name, labels, origin }: Series): string {
  const pairs = Object.keys(labels)
    .sort()
    .map((label) => [label, labels[label]]);
  return JSON.stringify([name, origin !== undefined, pairs]);
}
