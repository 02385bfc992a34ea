import type { Service, Tag, Task, TaskDefinition } from '@aws-sdk/client-ecs';
import type { LeftOutSubject } from '../../../model/targets/left-out.ts';
import type { Ec2Instance } from '../../aws/ec2-api.ts';

/** A task with its definition and the name of its service: what the modes of discovery go by. */
export interface NamedTask {
  readonly task: Task;
  readonly definition: TaskDefinition;
  readonly serviceName?: string | undefined;
}

/** The machine that a task runs on. */
export interface Instance {
  /** An IP address or a host name. */
  readonly address?: string | undefined;
  readonly ec2?: Ec2Instance | undefined;
}

/** A task with all that was found out about it. */
export interface DescribedTask extends NamedTask {
  /** Absent for Fargate, and where nothing is known of it. */
  readonly instance?: Instance | undefined;
  /** What was looked up about its service. */
  readonly service?: Service | undefined;
  readonly cluster: DescribedCluster;
  /** Public address of the task's own network interface. */
  readonly publicIp?: string | undefined;
}

export interface DescribedCluster {
  readonly name: string;
  readonly tags: readonly Tag[];
}

/** How a task is named where it, or something of it, is left out. */
export function subjectOf(
  { task, serviceName }: Pick<NamedTask, 'task' | 'serviceName'>,
  cluster: string,
): LeftOutSubject {
  return {
    definition: nameIn(task.taskDefinitionArn),
    service: serviceName,
    cluster,
    task: nameIn(task.taskArn),
  };
}

/** The last part of an ARN: the id of a task, `FAMILY:REVISION` of a task definition; undefined where there is no ARN. */
export function nameIn(arn: string | undefined): string | undefined {
  return arnParts(arn).resource.at(-1) || undefined;
}

/** The parts of an ARN, all empty where there is none. */
export function arnParts(arn = '') {
  const [, partition = '', , region = '', account = '', ...resource] = arn.split(':');
  return { partition, region, account, resource: resource.join(':').split('/') };
}
