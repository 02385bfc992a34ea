import type { Labels, MetricType, Series } from '../../model/samples/sample.ts';
import type { DecodedSample } from '../lines/decoder.ts';

const CREATED = '_created';
const TOTAL = '_total';

/** A smaller value is not a time but, for example, the number of created orders: Prometheus did not exist before. */
const EARLIEST_START_MS = Date.UTC(2012, 10, 24);

/** The text of the labels that a point's samples share, by series, because it takes long to make. */
const pointKeys = new WeakMap<Series, string>();

/**
 * Sets the start of samples from gauges `x_created`, which prometheus/client_python writes beside a counter `x_total`,
 * a histogram or a summary `x`. The gauges stay unchanged.
 *
 * @param more gauges that are not among the samples
 */
export function startSamples(
  samples: readonly DecodedSample[],
  more: readonly DecodedSample[] = [],
): void {
  const starts = startsByFamily([...samples, ...more]);
  if (starts.size === 0) return;
  for (const sample of samples) {
    const family = countingFamily(sample.series);
    const ofFamily = family === undefined ? undefined : starts.get(family);
    const start = ofFamily?.get(pointKey(sample.series));
    if (start !== undefined) sample.start = start;
  }
}

/** Whether samples of this name may be gauges with the start of others. */
export function maySayStart(type: MetricType, name: string): boolean {
  return type === 'gauge' && name.endsWith(CREATED);
}

/** Milliseconds, by the name of the family without a suffix and by the key of the point. */
function startsByFamily(samples: readonly DecodedSample[]): Map<string, Map<string, number>> {
  const starts = new Map<string, Map<string, number>>();
  for (const { series, value } of samples) {
    if (!maySayStart(series.type, series.name)) continue;
    const start = Math.round(value * 1000);
    if (!(start >= EARLIEST_START_MS && start < Number.POSITIVE_INFINITY)) continue;
    const family = series.name.slice(0, -CREATED.length);
    const ofFamily = starts.get(family) ?? new Map<string, number>();
    ofFamily.set(pointKey(series), start);
    starts.set(family, ofFamily);
  }
  return starts;
}

/** The name of the gauge with a series' start, without its suffix. */
function countingFamily({ type, family }: Series): string | undefined {
  if (type === 'histogram' || type === 'summary') return family;
  if (type !== 'counter') return undefined;
  return family.endsWith(TOTAL) ? family.slice(0, -TOTAL.length) : family;
}

function pointKey(series: Series): string {
  let key = pointKeys.get(series);
  if (key === undefined) {
    key = textOf(series.labels, series.type);
    pointKeys.set(series, key);
  }
  return key;
}

function textOf(labels: Labels, type: Series['type']): string {
  const own = type === 'histogram' ? 'le' : type === 'summary' ? 'quantile' : undefined;
  const entries = Object.entries(labels).filter(([name, value]) => name !== own && value !== '');
  return JSON.stringify(entries.sort(([one], [other]) => (one < other ? -1 : 1)));
}
