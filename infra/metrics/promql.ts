import { type Duration, Tokenization } from 'aws-cdk-lib/core';
import { attributeOf } from '../../lambda/outputs/otlp/resource.ts';
import type { ServiceName } from './task.ts';
import { UP } from './up.ts';

/**
 * Queries of CloudWatch for metrics from OTLP. The labels of a target are attributes of a resource there, and a name
 * with characters outside of Prometheus 2's stands in quotes.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-PromQL-Querying.html
 */

/** CloudWatch's prefix of a resource's attributes. */
export const RESOURCE_PREFIX = '@resource.';

/** Label that identifies a task. */
export const TASK_LABEL = labelOf('TaskId');
const CLUSTER_LABEL = labelOf('ClusterName');
const SERVICE_LABEL = labelOf('ServiceName');

/** The labels whose attributes queries read. */
const READ_LABELS = ['ClusterName', 'ServiceName', 'TaskId'];

/** The attributes that queries read and that an output with these ones, or the attributes of these labels, does not send. */
export function unreadable(attributes: readonly string[]): readonly string[] {
  const sent = attributes.map(attributeOf);
  return READ_LABELS.map(attributeOf).filter((name) => !sent.includes(name));
}

/** The series of a metric of one service's tasks. */
export function ofService(metricName: string, service: ServiceName): string {
  const { clusterName, serviceName } = service;
  return selector(metricName, { [CLUSTER_LABEL]: clusterName, [SERVICE_LABEL]: serviceName });
}

/** A series for each target of a cluster, while it is collected. */
export function targetsOf(clusterName: string): string {
  return selector(UP, { [CLUSTER_LABEL]: clusterName });
}

/** The result of a function over the samples in a span before the query. */
export function overTime(name: string, series: string, window: Duration): string {
  return `${name}(${series}[${window.toSeconds()}s])`;
}

/** The exact increase of a count in a span before the query; `increase` would extrapolate to the ends of the span. */
export function growth(series: string, window: Duration): string {
  return `${overTime('max_over_time', series, window)} - ${overTime('min_over_time', series, window)}`;
}

/** One series if there is no sample, else none. */
export function absent(series: string): string {
  return `absent(${series})`;
}

/** The highest series of each task, and of each value of the further labels. */
export function maxByTask(expression: string, ...labels: readonly string[]): string {
  return `max by (${[quoted(TASK_LABEL), ...labels].join(', ')}) (${expression})`;
}

/** One series of all: the highest value, a quantile, the mean or the sum. */
export function reduced(
  name: 'max' | 'quantile' | 'avg' | 'sum',
  expression: string,
  parameter?: number,
): string {
  return parameter === undefined
    ? `${name}(${expression})`
    : `${name}(${parameter}, ${expression})`;
}

/** The `count` highest series at each time. */
export function worst(count: number, expression: string): string {
  return `topk(${count}, ${expression})`;
}

/** The series above a threshold: each is a contributor of an alarm. */
export function above(expression: string, threshold: number): string {
  return `${expression} > ${Tokenization.stringifyNumber(threshold)}`;
}

function selector(metricName: string, labels: Readonly<Record<string, string>>): string {
  const matchers = Object.entries(labels).map(
    ([name, value]) => `${quoted(name)}=${quoted(value)}`,
  );
  return `{${[quoted(metricName), ...matchers].join(', ')}}`;
}

/** CloudWatch's name of the attribute that the OTLP output makes of a target's label. */
function labelOf(label: string): string {
  return `${RESOURCE_PREFIX}${attributeOf(label)}`;
}

/** A string of PromQL, whose escapes are those of JSON. */
function quoted(text: string): string {
  return JSON.stringify(text);
}
