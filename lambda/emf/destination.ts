import type { Labels } from '../model/samples/sample.ts';
import { fillLogGroup, MAX_LOG_NAME } from '../model/settings/log-group.ts';
import type { Destination } from './encode.ts';

/** The agent writes this for a missing label. */
const MISSING = 'undefined';

/**
 * Characters that a log group's name cannot have.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html
 */
const NOT_IN_GROUP = /[^\w./#-]/g;

/**
 * Characters that a log stream's name cannot have.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogStream.html
 */
const NOT_IN_STREAM = /[:*]/g;

/**
 * The destination of an event with these labels: the group by its template, the stream by the job, as in the CloudWatch
 * Agent.
 *
 * @param groupTemplate such as `/ecs/{ClusterName}/{ServiceName}`
 */
export function destinationBy(groupTemplate: string): (labels: Labels) => Destination {
  return (labels) => ({
    logGroup: fillLogGroup(groupTemplate, (placeholder, label) =>
      (labels[placeholder] || labels[label] || MISSING).replace(NOT_IN_GROUP, '_'),
    ).slice(0, MAX_LOG_NAME),
    logStream: (labels.JobName || labels.job || 'default')
      .replace(NOT_IN_STREAM, '_')
      .slice(0, MAX_LOG_NAME),
  });
}
