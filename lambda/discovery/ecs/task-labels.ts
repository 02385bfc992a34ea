import { type Labels, labelsOf } from '../../model/samples/sample.ts';
import type { EcsDiscoveryConfig } from '../../model/settings/config.ts';
import { filled, META, METRICS_PATH } from '../found/target.ts';
import type { Candidate } from './candidates.ts';
import { arnParts, type DescribedTask } from './cluster/described-task.ts';

/** Other docker labels are not copied. */
const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/** Labels that no container may set: its address, which ECS knows, and the metadata for relabeling. */
const NOT_COPIED = new RegExp(`^(?:__address__$|${META})`);

/**
 * The labels of a target: those of its task, of the container's docker labels, and a configured job name. Later ones
 * override earlier ones.
 */
export function taskLabels(
  { container, metricsPath, jobName }: Candidate,
  { task, definition, instance, serviceName, cluster }: DescribedTask,
  { labelsCluster }: Pick<EcsDiscoveryConfig, 'labelsCluster'>,
): Labels {
  const { name, dockerLabels = {} } = container;
  const { resource } = arnParts(task.taskArn);
  const ofTask = {
    container_name: name,
    TaskDefinitionFamily: definition.family,
    TaskRevision: definition.revision?.toString(),
    TaskGroup: task.group,
    StartedBy: task.startedBy,
    LaunchType: task.launchType,
    TaskId: resource.at(-1),
    TaskArn: task.taskArn,
    // Only the long format names the cluster: `task/CLUSTER/ID`.
    TaskClusterName: resource.length > 2 ? resource[1] : undefined,
    ClusterName: labelsCluster ? cluster.name : undefined,
    ServiceName: serviceName,
    AvailabilityZone: task.availabilityZone,
    InstanceType: instance?.ec2?.type,
    VpcId: instance?.ec2?.vpcId,
    SubnetId: instance?.ec2?.subnetId,
    [METRICS_PATH]: metricsPath,
  };
  const copied = Object.entries(dockerLabels).filter(
    ([key]) => LABEL_NAME.test(key) && !NOT_COPIED.test(key),
  );
  return labelsOf(filled(ofTask), filled(Object.fromEntries(copied)), filled({ job: jobName }));
}
