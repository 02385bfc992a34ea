import type { Service, Tag, Task, TaskDefinition } from '@aws-sdk/client-ecs';
import type { Instance } from './instances.ts';

/** A task with all that was found out about it. */
export interface DescribedTask {
  readonly task: Task;
  readonly definition: TaskDefinition;
  /** Absent for Fargate, and where nothing is known of it. */
  readonly instance?: Instance | undefined;
  readonly serviceName?: string | undefined;
  /** What was looked up about that service. */
  readonly service?: Service | undefined;
  readonly cluster: DescribedCluster;
  /** Public address of the task's own network interface. */
  readonly publicIp?: string | undefined;
}

export interface DescribedCluster {
  readonly name: string;
  readonly tags: readonly Tag[];
}

/** The parts of an ARN, all empty where there is none. */
export function arnParts(arn = '') {
  const [, partition = '', , region = '', account = '', ...resource] = arn.split(':');
  return { partition, region, account, resource: resource.join(':').split('/') };
}
