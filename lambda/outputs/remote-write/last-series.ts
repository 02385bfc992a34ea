import { type Series, sameLabels } from '../../model/sample.ts';
import type { TargetSamples } from '../../model/sample-output.ts';

/** Series that a target no longer has. */
export interface Vanished {
  readonly target: TargetSamples['target'];
  readonly series: readonly Series[];
}

/**
 * Which series were sent last, target by target, so that those that are gone can be told to be. Kept while the process
 * lives: what it does not know goes stale at the receiver by itself, after five minutes.
 */
export class LastSeries {
  readonly #targets = new Map<
    string,
    { readonly target: TargetSamples['target']; readonly series: Set<Series> }
  >();

  /** Remembers the series of a target instead of those before. @returns those of them that are gone */
  replace(target: TargetSamples['target'], series: Set<Series>): Vanished | undefined {
    const before = this.#targets.get(target.id);
    this.#targets.set(target.id, { target, series });
    if (before === undefined) return undefined;
    // Under other labels they are other series.
    const gone = sameLabels(before.target.labels, target.labels)
      ? goneOf(before.series, series)
      : [...before.series];
    return gone.length === 0 ? undefined : { target: before.target, series: gone };
  }

  /** Forgets all targets but these. @returns the series of the others */
  retain(targetIds: ReadonlySet<string>): Vanished[] {
    const vanished: Vanished[] = [];
    for (const [id, { target, series }] of this.#targets) {
      if (targetIds.has(id)) continue;
      this.#targets.delete(id);
      if (series.size > 0) vanished.push({ target, series: [...series] });
    }
    return vanished;
  }

  /** Remembers series again, as nobody could be told that they are gone. */
  restore({ target, series }: Vanished): void {
    const now = this.#targets.get(target.id);
    if (now === undefined) this.#targets.set(target.id, { target, series: new Set(series) });
    else if (sameLabels(now.target.labels, target.labels)) {
      for (const one of series) now.series.add(one);
    }
  }
}

/** The same series is mostly the same object, too; where it is not, its labels are compared. */
function goneOf(before: ReadonlySet<Series>, now: ReadonlySet<Series>): Series[] {
  const missing = [...before].filter((series) => !now.has(series));
  if (missing.length === 0) return missing;
  const added = [...now].filter((series) => !before.has(series));
  const names = new Set(added.map(textOf));
  return missing.filter((series) => !names.has(textOf(series)));
}

function textOf({ name, labels, origin }: Series): string {
  const pairs = Object.keys(labels)
    .sort()
    .map((label) => [label, labels[label]]);
  return JSON.stringify([name, origin !== undefined, pairs]);
}
