import type { ContainerInstance, Service, Tag, Task, TaskDefinition } from '@aws-sdk/client-ecs';
import { PagedMap } from './protocol/page.ts';

/** The account's resources at the start. Each needs its ARN; the rest is as in the ECS API. */
export interface EcsResources {
  /** Names of clusters, in addition to those that the other resources name. */
  readonly clusters?: readonly string[];
  readonly tasks?: readonly Task[];
  readonly taskDefinitions?: readonly TaskDefinition[];
  readonly services?: readonly Service[];
  readonly containerInstances?: readonly ContainerInstance[];
}

/** One cluster with its resources. */
export interface ClusterEntry {
  readonly name: string;
  readonly arn: string;
  readonly tags: readonly Tag[];
  readonly tasks: PagedMap<Task>;
  readonly services: PagedMap<Service>;
  readonly containerInstances: PagedMap<ContainerInstance>;
}

/** The ECS resources of the one account and Region, which can change at any time. */
export class EcsRegistry {
  readonly clusters = new PagedMap<ClusterEntry>();
  readonly taskDefinitions = new PagedMap<TaskDefinition>();
  readonly #arnPrefix: string;

  constructor(arnPrefix: string, initial: EcsResources) {
    this.#arnPrefix = arnPrefix;
    for (const name of initial.clusters ?? []) this.putCluster(name);
    for (const definition of initial.taskDefinitions ?? []) this.putTaskDefinition(definition);
    for (const service of initial.services ?? []) this.putService(service);
    for (const instance of initial.containerInstances ?? []) this.putContainerInstance(instance);
    for (const task of initial.tasks ?? []) this.putTask(task);
  }

  /** The ARN of a resource of this account and Region: `arnOf('task/demo/1')`. */
  arnOf(resource: string): string {
    return `${this.#arnPrefix}:${resource}`;
  }

  /** Adds a cluster, unless it is there. */
  putCluster(name: string, tags: readonly Tag[] = []): ClusterEntry {
    const present = this.clusters.get(name);
    if (present !== undefined) return present;
    const entry: ClusterEntry = {
      name,
      arn: this.arnOf(`cluster/${name}`),
      tags,
      tasks: new PagedMap(),
      services: new PagedMap(),
      containerInstances: new PagedMap(),
    };
    this.clusters.put(name, entry);
    return entry;
  }

  /** Adds or replaces a task, and its cluster if that is missing. */
  putTask(task: Task): void {
    const arn = required(task.taskArn, 'taskArn');
    this.#clusterOf(task.clusterArn, arn).tasks.put(arn, task);
  }

  removeTask(taskArn: string): boolean {
    return this.clusters.values().some(({ tasks }) => tasks.remove(taskArn));
  }

  putTaskDefinition(definition: TaskDefinition): void {
    this.taskDefinitions.put(
      required(definition.taskDefinitionArn, 'taskDefinitionArn'),
      definition,
    );
  }

  removeTaskDefinition(taskDefinitionArn: string): boolean {
    return this.taskDefinitions.remove(taskDefinitionArn);
  }

  putService(service: Service): void {
    const arn = required(service.serviceArn, 'serviceArn');
    this.#clusterOf(service.clusterArn, arn).services.put(arn, service);
  }

  removeService(serviceArn: string): boolean {
    return this.clusters.values().some(({ services }) => services.remove(serviceArn));
  }

  /** Its cluster comes from the ARN: `container-instance/CLUSTER/ID`. */
  putContainerInstance(instance: ContainerInstance): void {
    const arn = required(instance.containerInstanceArn, 'containerInstanceArn');
    this.#clusterOf(undefined, arn).containerInstances.put(arn, instance);
  }

  removeContainerInstance(containerInstanceArn: string): boolean {
    return this.clusters
      .values()
      .some(({ containerInstances }) => containerInstances.remove(containerInstanceArn));
  }

  /** Only the long format of an ARN names the cluster; the default of ECS is `default`. */
  #clusterOf(clusterArn: string | undefined, resourceArn: string): ClusterEntry {
    const parts = resourceArn.split('/');
    return this.putCluster(lastOf(clusterArn ?? (parts.length > 2 ? parts[1] : undefined)));
  }
}

/** `NAME` of `NAME` or of an ARN that ends in `/NAME`; `default` without either. */
export function lastOf(nameOrArn: string | undefined): string {
  return nameOrArn?.split('/').at(-1) || 'default';
}

function required(value: string | undefined, key: string): string {
  if (value) return value;
  throw new TypeError(`Expected \`${key}\` to be an ARN, got \`${value}\` (${typeof value})`);
}
