import type { Task, TaskDefinition } from '@aws-sdk/client-ecs';
import { describe, expect, it } from '@jest/globals';
import { targetsOf } from '../../lambda/discovery/ecs-targets.ts';
import { container, definition, discoveryOf, pattern, task } from './cluster-of.ts';

const ADDRESS = '10.0.0.1';
const addresses = ({ found }: ReturnType<typeof targetsOf>) =>
  found.map(({ address, labels }) => `${address}${labels.__metrics_path__ ?? ''}`);

describe('a task', () => {
  it.each<[string, Partial<Task>, Partial<TaskDefinition> | undefined]>([
    ['not_running', { lastStatus: 'PENDING' }, {}],
    ['not_running', { lastStatus: 'DEACTIVATING' }, {}],
    ['not_running', { lastStatus: undefined }, {}],
    ['no_definition', {}, undefined],
    ['network_mode', {}, { networkMode: 'bridge' }],
    ['network_mode', {}, { networkMode: 'host' }],
    ['network_mode', {}, { networkMode: 'none' }],
    ['network_mode', {}, { networkMode: undefined }],
    ['no_address', { attachments: undefined }, {}],
    ['no_address', { attachments: [{ type: 'ElasticNetworkInterface' }] }, {}],
    [
      'no_address',
      {
        attachments: [
          { type: 'Service Connect', details: [{ name: 'privateIPv4Address', value: ADDRESS }] },
        ],
      },
      {},
    ],
    ['no_address', { containers: [{ networkInterfaces: [{}] }], attachments: [] }, {}],
  ])('is skipped as %s: %j of %j', (reason, ofTask, ofDefinition) => {
    const described = ofDefinition && definition('web', undefined, ofDefinition);
    const result = targetsOf(task('t', ADDRESS, ofTask), described, discoveryOf());
    expect(result).toEqual({ found: [], skipped: [reason] });
  });

  it('that no mode asks for is not skipped, whatever its network', () => {
    const bridge = definition('web', [{ name: 'app' }], { networkMode: 'bridge' });
    const result = targetsOf(task('t', ADDRESS), bridge, discoveryOf());
    expect(result).toEqual({ found: [], skipped: [] });
  });

  it.each<[string, Partial<Task>]>([
    ['10.0.0.1:9404', {}],
    [
      '10.0.0.2:9404',
      {
        attachments: [],
        containers: [
          { networkInterfaces: [{ privateIpv4Address: '10.0.0.2', ipv6Address: 'fd00::2' }] },
        ],
      },
    ],
    [
      '[fd00::2]:9404',
      { attachments: [], containers: [{}, { networkInterfaces: [{ ipv6Address: 'fd00::2' }] }] },
    ],
  ])('has the address %s', (expected, ofTask) => {
    const result = targetsOf(task('t', ADDRESS, ofTask), definition('web'), discoveryOf());
    expect(addresses(result)).toEqual([expected]);
  });
});

describe('a port', () => {
  it.each([
    ['the host port of its mapping', [{ containerPort: 9404, hostPort: 9500 }], 9500],
    ['itself where the host port is blank', [{ containerPort: 9404 }], 9404],
    [
      'the last mapping',
      [
        { containerPort: 9404, hostPort: 1 },
        { containerPort: 9404, hostPort: 2 },
      ],
      2,
    ],
    ['itself in a range', [{ containerPortRange: '9400-9410' }], 9404],
    ['the end of a range', [{ containerPortRange: '9404-9404' }], 9404],
  ])('is %s', (_, portMappings, port) => {
    const described = definition('web', [container({ portMappings })]);
    const result = targetsOf(task('t', ADDRESS), described, discoveryOf());
    expect(addresses(result)).toEqual([`${ADDRESS}:${port}`]);
  });

  it.each([
    ['unmapped_port', '9404', undefined],
    ['unmapped_port', '9404', [{ containerPort: 9405, hostPort: 9405 }]],
    ['unmapped_port', '9404', [{ containerPort: 9404, hostPort: 0 }]],
    ['unmapped_port', '9404', [{ containerPortRange: '9405-9410' }]],
    ['unmapped_port', '9404', [{ containerPortRange: 'all' }]],
    ['unmapped_port', '0', [{ containerPort: 9404 }]],
    ['bad_port', '', [{ containerPort: 9404 }]],
    ['bad_port', ' 9404', [{ containerPort: 9404 }]],
    ['bad_port', '-1', [{ containerPort: 9404 }]],
    ['bad_port', 'http', [{ containerPort: 9404 }]],
    ['bad_port', '1e3', [{ containerPort: 1000 }]],
  ])('is skipped as %s: label "%s" with mappings %j', (reason, label, portMappings) => {
    const described = definition('web', [
      { name: 'app', dockerLabels: { ECS_PROMETHEUS_EXPORTER_PORT: label }, portMappings },
    ]);
    const result = targetsOf(task('t', ADDRESS), described, discoveryOf());
    expect(result).toEqual({ found: [], skipped: [reason] });
  });
});

describe('task definition mode', () => {
  const two = definition('web', [
    { name: 'app', portMappings: [{ containerPort: 1 }, { containerPort: 2 }] },
    { name: 'side', portMappings: [{ containerPort: 3 }] },
  ]);
  const find = (more: object) =>
    targetsOf(
      task('t', ADDRESS),
      two,
      discoveryOf({
        dockerLabel: undefined,
        taskDefinitions: [{ arnPattern: pattern('/web:'), ports: [1, 2, 3], ...more }],
      }),
    );

  it('tries every port of every container, and misses none in silence that it was not told of', () => {
    expect(find({})).toMatchObject({ skipped: [] });
    expect(addresses(find({}))).toEqual(['10.0.0.1:1', '10.0.0.1:2', '10.0.0.1:3']);
  });

  it('asks for the containers whose name the pattern finds', () => {
    expect(addresses(find({ containerNamePattern: pattern('id') }))).toEqual(['10.0.0.1:3']);
  });

  it('asks for the tasks whose definition the pattern finds', () => {
    expect(find({ arnPattern: pattern('/api:') })).toEqual({ found: [], skipped: [] });
  });

  it('sets path and job name', () => {
    const { found } = find({ ports: [1], metricsPath: '/stats', jobName: 'web' });
    expect(found[0]?.labels).toMatchObject({ __metrics_path__: '/stats', job: 'web' });
  });

  it('comes after the docker label of the same container, and both come container by container', () => {
    const both = definition('web', [
      container({ name: 'first', portMappings: [{ containerPort: 9404 }, { containerPort: 1 }] }),
      container({ name: 'second', portMappings: [{ containerPort: 9404, hostPort: 2 }] }),
    ]);
    const config = discoveryOf({ taskDefinitions: [{ arnPattern: pattern('.'), ports: [1] }] });
    const result = targetsOf(task('t', ADDRESS), both, config);
    expect(addresses(result)).toEqual(['10.0.0.1:9404', '10.0.0.1:1', '10.0.0.1:2']);
  });
});

describe('labels', () => {
  const labelsOf = (dockerLabels: Record<string, string>, more: Partial<Task> = {}) => {
    const labels = { ECS_PROMETHEUS_EXPORTER_PORT: '9404', ...dockerLabels };
    const described = definition('web', [container({ dockerLabels: labels })]);
    const { found } = targetsOf(task('t', ADDRESS, more), described, discoveryOf());
    return { ...found[0]?.labels };
  };

  it('say of which container, task, definition, service and cluster a target is', () => {
    expect(labelsOf({}, { group: 'service:shop', startedBy: 'ecs-svc/1' })).toEqual({
      container_name: 'app',
      TaskDefinitionFamily: 'web',
      TaskRevision: '1',
      TaskGroup: 'service:shop',
      StartedBy: 'ecs-svc/1',
      LaunchType: 'FARGATE',
      TaskId: 't',
      TaskClusterName: 'demo',
      ServiceName: 'shop',
      ECS_PROMETHEUS_EXPORTER_PORT: '9404',
    });
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
    });
    expect(labels).toMatchObject({
      TaskId: 'mine',
      LaunchType: 'FARGATE',
      team: 'a',
      __metrics_path__: '/stats',
      job: 'shop',
    });
    expect(Object.keys(labels)).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/com\.example|2nd/)]),
    );
  });

  it('may be called like a member of every object', () => {
    expect(labelsOf({ constructor: 'x', toString: 'y' })).toMatchObject({
      constructor: 'x',
      toString: 'y',
    });
  });

  it('have the job name that was asked for rather than a docker label "job"', () => {
    const described = definition('web', [container({ dockerLabels: { job: 'label' } })]);
    const config = discoveryOf({
      taskDefinitions: [{ arnPattern: pattern('.'), ports: [9404], jobName: 'asked' }],
    });
    const { found } = targetsOf(task('t', ADDRESS), described, config);
    expect(found[0]?.labels.job).toBe('asked');
  });
});
