import type { Aws } from '../../cli/demo/aws/server.ts';
import type { Written } from '../handler/function-process.ts';
import type { ReceivedBody } from '../infra/iam/evaluation/gate.ts';
import { type ExtractedMetric, extractMetrics } from '../integration/support/emf.ts';
import { readExportRequest } from '../outputs/otlp/export-request.ts';
import { readWriteRequest } from '../outputs/remote-write/write-request.ts';
import type { Reading } from './readings.ts';

/** A series that a receiver has, with its name and labels as the receiver shows them. */
export interface ReceivedSeries {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The account whose principal sent it. */
  readonly account: string;
}

/** What there is after the cycles of a collector. */
export interface Published {
  /** Of CloudWatch, those of the collector about itself included. */
  readonly metrics: readonly ExtractedMetric[];
  /** Of CloudWatch over OTLP, and of workspaces. */
  readonly series: readonly ReceivedSeries[];
  /** Log groups with events. */
  readonly logGroups: ReadonlySet<string>;
}

/** What AWS itself publishes. */
const OF_AWS = /^AWS\//;

/**
 * The collector's metrics that are there only for some configurations, although their alarm is there for all: how many new metrics
 * `metric_budget` holds back.
 */
const OF_SOME: ReadonlySet<string> = new Set(['MetricsHeldBack']);

const WORKSPACES = /^aps-workspaces\./;

/** Reads back what was delivered. */
export function publishedBy(
  { logs }: Pick<Aws, 'logs'>,
  received: readonly ReceivedBody[],
  written: readonly Written[],
): Published {
  const events = logs.events();
  const own = written
    .flatMap(({ stdout }) => stdout.split('\n'))
    .filter((line) => line.includes('"_aws"'));
  const emf = events.map(({ message }) => message).filter((message) => message.includes('"_aws"'));
  return {
    metrics: [...emf, ...own].flatMap(extractMetrics),
    series: received.flatMap(({ host, body, account }) =>
      (WORKSPACES.test(host) ? writtenSeries(body) : exportedSeries(body)).map((each) => ({
        ...each,
        account,
      })),
    ),
    logGroups: new Set(events.map(({ group }) => group)),
  };
}

/** What reads something that is not there, a line each. */
export function missing(readings: readonly Reading[], published: Published): string[] {
  return readings.filter((reading) => !isThere(reading, published)).map(describe);
}

function isThere(reading: Reading, { metrics, series, logGroups }: Published): boolean {
  switch (reading.kind) {
    case 'metric':
      return (
        OF_AWS.test(reading.namespace) ||
        OF_SOME.has(reading.name) ||
        metrics.some(
          ({ namespace, name, dimensions }) =>
            namespace === reading.namespace &&
            name === reading.name &&
            sortedText(dimensions) === sortedText(reading.dimensions),
        )
      );
    case 'search':
      return metrics.some(
        ({ namespace, name, dimensions }) =>
          namespace === reading.namespace &&
          name === reading.name &&
          Object.keys(dimensions).sort().join() === reading.dimensionNames.toSorted().join(),
      );
    case 'series':
      return series.some(
        ({ name, labels }) =>
          name === reading.name &&
          Object.entries(reading.equal).every(([label, value]) => labels[label] === value) &&
          Object.entries(reading.matching).every(([label, of]) => of.test(labels[label] ?? '')),
      );
    case 'log':
      return logGroups.has(reading.group);
  }
}

function describe({ by, ...reading }: Reading): string {
  switch (reading.kind) {
    case 'metric':
      return `${by}: ${reading.namespace} ${reading.name} ${sortedText(reading.dimensions)}`;
    case 'search':
      return `${by}: ${reading.namespace} ${reading.name} by ${reading.dimensionNames.join()}`;
    case 'series':
      return `${by}: the series ${reading.name} with ${sortedText(reading.equal)}`;
    case 'log':
      return `${by}: events in the log group ${reading.group}`;
  }
}

function sortedText(dimensions: Readonly<Record<string, string>>): string {
  return Object.entries(dimensions)
    .map(([name, value]) => `${name}=${value}`)
    .sort()
    .join(' ');
}

/** CloudWatch puts a prefix before the attributes of a resource, as infra/metrics/promql.ts has it. */
function exportedSeries(body: Buffer): Omit<ReceivedSeries, 'account'>[] {
  return readExportRequest(body).map(({ metric, resource, attributes }) => ({
    name: metric,
    labels: {
      ...attributes,
      ...Object.fromEntries(
        Object.entries(resource).map(([name, value]) => [`@resource.${name}`, value]),
      ),
    },
  }));
}

function writtenSeries(body: Buffer): Omit<ReceivedSeries, 'account'>[] {
  return readWriteRequest(body).map(({ labels }) => {
    const { __name__: name = '', ...others } = Object.fromEntries(labels);
    return { name, labels: others };
  });
}
