import type { Aws } from '../../cli/demo/aws/server.ts';
import { COLLECTOR_NAMESPACE, FAULT_METRICS } from '../../lambda/model/settings/names.ts';
import { requestOf } from '../cloudwatch/requests.ts';
import type { Written } from '../handler/function-process.ts';
import type { ReceivedBody } from '../infra/iam/evaluation/gate.ts';
import { type ExtractedMetric, extractMetrics } from '../integration/support/emf.ts';
import { readExportRequest } from '../outputs/otlp/export-request.ts';
import { readWriteRequest } from '../outputs/remote-write/write-request.ts';
import type { MetricReading, Reading } from './readings.ts';

/** A series that a receiver has, with its name and labels as the receiver shows them. */
export interface ReceivedSeries {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The account whose principal sent it. */
  readonly account: string;
}

/** A metric that CloudWatch has, and what an event says of it. */
export type PublishedMetric = Pick<ExtractedMetric, 'namespace' | 'name' | 'dimensions'> &
  Partial<Pick<ExtractedMetric, 'values' | 'event'>>;

/** What there is after the cycles of a collector. */
export interface Published {
  /** Of CloudWatch, those of the collector about itself included. */
  readonly metrics: readonly PublishedMetric[];
  /** Of CloudWatch over OTLP, and of workspaces. */
  readonly series: readonly ReceivedSeries[];
  /** Log groups with events. */
  readonly logGroups: ReadonlySet<string>;
  /** The lines in the log of the functions in which a collector tells about itself. */
  readonly own: readonly OwnLine[];
}

/** A line in the log of a function. */
export interface OwnLine {
  readonly group: string;
  readonly fields: Readonly<Record<string, unknown>>;
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
  written: readonly (Pick<Written, 'stdout'> & { readonly group: string })[],
): Published {
  const events = logs.events();
  const own = written.flatMap(({ stdout, group }) =>
    stdout
      .split('\n')
      .filter((line) => line.includes('"_aws"'))
      .map((line) => ({ group, line })),
  );
  const emf = events.map(({ message }) => message).filter((message) => message.includes('"_aws"'));
  const [data, samples] = [true, false].map((isData) =>
    received.filter(({ target }) => (target !== undefined) === isData),
  ) as [ReceivedBody[], ReceivedBody[]];
  return {
    metrics: [
      ...[...emf, ...own.map(({ line }) => line)].flatMap(extractMetrics),
      ...data.flatMap(storedMetrics),
    ],
    series: samples.flatMap(({ host, body, account }) =>
      (WORKSPACES.test(host) ? writtenSeries(body) : exportedSeries(body)).map((each) => ({
        ...each,
        account,
      })),
    ),
    logGroups: new Set(events.map(({ group }) => group)),
    own: own.map(({ group, line }) => ({ group, fields: JSON.parse(line) })),
  };
}

function storedMetrics(body: ReceivedBody): PublishedMetric[] {
  const { Namespace: namespace, MetricData } = requestOf(body);
  return MetricData.map(({ MetricName: name, Dimensions = [] }) => ({
    namespace,
    name,
    dimensions: Object.fromEntries(Dimensions.map(({ Name, Value }) => [Name, Value])),
  }));
}

/** What reads something that is not there, a line each. */
export function missing(readings: readonly Reading[], published: Published): string[] {
  return readings.filter((reading) => !isThere(reading, published)).map(describe);
}

function isThere(reading: Reading, { metrics, series, logGroups, own }: Published): boolean {
  switch (reading.kind) {
    case 'metric':
      return (
        OF_AWS.test(reading.namespace) ||
        OF_SOME.has(reading.name) ||
        isFaultOf(reading, own) ||
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
      return reading.fields.length === 0
        ? logGroups.has(reading.group)
        : reading.fields.every(
            (name) =>
              OF_SOME.has(name) ||
              own.some(({ group, fields }) => group === reading.group && name in fields),
          );
  }
}

/** A cycle without a fault has it as a field of the log alone. */
function isFaultOf({ namespace, name, dimensions }: MetricReading, own: readonly OwnLine[]) {
  return (
    namespace === COLLECTOR_NAMESPACE &&
    FAULT_METRICS.includes(name) &&
    own.some(
      ({ fields }) =>
        name in fields &&
        Object.entries(dimensions).every(([dimension, value]) => fields[dimension] === value),
    )
  );
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
      return `${by}: ${reading.fields.join() || 'events'} in the log group ${reading.group}`;
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
