import { type Labels, labelsOf } from '../../model/samples/sample.ts';
import type { ToldTask } from '../../model/targets/tasks.ts';
import { type FoundTarget, filled, META } from '../found/target.ts';
import { arnParts } from './cluster/described-task.ts';

const ECS = `${META}ecs_`;

/** Labels of a single task, which its neighbours do not share. */
const OF_TASK = new Set([
  ...['TaskDefinitionFamily', 'TaskRevision', 'TaskGroup', 'StartedBy', 'LaunchType', 'TaskId'],
  ...['TaskArn', 'ServiceName', 'AvailabilityZone'],
]);

/** Labels `__meta_ecs_*` of a cluster or an instance, which neighbours share. */
const SHARED_META = new RegExp(
  `^${ECS}(?:cluster|cluster_arn|region|container_instance_arn|ec2_.*|tag_(?:cluster|ec2)_.*)$`,
);

/**
 * The labels of a task that the daemon of its instance reports: the shared labels of the daemon, and the facts in its
 * report. `StartedBy`, tags and details of its service are unknown.
 *
 * @param found the daemon's, before relabeling
 */
export function neighbourLabels({ labels, taskArn }: FoundTarget, told: ToldTask): Labels {
  const shared = Object.entries(labels).filter(
    ([name]) => !OF_TASK.has(name) && (!name.startsWith(ECS) || SHARED_META.test(name)),
  );
  const group = told.service && `service:${told.service}`;
  const arn = taskArn && replaceLast(taskArn, told.id);
  const own = {
    TaskDefinitionFamily: told.family,
    TaskRevision: told.revision,
    TaskGroup: group,
    LaunchType: told.launchType,
    TaskId: told.id,
    TaskArn: arn,
    ServiceName: told.service,
    AvailabilityZone: told.availabilityZone,
    // Discovery decides whether targets have this label.
    ClusterName: taskArn === undefined ? told.cluster : undefined,
  };
  const meta = {
    service: told.service,
    task_arn: arn,
    task_definition: definitionArn(taskArn, told),
    task_group: group,
    availability_zone: told.availabilityZone,
    launch_type: told.launchType,
  };
  const prefixed = Object.entries(meta).map(([name, value]) => [ECS + name, value]);
  const ofMeta = taskArn === undefined ? {} : Object.fromEntries(prefixed);
  return labelsOf(Object.fromEntries(shared), filled(own), filled(ofMeta));
}

function replaceLast(arn: string, id: string): string {
  return arn.slice(0, arn.lastIndexOf('/') + 1) + id;
}

function definitionArn(
  taskArn: string | undefined,
  { family, revision }: ToldTask,
): string | undefined {
  if (family === undefined || revision === undefined) return undefined;
  const { partition, region, account } = arnParts(taskArn);
  return `arn:${partition}:ecs:${region}:${account}:task-definition/${family}:${revision}`;
}
