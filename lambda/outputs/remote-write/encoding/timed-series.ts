import type { TargetSamples } from '../../../model/delivery/sample-output.ts';
import { type Series, sameLabels } from '../../../model/samples/sample.ts';
import type { Vanished } from './last-series.ts';
import { isTime } from './sample-writer.ts';

/**
 * The last series of each target with timestamps of their own, such as those of a sidecar's history. A scrape without
 * them does not end them: all missed points may come later with their own times, which a receiver would refuse after a
 * marker. They end with their target.
 */
export class TimedSeries {
  readonly #targets = new Map<string, Vanished>();

  /** Replaces the series of a target. @returns those under other labels, which belong to another task at its address */
  replace({ target, samples }: TargetSamples): Vanished | undefined {
    const before = this.#targets.get(target.id);
    const isOther = before !== undefined && !sameLabels(before.target.labels, target.labels);
    const series = new Set<Series>();
    for (const { series: one, timestamp } of samples) {
      if (timestamp !== undefined && isTime(timestamp)) series.add(one);
    }
    if (series.size > 0) this.#targets.set(target.id, { target, series: [...series] });
    else if (isOther) this.#targets.delete(target.id);
    return isOther ? before : undefined;
  }

  /** Keeps only these targets. @returns the series of the others */
  retain(targetIds: ReadonlySet<string>): Vanished[] {
    const vanished = [...this.#targets.values()].filter(({ target }) => !targetIds.has(target.id));
    for (const { target } of vanished) this.#targets.delete(target.id);
    return vanished;
  }

  /** Restores series whose marker could not be sent. */
  restore(vanished: Vanished): void {
    const { id } = vanished.target;
    if (!this.#targets.has(id)) this.#targets.set(id, vanished);
  }
}
