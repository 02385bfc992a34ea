import { type Duration, Tokenization } from 'aws-cdk-lib/core';
import { attributesOf } from '../../lambda/outputs/otlp/resource.ts';
import type { ServiceName } from './task.ts';
import { UP } from './up.ts';

/**
 * Queries of CloudWatch for what the collector sends it over OTLP. The labels of a target are attributes of a resource there,
 * and a name with other characters than Prometheus 2 had stands in quotes.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-PromQL-Querying.html
 */

/** What CloudWatch puts before the names of a resource's attributes. */
export const RESOURCE_PREFIX = '@resource.';

/** Label by which a task is known. */
export const TASK_LABEL = labelOf('TaskId');
const CLUSTER_LABEL = labelOf('ClusterName');
const SERVICE_LABEL = labelOf('ServiceName');

/** The series of a metric of one service's tasks. */
export function ofService(metricName: string, service: ServiceName): string {
  const { clusterName, serviceName } = service;
  return selector(metricName, { [CLUSTER_LABEL]: clusterName, [SERVICE_LABEL]: serviceName });
}

/** A series for each target of a cluster, while it is collected. */
export function targetsOf(clusterName: string): string {
  return selector(UP, { [CLUSTER_LABEL]: clusterName });
}

/** What a function makes of the samples in a span before the query. */
export function overTime(name: string, series: string, window: Duration): string {
  return `${name}(${series}[${window.toSeconds()}s])`;
}

/** How much a count has grown in a span before the query: exactly, where `increase` would extrapolate to the ends of the span. */
export function growth(series: string, window: Duration): string {
  return `${overTime('max_over_time', series, window)} - ${overTime('min_over_time', series, window)}`;
}

/** One series where there is no sample, else none. */
export function absent(series: string): string {
  return `absent(${series})`;
}

/** The greatest series of each task, and of each value of the labels beside. */
export function maxByTask(expression: string, ...labels: readonly string[]): string {
  return `max by (${[quoted(TASK_LABEL), ...labels].join(', ')}) (${expression})`;
}

/** One series of all: the greatest value, a quantile, the mean or the sum. */
export function reduced(
  name: 'max' | 'quantile' | 'avg' | 'sum',
  expression: string,
  parameter?: number,
): string {
  return parameter === undefined
    ? `${name}(${expression})`
    : `${name}(${parameter}, ${expression})`;
}

/** The so many greatest series at each time. */
export function worst(count: number, expression: string): string {
  return `topk(${count}, ${expression})`;
}

/** What is above a threshold: in an alarm each of it is a contributor. */
export function above(expression: string, threshold: number): string {
  return `${expression} > ${Tokenization.stringifyNumber(threshold)}`;
}

function selector(metricName: string, labels: Readonly<Record<string, string>>): string {
  const matchers = Object.entries(labels).map(
    ([name, value]) => `${quoted(name)}=${quoted(value)}`,
  );
  return `{${[quoted(metricName), ...matchers].join(', ')}}`;
}

/** The name of the attribute that the OTLP output makes of a target's label, as CloudWatch has it. */
function labelOf(label: string): string {
  const [name] = attributesOf({ [label]: 'any' }).keys();
  return `${RESOURCE_PREFIX}${name}`;
}

/** A string of PromQL, whose escapes are those of JSON. */
function quoted(text: string): string {
  return JSON.stringify(text);
}
