import type { Task } from '@aws-sdk/client-ecs';
import { describe, expect, it } from '@jest/globals';
import type { DescribedTask } from '../../../lambda/discovery/ecs/cluster/described-task.ts';
import { metaLabels } from '../../../lambda/discovery/ecs/meta-labels.ts';
import { definition, definitionArn, described, task } from './cluster/cluster-of.ts';

const ARN = 'arn:aws:ecs:us-east-1:123456789012';

const labels = (
  ofTask: Partial<Task> = {},
  more: Partial<DescribedTask> = {},
  networkMode: 'awsvpc' | 'bridge' | 'host' = 'awsvpc',
) => ({
  ...metaLabels(
    described(task('t', '10.0.0.1', ofTask), definition('web', undefined, { networkMode }), more),
    '10.0.0.1',
  ),
});

describe('the labels of Prometheus’ ECS discovery', () => {
  it('are all there for a Fargate task of a service', () => {
    const ofTask: Partial<Task> = {
      group: 'service:shop',
      availabilityZone: 'us-east-1a',
      platformFamily: 'Linux',
      platformVersion: '1.4.0',
      healthStatus: 'HEALTHY',
      attachments: [
        {
          type: 'ElasticNetworkInterface',
          details: [
            { name: 'subnetId', value: 'subnet-1' },
            { name: 'privateIPv4Address', value: '10.0.0.1' },
          ],
        },
      ],
      tags: [{ key: 'cost-center', value: '7' }],
    };
    const more: Partial<DescribedTask> = {
      serviceName: 'shop',
      service: {
        serviceArn: `${ARN}:service/demo/shop`,
        status: 'ACTIVE',
        tags: [{ key: 'team', value: 'a' }],
      },
      cluster: { name: 'demo', tags: [{ key: 'env', value: 'prod' }] },
      publicIp: '203.0.113.1',
    };
    expect(labels(ofTask, more)).toEqual({
      __meta_ecs_cluster: 'demo',
      __meta_ecs_cluster_arn: `${ARN}:cluster/demo`,
      __meta_ecs_service: 'shop',
      __meta_ecs_service_arn: `${ARN}:service/demo/shop`,
      __meta_ecs_service_status: 'ACTIVE',
      __meta_ecs_task_arn: `${ARN}:task/demo/t`,
      __meta_ecs_task_definition: definitionArn('web'),
      __meta_ecs_task_group: 'service:shop',
      __meta_ecs_region: 'us-east-1',
      __meta_ecs_availability_zone: 'us-east-1a',
      __meta_ecs_subnet_id: 'subnet-1',
      __meta_ecs_ip_address: '10.0.0.1',
      __meta_ecs_public_ip: '203.0.113.1',
      __meta_ecs_launch_type: 'FARGATE',
      __meta_ecs_platform_family: 'Linux',
      __meta_ecs_platform_version: '1.4.0',
      __meta_ecs_desired_status: 'RUNNING',
      __meta_ecs_last_status: 'RUNNING',
      __meta_ecs_health_status: 'HEALTHY',
      __meta_ecs_network_mode: 'awsvpc',
      __meta_ecs_tag_cluster_env: 'prod',
      __meta_ecs_tag_service_team: 'a',
      __meta_ecs_tag_task_cost_center: '7',
    });
  });

  it('say on which instance a task of EC2 runs, and have its addresses', () => {
    const instance = {
      address: '10.4.0.1',
      ec2: {
        id: 'i-1',
        type: 't3.medium',
        subnetId: 'subnet-2',
        privateIp: '10.4.0.1',
        publicIp: '203.0.113.2',
        tags: [{ key: 'Name', value: 'node' }],
      },
    };
    const containerInstanceArn = `${ARN}:container-instance/demo/c`;
    expect(
      labels({ launchType: 'EC2', containerInstanceArn, attachments: [] }, { instance }, 'bridge'),
    ).toMatchObject({
      __meta_ecs_container_instance_arn: containerInstanceArn,
      __meta_ecs_ec2_instance_id: 'i-1',
      __meta_ecs_ec2_instance_type: 't3.medium',
      __meta_ecs_ec2_instance_private_ip: '10.4.0.1',
      __meta_ecs_ec2_instance_public_ip: '203.0.113.2',
      __meta_ecs_public_ip: '203.0.113.2',
      __meta_ecs_subnet_id: 'subnet-2',
      __meta_ecs_network_mode: 'bridge',
      __meta_ecs_tag_ec2_Name: 'node',
    });
  });

  it('have no service for a task that was run alone', () => {
    const names = Object.keys(labels({ group: 'family:web', startedBy: 'me' }));
    expect(names.filter((name) => name.startsWith('__meta_ecs_service'))).toEqual([]);
  });

  it('have the ARN of a service that was not looked up, unless the ARNs are old', () => {
    expect(labels({}, { serviceName: 'shop' })).toMatchObject({
      __meta_ecs_service_arn: `${ARN}:service/demo/shop`,
    });
    expect(labels({ taskArn: `${ARN}:task/t` }, { serviceName: 'shop' })).not.toHaveProperty(
      '__meta_ecs_service_arn',
    );
  });

  it('call the host network by its name', () => {
    expect(labels({}, {}, 'host').__meta_ecs_network_mode).toBe('host');
  });
});
