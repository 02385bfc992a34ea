import type { Tag } from '@aws-sdk/client-ecs';
import { type Labels, labelsOf } from '../../model/samples/sample.ts';
import { filled, META } from '../found/target.ts';
import { isDaemon } from './cluster/daemon-task.ts';
import { arnParts, type DescribedTask } from './cluster/described-task.ts';
import { interfaceDetail } from './cluster/network.ts';

const PREFIX = `${META}ecs_`;

/**
 * The labels of Prometheus' own ECS discovery, for relabeling. Two differ in value: `network_mode` is `host` where
 * Prometheus says `bridge`, and `service` is there for each task of a service.
 * https://prometheus.io/docs/prometheus/latest/configuration/configuration/#aws_sd_config (role `ecs`)
 *
 * @param address the private address of the target, without port
 */
export function metaLabels(described: DescribedTask, address: string): Labels {
  const { task, definition, instance, serviceName, service, cluster, publicIp } = described;
  const ec2 = instance?.ec2;
  const ownSubnet = interfaceDetail(task, 'subnetId');
  const isAwsvpc = definition.networkMode === 'awsvpc';
  const values = {
    cluster: cluster.name,
    cluster_arn: task.clusterArn,
    service: serviceName,
    service_arn:
      serviceName && !isDaemon(task) ? (service?.serviceArn ?? serviceArn(described)) : undefined,
    service_status: service?.status,
    task_arn: task.taskArn,
    task_definition: task.taskDefinitionArn,
    task_group: task.group,
    region: arnParts(task.taskArn).region,
    availability_zone: task.availabilityZone,
    subnet_id: isAwsvpc ? ownSubnet : ec2?.subnetId,
    ip_address: address,
    public_ip: isAwsvpc ? publicIp : ec2?.publicIp,
    launch_type: task.launchType,
    platform_family: task.platformFamily,
    platform_version: task.platformVersion,
    desired_status: task.desiredStatus,
    last_status: task.lastStatus,
    health_status: task.healthStatus,
    network_mode: definition.networkMode || 'bridge',
    container_instance_arn: task.containerInstanceArn,
    ec2_instance_id: ec2?.id,
    ec2_instance_type: ec2?.type,
    ec2_instance_private_ip: ec2?.privateIp,
    ec2_instance_public_ip: ec2?.publicIp,
    ...tagLabels('cluster', cluster.tags),
    ...tagLabels('service', service?.tags),
    ...tagLabels('task', task.tags),
    ...tagLabels('ec2', ec2?.tags),
  };
  const prefixed = Object.entries(values).map(([name, value]) => [PREFIX + name, value]);
  return labelsOf(filled(Object.fromEntries(prefixed)));
}

function tagLabels(of: string, tags: readonly Tag[] = []): Record<string, string | undefined> {
  const entries = tags.map(({ key = '', value }) => [
    `tag_${of}_${key.replace(/[^a-zA-Z0-9_]/g, '_')}`,
    value,
  ]);
  return Object.fromEntries(entries);
}

/** The ARN of the task's service, where that of the task is in the long format too. */
function serviceArn({ task, serviceName, cluster }: DescribedTask): string | undefined {
  const { partition, region, account, resource } = arnParts(task.taskArn);
  if (resource.length < 3) return undefined;
  return `arn:${partition}:ecs:${region}:${account}:service/${cluster.name}/${serviceName}`;
}
