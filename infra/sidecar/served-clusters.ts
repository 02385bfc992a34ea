import { BaseService, type ICluster, type TaskDefinition } from 'aws-cdk-lib/aws-ecs';
import type { IConstruct } from 'constructs';

/** The daemons of clusters. */
const DAEMONS = new WeakMap<ICluster, Set<IConstruct>>();

/** The daemons of a cluster; the caller may add one. */
export function daemonsOf(cluster: ICluster): Set<IConstruct> {
  let daemons = DAEMONS.get(cluster);
  if (daemons === undefined) {
    daemons = new Set();
    DAEMONS.set(cluster, daemons);
  }
  return daemons;
}

/**
 * The daemon that already reports the tasks of a definition, because a service runs them in its cluster and they can be
 * on Managed Instances; undefined without one. Call it when the app is complete.
 */
export function daemonFor(taskDefinition: TaskDefinition): IConstruct | undefined {
  if (!taskDefinition.isManagedInstancesCompatible) return undefined;
  const services = taskDefinition.node.root.node
    .findAll()
    .filter((node) => node instanceof BaseService)
    .filter((service) => service.taskDefinition === taskDefinition);
  return services.flatMap(({ cluster }) => [...daemonsOf(cluster)])[0];
}
