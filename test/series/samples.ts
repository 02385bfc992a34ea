import {
  type Labels,
  labelsOf,
  type MetricType,
  type Sample,
  type Series,
} from '../../lambda/model/samples/sample.ts';
import { DEFAULT_HTTP } from '../../lambda/model/settings/http.ts';
import { DEFAULT_PROTOCOLS } from '../../lambda/model/settings/scrape-protocol.ts';
import type { ScrapeLimits, Target } from '../../lambda/model/targets/target.ts';

/** Minutes that are whole in milliseconds, so that cases read as minute 0, 1, 2. */
export const MINUTE = 60_000;

/** A gauge without labels, and what differs from it. */
export function series(name: string, more: Partial<Series> = {}): Series {
  return { name, family: name, type: 'gauge', ...more, labels: labelsOf(more.labels ?? {}) };
}

export function counter(name: string, labels: Labels = {}): Series {
  return series(name, { type: 'counter', labels });
}

/** A sample with the labels of its series and no publication, as the stages after the declarations get it. */
export function labelled(of: Series, value: number, timestamp?: number, start?: number) {
  const sample: Sample = { series: of, value, timestamp, start };
  return { ...sample, labels: of.labels, publications: [] };
}

/** Five seconds and nothing else, and what differs from it. */
export function limits(more: Partial<ScrapeLimits> = {}): ScrapeLimits {
  const none = { bodyBytes: 0, samples: 0, labels: 0, labelNameBytes: 0, labelValueBytes: 0 };
  return { timeoutMs: 5_000, ...none, ...more };
}

/** A target that sends nothing of its own, and what differs from it. */
export function target(more: Partial<Target> = {}): Target {
  return {
    id: 'app 127.0.0.1:9100/metrics',
    job: 'app',
    url: 'http://127.0.0.1:9100/metrics',
    limits: limits(),
    honorLabels: false,
    honorTimestamps: true,
    normalizeBounds: true,
    history: false,
    protocols: DEFAULT_PROTOCOLS,
    http: DEFAULT_HTTP,
    metricRelabeling: [],
    ...more,
    labels: labelsOf(more.labels ?? { job: 'app', instance: '127.0.0.1:9100' }),
  };
}

export const ALL_TYPES: readonly MetricType[] = [
  'counter',
  'gauge',
  'summary',
  'histogram',
  'gaugehistogram',
  'info',
  'stateset',
  'unknown',
];
