/**
 * Characters of the name of a log group, and of that of a log stream:
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogStream.html
 */
export const MAX_LOG_NAME = 512;

/** Placeholders of `log_group_name`, as the CloudWatch Agent knows them, and the label that fills each. */
const LABELS: ReadonlyMap<string, string> = new Map([
  ['ClusterName', 'ClusterName'],
  ['TaskId', 'TaskId'],
  ['NodeName', 'NodeName'],
  ['PodName', 'PodName'],
  ['ServiceName', 'ServiceName'],
  ['ContainerInstanceId', 'ContainerInstanceId'],
  ['TaskDefinitionFamily', 'TaskDefinitionFamily'],
  ['JobName', 'job'],
]);

/** As they are written: `{ClusterName}`. */
export const LOG_GROUP_PLACEHOLDERS: readonly string[] = [...LABELS.keys()].map(
  (name) => `{${name}}`,
);

/**
 * The name of a template such as `/ecs/{ClusterName}/{ServiceName}`. Other words in braces stay.
 *
 * @param fill gets the word and its label, and returns the text
 */
export function fillLogGroup(
  template: string,
  fill: (placeholder: string, label: string) => string,
): string {
  return template.replace(/\{(\w+)\}/g, (written, name: string) => {
    const label = LABELS.get(name);
    return label === undefined ? written : fill(name, label);
  });
}
