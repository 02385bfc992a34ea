import * as z from 'zod';

/** What the CloudWatch Agent fills in from the labels of an event. */
const PLACEHOLDERS = [
  'ClusterName',
  'TaskId',
  'NodeName',
  'PodName',
  'ServiceName',
  'ContainerInstanceId',
  'TaskDefinitionFamily',
  'JobName',
] as const;

/** Length and characters of a log group's name: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html */
const MAX_NAME_CHARACTERS = 512;
const NAME = /^[.\-_/#A-Za-z0-9]+$/;

const PLACEHOLDER = new RegExp(`\\{(?:${PLACEHOLDERS.join('|')})\\}`, 'g');

const EXPECTED = `a log group name of up to ${MAX_NAME_CHARACTERS} letters, digits and . - _ / # with the placeholders ${PLACEHOLDERS.map((name) => `{${name}}`).join(' ')}`;

/** Schema of `log_group_name`; empty means none. */
export const logGroupName = z
  .string(EXPECTED)
  .refine((name) => name === '' || isLogGroupName(name), EXPECTED)
  .transform((name) => name || undefined);

function isLogGroupName(name: string): boolean {
  return name.length <= MAX_NAME_CHARACTERS && NAME.test(name.replace(PLACEHOLDER, 'x'));
}
