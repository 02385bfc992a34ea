import type { Service, Tag, Task, TaskDefinition } from '@aws-sdk/client-ecs';
import type { LeftOutSubject } from '../../../model/targets/left-out.ts';
import type { Ec2Instance } from '../../aws/ec2-api.ts';

/** A task with its definition and the name of its service, which the modes of discovery match. */
export interface NamedTask {
  readonly task: Task;
  readonly definition: TaskDefinition;
  readonly serviceName?: string | undefined;
}

/** The instance that a task runs on. */
export interface Instance {
  /** An IP address or a host name. */
  readonly address?: string | undefined;
  readonly ec2?: Ec2Instance | undefined;
}

/** A task with all details that discovery looked up. */
export interface DescribedTask extends NamedTask {
  /** Absent for Fargate, and if the instance is unknown. */
  readonly instance?: Instance | undefined;
  /** Details of its service. */
  readonly service?: Service | undefined;
  readonly cluster: DescribedCluster;
  /** Public address of the task's own network interface. */
  readonly publicIp?: string | undefined;
}

export interface DescribedCluster {
  readonly name: string;
  readonly tags: readonly Tag[];
}

/** Names a task, or a part of it, that was left out. */
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

/** The machine of a task: the ARN of its container instance, or its own ARN, because a Fargate task has a machine to itself. */
export function machineOf({ containerInstanceArn, taskArn = '' }: Task): string {
  return containerInstanceArn ?? taskArn;
}

/** The last part of an ARN: the id of a task, `FAMILY:REVISION` of a task definition; undefined without an ARN. */
export function nameIn(arn: string | undefined): string | undefined {
  return arnParts(arn).resource.at(-1) || undefined;
}

/** The parts of an ARN, all empty without one. */
export function arnParts(arn = '') {
  const [, partition = '', , region = '', account = '', ...resource] = arn.split(':');
  return { partition, region, account, resource: resource.join(':').split('/') };
}
