import type { TargetSamples } from '../../../model/delivery/sample-output.ts';
import { type Series, sameLabels } from '../../../model/samples/sample.ts';
import type { Vanished } from './last-series.ts';
import { isTime } from './sample-writer.ts';

/**
 * Which series with times of their own each target had last, such as those of a sidecar's history. A scrape without them says
 * nothing: there may be no new point, or all that was missed may come later, each point at its own time, which a receiver
 * would not take after a marker. They are gone when their target is.
 */
export class TimedSeries {
  readonly #targets = new Map<string, Vanished>();

  /** Remembers what a target has now. @returns what it had under other labels: of another task at its address */
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

  /** Forgets all targets but these. @returns the series of the others */
  retain(targetIds: ReadonlySet<string>): Vanished[] {
    const vanished = [...this.#targets.values()].filter(({ target }) => !targetIds.has(target.id));
    for (const { target } of vanished) this.#targets.delete(target.id);
    return vanished;
  }

  /** Remembers series again, as nobody could be told that they are gone. */
  restore(vanished: Vanished): void {
    const { id } = vanished.target;
    if (!this.#targets.has(id)) this.#targets.set(id, vanished);
  }
}
