import type { Task } from '@aws-sdk/client-ecs';
import { arnParts } from './described-task.ts';

/** The group that ECS gives to the tasks of a Managed Daemon. */
const GROUP = /^daemon:/;

/** The resource of the task definitions of Managed Daemons, which DescribeTaskDefinition does not support. */
const DEFINITION = 'daemon-task-definition';

/**
 * Whether a task is that of a Managed Daemon. ECS runs one of each daemon on each Managed Instance.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-daemons.html
 */
export function isDaemon({ group = '', taskDefinitionArn }: Task): boolean {
  return GROUP.test(group) || arnParts(taskDefinitionArn).resource[0] === DEFINITION;
}
