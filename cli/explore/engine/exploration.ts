import { fateOf } from '../../explain/describe.ts';
import { explainSeries, metricsOf } from '../../explain/explain.ts';
import { type FollowedPage, Follower, type RulesConfig } from '../../explain/follow.ts';
import type { Page } from '../../explain/page.ts';
import type { PublishedMetric } from '../../explain/published.ts';
import { receiversOf } from '../../explain/receivers.ts';
import type { Recording } from '../../recording/format.ts';
import { alarmOf } from './alarm.ts';
import { withEdit } from './edit.ts';
import { familiesOf } from './families.ts';
import { type MetricUse, metricViews } from './metrics.ts';
import { priceOf } from './price.ts';
import { type ReadTarget, RecordedPages, type RecordedSeries } from './recorded-pages.ts';
import { readRules } from './rules-text.ts';
import { type ExplanationView, eventOf } from './sent.ts';
import type {
  AlarmView,
  Change,
  EvaluationView,
  OpenedView,
  ResultsView,
  SeriesListView,
  SeriesView,
  TargetView,
} from './view.ts';

/** Most series of a list that the page shows at once. */
const MAX_LISTED = 200;

/** One series under the rules of the last edit. */
export interface ExploredSeries {
  readonly id: number;
  readonly recorded: RecordedSeries;
  readonly page: Page;
  readonly followed: FollowedPage;
  readonly labels: Readonly<Record<string, string>>;
  readonly metrics: readonly PublishedMetric[];
  readonly fate: string;
  readonly published: boolean;
  readonly change?: Change | undefined;
}

/** What the rules of the recording make of it. */
interface Before {
  readonly series: ReadonlySet<number>;
  readonly metrics: ReadonlySet<string>;
  readonly dollars: number;
}

/** A recording, and what the rules make of it. */
export class Exploration {
  readonly #recording: Recording;
  readonly #pages: RecordedPages;
  /** By the target's place and the key of the series as it is exposed. */
  readonly #ids = new Map<string, number>();
  #before: Before | undefined;
  #config: RulesConfig | undefined;
  #rules = '';
  #series = new Map<number, ExploredSeries>();

  constructor(recording: Recording) {
    this.#recording = recording;
    this.#pages = new RecordedPages(recording);
  }

  get opened(): OpenedView {
    const { recordedAt, configuration, leftOut, errors, omitted } = this.#recording;
    return { recordedAt, configuration, leftOut, errors, omitted };
  }

  /** Applies rules to the recording. The first valid ones are those with which later ones are compared. */
  async evaluate(text: string): Promise<EvaluationView> {
    const started = performance.now();
    const { config, problems } = await readRules(text);
    if (config === undefined) return { problems };
    const follower = new Follower(config);
    const targets = this.#pages.read(config);
    const explored = targets.map((target, index) => this.#explore(target, follower, config, index));
    const all = explored.flat();
    const uses = metricUses(all);
    const { interval } = this.#recording;
    const price = priceOf(
      config,
      targets.flatMap(({ page }) => page ?? []),
      uses.size,
      interval && interval * 1_000,
    );
    this.#before ??= {
      series: new Set(all.filter(({ published }) => published).map(({ id }) => id)),
      metrics: new Set(uses.keys()),
      dollars: price.dollars,
    };
    this.#config = config;
    this.#rules = text;
    const changed = all.map((each) => this.#compared(each));
    this.#series = new Map(changed.map((each) => [each.id, each]));
    const results: ResultsView = {
      targets: targets.map((target, index) => viewOf(target, explored[index] ?? [])),
      families: familiesOf(changed),
      metrics: metricViews(uses, this.#before.metrics),
      price,
      priceBefore: this.#before.dollars,
      counts: {
        targets: targets.length,
        up: targets.filter(({ down }) => down === undefined).length,
        series: changed.length,
        published: changed.filter(({ published }) => published).length,
        taken: changed.filter(({ change }) => change === 'taken').length,
        lost: changed.filter(({ change }) => change === 'lost').length,
      },
      tookMs: performance.now() - started,
    };
    return { problems, results };
  }

  /** The series of a family whose names, labels or fates contain all words of a text. */
  list(family: string, words: string): SeriesListView {
    const found = this.#search(words).filter(({ recorded }) => recorded.series.family === family);
    return {
      series: found.slice(0, MAX_LISTED).map(seriesView),
      more: Math.max(found.length - MAX_LISTED, 0),
    };
  }

  /** The names of the families with a series that a search finds. */
  families(words: string): readonly string[] {
    return [...new Set(this.#search(words).map(({ recorded }) => recorded.series.family))];
  }

  /** Undefined without valid rules, or without such a series. */
  explain(id: number): ExplanationView | undefined {
    const found = this.#series.get(id);
    if (found === undefined || this.#config === undefined) return undefined;
    const { recorded, page, followed } = found;
    const { series, value, isDropped } = recorded;
    if (isDropped) return explainSeries(this.#config, followed, series, value, 'relabeled');
    const explained = explainSeries(this.#config, followed, series, value);
    const received = [...explained.received, ...receiversOf(this.#config.outputs, page)(series)];
    return { ...explained, received, event: eventOf(followed, explained) };
  }

  /** Of the tasks with a history. */
  get alarm(): AlarmView {
    return alarmOf(this.#series.values());
  }

  /**
   * The last valid rules with the edit that takes a series.
   *
   * @throws Error if nothing but an edit of the target would take it
   */
  edited(id: number): string {
    const edit = this.explain(id)?.edit;
    if (edit === undefined) throw new Error('no edit of the rules takes this series');
    return withEdit(this.#rules, edit);
  }

  #search(words: string): readonly ExploredSeries[] {
    const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
    return [...this.#series.values()].filter(
      ({ recorded, labels, fate }) =>
        wanted.length === 0 || contains(textOf(recorded, labels, fate), wanted),
    );
  }

  #explore(
    { page, series }: ReadTarget,
    follower: Follower,
    config: RulesConfig,
    index: number,
  ): ExploredSeries[] {
    if (page === undefined) return [];
    const followed = follower.follow(page);
    return series.map((recorded) => {
      const { isDropped, key } = recorded;
      const selected = isDropped ? undefined : followed.selected(recorded.series);
      const metrics = selected ? metricsOf(selected, config) : [];
      const reason = isDropped ? 'relabeled' : followed.reason(recorded.series);
      const fate = fateOf({ metrics, reason });
      return {
        id: this.#idOf(`${index} ${key}`),
        recorded,
        page,
        followed,
        labels: followed.labels(recorded.series),
        metrics,
        fate,
        published: metrics.length > 0 && (reason === undefined || reason === 'first_sample'),
      };
    });
  }

  #idOf(key: string): number {
    const id = this.#ids.get(key) ?? this.#ids.size;
    this.#ids.set(key, id);
    return id;
  }

  #compared(series: ExploredSeries): ExploredSeries {
    const wasPublished = this.#before?.series.has(series.id) ?? series.published;
    if (wasPublished === series.published) return series;
    return { ...series, change: series.published ? 'taken' : 'lost' };
  }
}

function metricUses(all: readonly ExploredSeries[]): Map<string, MetricUse> {
  const uses = new Map<string, { metric: PublishedMetric; series: number }>();
  for (const { metrics, published } of all) {
    if (!published) continue;
    for (const metric of metrics) {
      const { namespace, name, dimensions } = metric;
      const key = JSON.stringify([namespace, name, ...Object.entries(dimensions).sort()]);
      const use = uses.get(key);
      if (use === undefined) uses.set(key, { metric, series: 1 });
      else use.series += 1;
    }
  }
  return uses;
}

function viewOf({ recorded, down }: ReadTarget, series: readonly ExploredSeries[]): TargetView {
  const { url, job, labels, durationMs } = recorded;
  return {
    url,
    job,
    labels,
    down,
    durationMs,
    series: series.length,
    published: series.filter(({ published }) => published).length,
  };
}

function seriesView(series: ExploredSeries): SeriesView {
  const { id, recorded, labels, fate, published, change } = series;
  return { id, name: recorded.series.name, labels, value: recorded.value, fate, published, change };
}

function textOf(
  { series }: RecordedSeries,
  labels: Readonly<Record<string, string>>,
  fate: string,
): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  return [series.name, ...pairs, fate].join(' ').toLowerCase();
}

function contains(text: string, words: readonly string[]): boolean {
  return words.every((word) => text.includes(word));
}
