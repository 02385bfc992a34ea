import type { Task } from '@aws-sdk/client-ecs';
import { describe, expect, it } from '@jest/globals';
import { wishesOf } from '../../../lambda/discovery/ecs/candidates.ts';
import type { DescribedTask } from '../../../lambda/discovery/ecs/cluster/described-task.ts';
import { targetsOf } from '../../../lambda/discovery/ecs/targets.ts';
import type { EcsDiscoveryConfig } from '../../../lambda/model/settings/config.ts';
import {
  container,
  definition,
  described,
  discoveryOf,
  pattern,
  task,
} from './cluster/cluster-of.ts';

const ADDRESS = '10.0.0.1';
const OFF = { dockerLabel: undefined };

const addresses = ({ found }: ReturnType<typeof targetsOf>) =>
  found.map(({ address, labels }) => `${address}${labels.__metrics_path__ ?? ''}`);

const targetsOfTask = (ofTask: DescribedTask, config: EcsDiscoveryConfig) =>
  targetsOf(ofTask, wishesOf(ofTask, config), config);

const find = (
  ofDefinition: ReturnType<typeof definition>,
  config: Partial<EcsDiscoveryConfig> = {},
  more: Partial<DescribedTask> = {},
) => targetsOfTask(described(task('t', ADDRESS), ofDefinition, more), discoveryOf(config));

describe('a task', () => {
  it('that cannot be reached is skipped once', () => {
    const containers = [container(), container({ name: 'other' })];
    const none = definition('web', containers, { networkMode: 'none' });
    expect(find(none)).toMatchObject({
      found: [],
      skipped: [
        {
          reason: 'network_mode',
          subject: {
            definition: 'web:1',
            service: undefined,
            cluster: 'demo',
            task: 't',
            detail: 'network mode none',
          },
        },
      ],
    });
  });

  it('is named by its targets', () => {
    expect(find(definition('web')).found).toMatchObject([
      { taskArn: 'arn:aws:ecs:us-east-1:123456789012:task/demo/t' },
    ]);
  });
});

describe('docker label mode', () => {
  it.each([
    ['unmapped_port', '9404', undefined],
    ['unmapped_port', '9404', [{ containerPort: 9405, hostPort: 9405 }]],
    ['unmapped_port', '0', [{ containerPort: 9404 }]],
    ['bad_port', '', [{ containerPort: 9404 }]],
    ['bad_port', ' 9404', [{ containerPort: 9404 }]],
    ['bad_port', '-1', [{ containerPort: 9404 }]],
    ['bad_port', 'http', [{ containerPort: 9404 }]],
    ['bad_port', '1e3', [{ containerPort: 1000 }]],
  ])('skips as %s: label "%s" with mappings %j', (reason, label, portMappings) => {
    const container = {
      name: 'app',
      dockerLabels: { ECS_PROMETHEUS_EXPORTER_PORT: label },
      portMappings,
    };
    expect(find(definition('web', [container]))).toMatchObject({
      found: [],
      skipped: [
        {
          reason,
          subject: {
            container: 'app',
            port: label,
            definition: 'web:1',
            cluster: 'demo',
            task: 't',
          },
        },
      ],
    });
  });
});

describe('a docker label with the port of another container', () => {
  const app = {
    name: 'app',
    dockerLabels: {
      ECS_PROMETHEUS_EXPORTER_PORT: '9546',
      ECS_PROMETHEUS_METRICS_PATH: '/metrics/app',
    },
    portMappings: [{ containerPort: 8080 }],
  };
  const sidecar = { name: 'sidecar', portMappings: [{ containerPort: 9546, hostPort: 9547 }] };

  it.each(['awsvpc', 'host'] as const)('leads to it with %s, where they share ports', (mode) => {
    const ofDefinition = definition('web', [app, sidecar], { networkMode: mode });
    const result = find(ofDefinition, {}, { instance: { address: ADDRESS } });
    expect(result).toMatchObject({ found: [{ labels: { container_name: 'app' } }], skipped: [] });
    expect(addresses(result)).toEqual(['10.0.0.1:9547/metrics/app']);
  });

  it('leads nowhere with bridge', () => {
    const ofDefinition = definition('web', [app, sidecar], { networkMode: 'bridge' });
    const containers = [
      { name: 'sidecar', networkBindings: [{ containerPort: 9546, hostPort: 32_768 }] },
    ];
    const ofTask = described(task('t', ADDRESS, { containers }), ofDefinition, {
      instance: { address: ADDRESS },
    });
    expect(targetsOfTask(ofTask, discoveryOf())).toMatchObject({
      found: [],
      skipped: [{ reason: 'unmapped_port', subject: { container: 'app', port: '9546' } }],
    });
  });

  it('leads to the mapping of its own container where that has one', () => {
    const both = { ...app, portMappings: [{ containerPort: 9546, hostPort: 1 }] };
    expect(addresses(find(definition('web', [sidecar, both])))).toEqual(['10.0.0.1:1/metrics/app']);
  });
});

describe.each([
  ['task definition mode', 'taskDefinitions', 'arnPattern', '/web:', '/api:'],
  ['service mode', 'services', 'namePattern', 'sh', 'web'],
] as const)('%s', (_, mode, key, matching, other) => {
  const two = definition('web', [
    { name: 'app', portMappings: [{ containerPort: 1 }, { containerPort: 2 }] },
    { name: 'side', portMappings: [{ containerPort: 3 }] },
  ]);
  const entry = (more: object = {}) => ({
    [key]: pattern(matching),
    ports: [1, 2, 3],
    ...more,
  });
  const findBy = (...entries: object[]) =>
    find(two, { ...OFF, [mode]: entries }, { serviceName: 'shop' });

  it('tries every port of every container, and misses none in silence that it was not told of', () => {
    expect(findBy(entry())).toMatchObject({ skipped: [] });
    expect(addresses(findBy(entry()))).toEqual(['10.0.0.1:1', '10.0.0.1:2', '10.0.0.1:3']);
  });

  it('says once where no container has any of the ports, and which entry asks for them', () => {
    const name = mode === 'services' ? 'service_name_list_for_tasks' : 'task_definition_list';
    expect(findBy(entry({ ports: [4, 5] }))).toMatchObject({
      found: [],
      skipped: [
        {
          reason: 'no_port',
          subject: {
            entry: `${name} "${matching}"`,
            port: '4, 5',
            definition: 'web:1',
            service: 'shop',
            detail: undefined,
          },
        },
      ],
      entries: [`${name} "${matching}"`],
    });
  });

  it('says where no container is named so', () => {
    const result = findBy(entry(), entry({ containerNamePattern: pattern('^job$') }));
    expect(result.found).toHaveLength(3);
    expect(result.skipped).toMatchObject([
      { reason: 'no_port', subject: { detail: 'no container has a name that matches "^job$"' } },
    ]);
  });

  it('asks for the containers whose name the pattern finds', () => {
    expect(addresses(findBy(entry({ containerNamePattern: pattern('id') })))).toEqual([
      '10.0.0.1:3',
    ]);
  });

  it('asks for the tasks that the pattern finds', () => {
    expect(findBy(entry({ [key]: pattern(other) }))).toEqual({
      found: [],
      skipped: [],
      entries: [],
    });
  });

  it('sets path and job name', () => {
    const { found } = findBy(entry({ ports: [1], metricsPath: '/stats', jobName: 'web' }));
    expect(found[0]?.labels).toMatchObject({ __metrics_path__: '/stats', job: 'web' });
  });

  it('takes every entry that wants the container, in their order', () => {
    const result = findBy(
      entry({ ports: [2] }),
      entry({ ports: [1], containerNamePattern: pattern('side') }),
      entry({ ports: [1] }),
    );
    expect(addresses(result)).toEqual(['10.0.0.1:2', '10.0.0.1:1']);
  });
});

it('service mode finds no task without a service, whatever its pattern', () => {
  const services = [{ namePattern: pattern(''), ports: [9404] }];
  expect(find(definition('web'), { ...OFF, services })).toEqual({
    found: [],
    skipped: [],
    entries: [],
  });
});

it('the modes come service, docker label, task definition, for one container after the other', () => {
  const both = definition('web', [
    container({ name: 'first', portMappings: [{ containerPortRange: '1-9999' }] }),
    container({ name: 'second', portMappings: [{ containerPort: 9404, hostPort: 2 }] }),
  ]);
  const config = {
    services: [{ namePattern: pattern('.'), ports: [3] }],
    taskDefinitions: [{ arnPattern: pattern('.'), ports: [1] }],
  };
  const result = find(both, config, { serviceName: 'shop' });
  expect(addresses(result)).toEqual(['10.0.0.1:3', '10.0.0.1:9404', '10.0.0.1:1', '10.0.0.1:2']);
});

describe('labels', () => {
  const labelsOf = (
    dockerLabels: Record<string, string>,
    ofTask: Partial<Task> = {},
    more: Partial<DescribedTask> = {},
    config: Partial<EcsDiscoveryConfig> = {},
  ) => {
    const labels = { ECS_PROMETHEUS_EXPORTER_PORT: '9404', ...dockerLabels };
    const ofDefinition = definition('web', [container({ dockerLabels: labels })]);
    const ofContainer = described(task('t', ADDRESS, ofTask), ofDefinition, more);
    const { found } = targetsOfTask(ofContainer, discoveryOf(config));
    return Object.fromEntries(
      Object.entries(found[0]?.labels ?? {}).filter(([name]) => !name.startsWith('__meta_')),
    );
  };

  it('say of which container, task, definition, service, zone and cluster a target is', () => {
    const ofTask = {
      group: 'service:shop',
      startedBy: 'ecs-svc/1',
      availabilityZone: 'us-east-1a',
    };
    expect(labelsOf({}, ofTask, { serviceName: 'shop' })).toEqual({
      container_name: 'app',
      TaskDefinitionFamily: 'web',
      TaskRevision: '1',
      TaskGroup: 'service:shop',
      StartedBy: 'ecs-svc/1',
      LaunchType: 'FARGATE',
      TaskId: 't',
      TaskArn: 'arn:aws:ecs:us-east-1:123456789012:task/demo/t',
      TaskClusterName: 'demo',
      ServiceName: 'shop',
      AvailabilityZone: 'us-east-1a',
      ECS_PROMETHEUS_EXPORTER_PORT: '9404',
    });
  });

  it('say on which EC2 instance it is', () => {
    const ec2 = { id: 'i-1', type: 't3.medium', vpcId: 'vpc-1', subnetId: 'subnet-1', tags: [] };
    expect(labelsOf({}, { launchType: 'EC2' }, { instance: { ec2 } })).toMatchObject({
      LaunchType: 'EC2',
      InstanceType: 't3.medium',
      VpcId: 'vpc-1',
      SubnetId: 'subnet-1',
    });
  });

  it('name the cluster once more where there may be several', () => {
    expect(labelsOf({}, {}, {}, { labelsCluster: true })).toMatchObject({ ClusterName: 'demo' });
    expect(labelsOf({})).not.toHaveProperty('ClusterName');
  });

  it('name no service for a task of a family, and no cluster for an old ARN', () => {
    const labels = labelsOf({}, { group: 'family:web', taskArn: 'arn:aws:ecs:us-east-1:1:task/t' });
    expect(labels).toMatchObject({ TaskGroup: 'family:web', TaskId: 't' });
    expect(labels).not.toHaveProperty('ServiceName');
    expect(labels).not.toHaveProperty('TaskClusterName');
  });

  it('are overridden by docker labels, of which the empty and the badly named ones are left out', () => {
    const labels = labelsOf({
      TaskId: 'mine',
      LaunchType: '',
      team: 'a',
      'com.example.team': 'b',
      '2nd': 'c',
      ECS_PROMETHEUS_METRICS_PATH: '/stats',
      job: 'shop',
      __scheme__: 'https',
    });
    expect(labels).toMatchObject({
      TaskId: 'mine',
      LaunchType: 'FARGATE',
      team: 'a',
      __metrics_path__: '/stats',
      __scheme__: 'https',
      job: 'shop',
    });
    expect(Object.keys(labels)).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/com\.example|2nd/)]),
    );
  });

  it('are not overridden where they say what only AWS knows', () => {
    const ofDefinition = definition('web', [
      container({
        dockerLabels: {
          ECS_PROMETHEUS_EXPORTER_PORT: '9404',
          __address__: '169.254.169.254:80',
          __meta_ecs_cluster: 'other',
          __meta_ecs_tag_task_team: 'other',
        },
      }),
    ]);
    const [target] = find(ofDefinition).found;
    expect(target?.address).toBe('10.0.0.1:9404');
    expect(target?.labels).not.toHaveProperty('__address__');
    expect(target?.labels).not.toHaveProperty('__meta_ecs_tag_task_team');
    expect(target?.labels.__meta_ecs_cluster).toBe('demo');
  });

  it('may be called like a member of every object', () => {
    expect(labelsOf({ constructor: 'x', toString: 'y' })).toMatchObject({
      constructor: 'x',
      toString: 'y',
    });
  });

  it('have the job name that was asked for rather than a docker label "job"', () => {
    const ofDefinition = definition('web', [container({ dockerLabels: { job: 'label' } })]);
    const taskDefinitions = [{ arnPattern: pattern('.'), ports: [9404], jobName: 'asked' }];
    expect(find(ofDefinition, { taskDefinitions }).found[0]?.labels.job).toBe('asked');
  });
});
