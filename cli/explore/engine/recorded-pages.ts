import type { Sample, Series } from '../../../lambda/model/samples/sample.ts';
import type { Config } from '../../../lambda/model/settings/config.ts';
import type { Answer } from '../../../lambda/model/targets/decoder.ts';
import type { Target } from '../../../lambda/model/targets/target.ts';
import { keyOf } from '../../explain/distinct.ts';
import { decodeAnswer, type Page } from '../../explain/page.ts';
import type { RecordedTarget, Recording } from '../../recording/format.ts';
import { recordedPage } from '../../recording/pages.ts';

/** A recorded target, as rules see it. */
export interface ReadTarget {
  readonly recorded: RecordedTarget;
  /** Absent: the rules have no job for it. */
  readonly page?: Page | undefined;
  /** The series of the page, in its order. */
  readonly series: readonly RecordedSeries[];
  /** Absent: the target is up. */
  readonly down?: { readonly reason: string; readonly text: string } | undefined;
}

/** All samples of one series. */
export interface RecordedSeries {
  readonly series: Series;
  /** The series as the target exposes it: the same, whatever the rules. Unique on its page. */
  readonly key: string;
  /** The latest. */
  readonly value: number;
  /** Those with a time, oldest first; one or none without a history. */
  readonly points: readonly Sample[];
  /** Whether metric relabeling drops it. */
  readonly isDropped: boolean;
}

/** Reads the pages of a recording, and decodes each only once: an edit of the rules seldom changes more than the rules. */
export class RecordedPages {
  readonly #targets: readonly RememberedTarget[];

  constructor({ targets }: Recording) {
    this.#targets = targets.map((recorded) => new RememberedTarget(recorded));
  }

  read(config: Pick<Config, 'jobs'>): readonly ReadTarget[] {
    return this.#targets.map((target) => target.read(config));
  }
}

class RememberedTarget {
  readonly #recorded: RecordedTarget;
  readonly #decoded = new Map<string, Sample[]>();
  /** The result for settings that are seldom edited. */
  #last: { readonly settings: string; readonly result: ReadTarget } | undefined;

  constructor(recorded: RecordedTarget) {
    this.#recorded = recorded;
  }

  read({ jobs }: Pick<Config, 'jobs'>): ReadTarget {
    const recorded = this.#recorded;
    const { entry = recorded.job } = recorded;
    const job = jobs.find(({ name }) => name === entry);
    if (job === undefined) {
      const text = `the rules have no entry ${entry} of scrape_configs`;
      return { recorded, series: [], down: { reason: 'no_job', text } };
    }
    const { http: _, ...settings } = job;
    const key = JSON.stringify(settings);
    if (this.#last?.settings !== key) {
      const page = recordedPage({ jobs: [job] }, recorded, (...args) => this.#decode(...args));
      this.#last = { settings: key, result: readTarget(recorded, page) };
    }
    return this.#last.result;
  }

  #decode(target: Target, answer: Answer): Sample[] {
    const key = JSON.stringify([target.normalizeBounds, target.protocols]);
    const samples = this.#decoded.get(key) ?? decodeAnswer(target, answer);
    this.#decoded.set(key, samples);
    return samples;
  }
}

function readTarget(recorded: RecordedTarget, page: Page): ReadTarget {
  const { failure } = page;
  const down = failure && { reason: failure.reason, text: failure.message };
  return { recorded, page, series: seriesOf(page), down };
}

function seriesOf({ samples, dropped }: Page): RecordedSeries[] {
  const counts = new Map<string, number>();
  const uniqueKey = (series: Series) => {
    const key = keyOf(series.origin ?? series);
    const earlier = counts.get(key) ?? 0;
    counts.set(key, earlier + 1);
    return `${key} ${earlier}`;
  };
  const kept = Array.from(
    Map.groupBy(samples, ({ series }) => series),
    ([series, all]): RecordedSeries => ({
      series,
      key: uniqueKey(series),
      value: all.at(-1)?.value ?? Number.NaN,
      points: all.filter(({ timestamp }) => timestamp !== undefined),
      isDropped: false,
    }),
  );
  const removed = Array.from(
    new Set(dropped),
    (series): RecordedSeries => ({
      series,
      key: uniqueKey(series),
      value: Number.NaN,
      points: [],
      isDropped: true,
    }),
  );
  return [...kept, ...removed];
}
