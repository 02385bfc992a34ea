import { encode } from '../../lambda/emf/encode.ts';
import { groupsOf } from '../../lambda/grouping/grouping.ts';
import type { LogEvent } from '../../lambda/model/delivery/event.ts';
import { type DropReason, Drops } from '../../lambda/model/samples/drops.ts';
import type { Labels, Series } from '../../lambda/model/samples/sample.ts';
import type { Config } from '../../lambda/model/settings/config.ts';
import type { OutputConfig } from '../../lambda/model/settings/output.ts';
import { Rules } from '../../lambda/rules/declare.ts';
import { type Comparison, convert, type SelectedSample } from '../../lambda/series/convert.ts';
import { Labeller } from '../../lambda/series/label.ts';
import { NameFilter } from '../../lambda/series/name-filter.ts';
import { Precision } from '../../lambda/series/precision.ts';
import { Types } from '../../lambda/series/types.ts';
import { keyOf } from './distinct.ts';
import type { Page } from './page.ts';

/** Outputs that also get values without a metric. */
const OF_EVENTS: readonly OutputConfig['type'][] = ['cloudwatch-logs', 'file', 'stdout'];

/** The parts of a configuration that decide what becomes of a page. */
export type RulesConfig = Pick<Config, 'emf' | 'series' | 'clusterName' | 'outputs'>;

/** What became of the series of one page. */
export interface FollowedPage {
  /** The sample that a series is published in, or logged. Absent: the rules select none. */
  selected(series: Series): SelectedSample | undefined;
  /** Why a sample of it is not published. Absent: it is. */
  reason(series: Series): DropReason | undefined;
  /** The series with the type that the rules take it for. */
  typed(series: Series): Series;
  /** Its labels joined with those of the target, as the rules see them. */
  labels(series: Series): Labels;
  /** What CloudWatch Logs would get. */
  readonly events: readonly LogEvent[];
}

/** Takes pages through the stages of the collector, as its first cycle: nothing is known of earlier values. */
export class Follower {
  readonly #config: RulesConfig;
  /** One for all pages, as in a cycle: they share the budget of metrics, and the answers of expressions. */
  readonly #rules: Rules;
  readonly #hasEvents: boolean;

  constructor(config: RulesConfig) {
    this.#config = config;
    this.#rules = new Rules(config.emf);
    this.#hasEvents = config.outputs?.some(({ type }) => OF_EVENTS.includes(type)) ?? true;
  }

  follow({ target, samples, scrapedAt = Date.now() }: Page): FollowedPage {
    const { emf, series: settings, clusterName } = this.#config;
    const reasons = new Map<string, DropReason>();
    const drops = new Drops((reason, series) => reasons.set(keyOf(series), reason));
    const labeller = new Labeller(target, clusterName);
    const typed = new Types(settings.typeOverrides).in(samples);
    const wanted = new NameFilter(settings.typeOverrides, this.#rules).take(samples, drops);
    const selected = [...this.#rules.declare(labeller.label(wanted), drops)];
    const published = selected.filter(
      ({ publications }) => this.#hasEvents || publications.length > 0,
    );
    const { points } = convert(published, firstOf(settings, scrapedAt), drops);
    const events = encode(groupsOf(points, drops), emf, () => NOWHERE, drops);
    if (!this.#hasEvents) {
      const others = selected.filter(({ publications }) => publications.length === 0);
      for (const part of others.flatMap(partsOf)) drops.add('no_declaration', part);
    }
    const chosen = new Map(
      selected.flatMap((each) => partsOf(each).map((part) => [keyOf(part), each] as const)),
    );
    return {
      selected: (series) => chosen.get(keyOf(series)),
      reason: (series) => reasons.get(keyOf(series)),
      typed,
      labels: (series) => chosen.get(keyOf(series))?.labels ?? labeller.of(typed(series)),
      events,
    };
  }
}

/** The events go nowhere here. */
const NOWHERE = { logGroup: '', logStream: '' };

/** The series that a selected sample is made of. */
function partsOf({ series }: SelectedSample): readonly Series[] {
  return series.parts ?? [series];
}

/** A first scrape: nothing is known of earlier values. */
function firstOf({ firstSample, valuePrecision }: Config['series'], scrapedAt: number): Comparison {
  const past = { series: new Map(), baseline: undefined };
  const precision = new Precision(valuePrecision);
  return { scrapedAt, overlapMs: 0, past, firstSample, precision };
}
