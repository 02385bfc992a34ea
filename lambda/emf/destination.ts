import type { Labels } from '../model/sample.ts';
import type { Destination } from './encode.ts';

/** Placeholders of `log_group_name`, as the CloudWatch Agent knows them, and the label that fills each. */
const PLACEHOLDERS: ReadonlyMap<string, string> = new Map([
  ['ClusterName', 'ClusterName'],
  ['TaskId', 'TaskId'],
  ['NodeName', 'NodeName'],
  ['PodName', 'PodName'],
  ['ServiceName', 'ServiceName'],
  ['ContainerInstanceId', 'ContainerInstanceId'],
  ['TaskDefinitionFamily', 'TaskDefinitionFamily'],
  ['JobName', 'job'],
]);

/** Characters of the name of a log group, and of that of a log stream. */
export const MAX_NAME = 512;

/** What the agent writes for a label that the event lacks. */
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
 * Where an event with these labels goes: the group by its template, the stream by the job, as the CloudWatch Agent does.
 *
 * @param groupTemplate such as `/ecs/{ClusterName}/{ServiceName}`
 */
export function destinationBy(groupTemplate: string): (labels: Labels) => Destination {
  return (labels) => ({
    logGroup: groupTemplate
      .replace(/\{(\w+)\}/g, (written, name: string) => {
        const label = PLACEHOLDERS.get(name);
        if (label === undefined) return written;
        return (labels[name] || labels[label] || MISSING).replace(NOT_IN_GROUP, '_');
      })
      .slice(0, MAX_NAME),
    logStream: (labels.JobName || labels.job || 'default')
      .replace(NOT_IN_STREAM, '_')
      .slice(0, MAX_NAME),
  });
}
