import type { MetricType, Sample, Series } from '../model/samples/sample.ts';
import type { TypeOverride } from '../model/settings/config.ts';

/** Types whose families have samples with suffixes in the text format and in OpenMetrics, and the suffixes. */
const SUFFIXES: Readonly<Partial<Record<MetricType, readonly string[]>>> = {
  summary: ['_sum', '_count'],
  histogram: ['_bucket', '_sum', '_count'],
  gaugehistogram: ['_bucket', '_sum', '_count', '_gsum', '_gcount'],
};

/** Answers of overrides that are remembered before the memory is emptied. */
const REMEMBERED_NAMES = 10_000;

/** A type, and the family with that type. */
interface Typing {
  readonly type: MetricType;
  readonly family: string;
}

/**
 * Gives series their types if their targets do not, or if the configuration overrides them: by `metric_type_overrides`
 * first, else by the TYPE line, else by the name if it is unambiguous:
 *
 * - `x_total` is a counter;
 * - `x_bucket` with a label `le` is part of a histogram;
 * - `x` with a label `quantile` is part of a summary;
 * - `x_sum` and `x_count` have the type that the scrape's other series give to `x`, or are a summary if there are only these
 *   two. One of them alone may be any figure.
 *
 * A series whose type differs from its target's is a new object, the same one in each scrape.
 */
export class Types {
  readonly #overrides: readonly TypeOverride[];
  readonly #overridden = new Map<string, Typing | undefined>();
  readonly #known = new WeakMap<Series, Series>();

  constructor(overrides: readonly TypeOverride[]) {
    this.#overrides = overrides;
  }

  /** Whether a series of this type can turn out to have another. */
  mayDiffer(type: MetricType): boolean {
    return type === 'unknown' || this.#overrides.length > 0;
  }

  /** Types the series of one scrape. */
  in(scrape: readonly Sample[]): (series: Series) => Series {
    let families: ReadonlyMap<string, MetricType> | undefined;
    const typed = (series: Series): Series => {
      if (!this.mayDiffer(series.type)) return series;
      if (series.origin !== undefined) return this.#like(typed(series.origin), series);
      let typing = this.#override(series.name);
      if (typing === undefined && series.type === 'unknown') {
        typing = guess(series, () => {
          families ??= familiesOf(scrape);
          return families;
        });
      }
      return typing === undefined ? series : this.#as(typing, series);
    };
    return typed;
  }

  #as({ type, family }: Typing, series: Series): Series {
    if (series.type === type && series.family === family) return series;
    const known = this.#known.get(series);
    if (known?.type === type && known.family === family) return known;
    const typed = { ...series, type, family };
    this.#known.set(series, typed);
    return typed;
  }

  /** Gives a relabeled series the type of its origin. */
  #like(origin: Series, series: Series): Series {
    if (series.origin === origin) return series;
    const known = this.#known.get(series);
    if (known?.origin === origin) return known;
    const typed = { ...series, type: origin.type, family: origin.family, origin };
    this.#known.set(series, typed);
    return typed;
  }

  #override(name: string): Typing | undefined {
    if (this.#overrides.length === 0) return undefined;
    if (!this.#overridden.has(name)) {
      if (this.#overridden.size >= REMEMBERED_NAMES) this.#overridden.clear();
      this.#overridden.set(name, overrideFor(name, this.#overrides));
    }
    return this.#overridden.get(name);
  }
}

/** The first override that matches this name, or the family that a sample of this name would belong to with that type. */
function overrideFor(name: string, overrides: readonly TypeOverride[]): Typing | undefined {
  for (const { metric, type } of overrides) {
    const suffix = SUFFIXES[type]?.find((each) => name.endsWith(each)) ?? '';
    const family = name.slice(0, name.length - suffix.length);
    if (metric.test(family) || metric.test(name)) return { type, family };
  }
  return undefined;
}

/** @param families called only if the name requires it */
function guess(
  { name, labels }: Series,
  families: () => ReadonlyMap<string, MetricType>,
): Typing | undefined {
  if (name.endsWith('_total')) return { type: 'counter', family: name };
  const isPart = isBucket(name, labels.le) || name.endsWith('_sum') || name.endsWith('_count');
  // A summary is a family with quantiles; any other series of its name has another type.
  if (!isPart && labels.quantile === undefined) return undefined;
  const family = isPart ? baseOf(name) : name;
  const type = families().get(family);
  return type && { type, family };
}

/** The histograms and summaries among the series without a type. */
function familiesOf(scrape: readonly Sample[]): ReadonlyMap<string, MetricType> {
  const families = new Map<string, MetricType>();
  const sums = new Set<string>();
  const counts = new Set<string>();
  for (const { series } of scrape) {
    const { name, type, labels } = series.origin ?? series;
    if (type !== 'unknown') continue;
    if (isBucket(name, labels.le)) families.set(baseOf(name), 'histogram');
    else if (name.endsWith('_sum')) sums.add(baseOf(name));
    else if (name.endsWith('_count')) counts.add(baseOf(name));
    else if (labels.quantile !== undefined && !families.has(name)) families.set(name, 'summary');
  }
  for (const family of sums) {
    if (counts.has(family) && !families.has(family)) families.set(family, 'summary');
  }
  return families;
}

function isBucket(name: string, le: string | undefined): boolean {
  return le !== undefined && name.endsWith('_bucket');
}

/** The name without its last suffix. */
function baseOf(name: string): string {
  return name.slice(0, name.lastIndexOf('_'));
}
