import type { ContainerDefinition, NetworkBinding, PortMapping, Task } from '@aws-sdk/client-ecs';
import { describe, expect, it } from '@jest/globals';
import type { Instance } from '../../../../lambda/discovery/ecs/cluster/described-task.ts';
import { hostPort, networkOf } from '../../../../lambda/discovery/ecs/cluster/network.ts';
import { definition, task } from './cluster-of.ts';

const ADDRESS = '10.0.0.1';
const INSTANCE: Instance = { address: '10.9.9.9' };

const network = (
  networkMode: string | undefined,
  ofTask: Partial<Task> = {},
  instance: Instance | undefined = INSTANCE,
) =>
  networkOf(
    task('t', ADDRESS, ofTask),
    definition('web', [], { networkMode: networkMode as 'awsvpc' }),
    instance,
  );

/** The host port that leads to a port of the container `app`. */
const portOf = (
  mode: string | undefined,
  port: number,
  portMappings: PortMapping[],
  networkBindings?: NetworkBinding[],
) => {
  const container: ContainerDefinition = { name: 'app', portMappings };
  const containers = [{ name: 'other', networkBindings: [{ containerPort: port, hostPort: 1 }] }];
  const found = network(mode, {
    containers: networkBindings ? [...containers, { name: 'app', networkBindings }] : containers,
  });
  if (typeof found === 'string') throw new Error(found);
  return found.portOf(container, port);
};

describe('the address of a task', () => {
  it.each<[string, string | undefined, Partial<Task>, string]>([
    ['awsvpc', 'awsvpc', {}, ADDRESS],
    [
      'awsvpc whose attachment does not say it',
      'awsvpc',
      {
        attachments: [],
        containers: [
          { networkInterfaces: [{ privateIpv4Address: '10.0.0.2', ipv6Address: 'fd00::2' }] },
        ],
      },
      '10.0.0.2',
    ],
    [
      'awsvpc in an IPv6-only subnet',
      'awsvpc',
      { attachments: [], containers: [{}, { networkInterfaces: [{ ipv6Address: 'fd00::2' }] }] },
      'fd00::2',
    ],
    ['awsvpc without an interface', 'awsvpc', { attachments: undefined }, '10.9.9.9'],
    [
      'awsvpc with another attachment',
      'awsvpc',
      {
        attachments: [
          { type: 'Service Connect', details: [{ name: 'privateIPv4Address', value: ADDRESS }] },
        ],
      },
      '10.9.9.9',
    ],
    ['bridge', 'bridge', {}, '10.9.9.9'],
    ['no mode, which is bridge', undefined, {}, '10.9.9.9'],
    ['an empty mode, which is bridge', '', {}, '10.9.9.9'],
    ['host', 'host', {}, '10.9.9.9'],
  ])('with %s is known', (_, mode, ofTask, address) => {
    expect(network(mode, ofTask)).toMatchObject({ address });
  });

  it.each<[string, string, Partial<Task>, Instance]>([
    ['none', 'network_mode', {}, INSTANCE],
    ['macvlan', 'network_mode', {}, INSTANCE],
    ['bridge', 'no_address', {}, {}],
    ['host', 'no_address', {}, {}],
    ['awsvpc', 'no_address', { attachments: [{ type: 'ElasticNetworkInterface' }] }, {}],
    ['awsvpc', 'no_address', { attachments: [], containers: [{ networkInterfaces: [{}] }] }, {}],
  ])('with %s is not: %s', (mode, reason, ofTask, instance) => {
    expect(network(mode, ofTask, instance)).toBe(reason);
  });

  it('stands in brackets before a port where it is IPv6', () => {
    expect([hostPort('fd00::1', 80), hostPort('10.0.0.1', 80)]).toEqual([
      '[fd00::1]:80',
      '10.0.0.1:80',
    ]);
  });
});

describe.each(['awsvpc', 'host'])('a port with %s', (mode) => {
  it.each<[string, PortMapping[], number | undefined]>([
    ['is the host port of its mapping', [{ containerPort: 9404, hostPort: 9500 }], 9500],
    ['is itself where the host port is blank', [{ containerPort: 9404 }], 9404],
    [
      'is that of the last mapping',
      [
        { containerPort: 9404, hostPort: 1 },
        { containerPort: 9404, hostPort: 2 },
      ],
      2,
    ],
    ['is itself in a range', [{ containerPortRange: '9400-9410' }], 9404],
    ['is itself at both ends of a range', [{ containerPortRange: '9404-9404' }], 9404],
    ['is none without a mapping', [], undefined],
    ['is none in the mapping of another', [{ containerPort: 9405, hostPort: 9404 }], undefined],
    ['is none where the host port is 0', [{ containerPort: 9404, hostPort: 0 }], undefined],
    ['is none before a range', [{ containerPortRange: '9405-9410' }], undefined],
    ['is none in a range that is none', [{ containerPortRange: 'all' }], undefined],
  ])('%s', (_, mappings, expected) => {
    expect(portOf(mode, 9404, mappings)).toBe(expected);
  });

  it('0 is none', () => {
    expect(portOf(mode, 0, [{ containerPort: 0 }])).toBeUndefined();
  });
});

describe('a port that another container maps', () => {
  const containers = [
    { name: 'app', portMappings: [{ containerPort: 8080 }] },
    { name: 'idle' },
    { name: 'sidecar', portMappings: [{ containerPort: 9546, hostPort: 9547 }] },
  ];
  const sharedPortOf = (networkMode: 'awsvpc' | 'host' | 'bridge', port: number) => {
    const found = networkOf(
      task('t', ADDRESS, {
        containers: [{ name: 'sidecar', networkBindings: [{ containerPort: 9546, hostPort: 1 }] }],
      }),
      definition('web', containers, { networkMode }),
      INSTANCE,
    );
    if (typeof found === 'string') throw new Error(found);
    return found.sharedPortOf(port);
  };

  it.each(['awsvpc', 'host'] as const)('is one of the task with %s', (mode) => {
    expect([9546, 8080, 9404].map((port) => sharedPortOf(mode, port))).toEqual([
      9547,
      8080,
      undefined,
    ]);
  });

  it('is none with bridge, where each has its own', () => {
    expect(sharedPortOf('bridge', 9546)).toBeUndefined();
  });
});

describe('a port with bridge', () => {
  it.each<[string, NetworkBinding[] | undefined, number | undefined]>([
    ['is what it is bound to', [{ containerPort: 9404, hostPort: 32768 }], 32768],
    [
      'is one for IPv4 and IPv6',
      [
        { bindIP: '0.0.0.0', containerPort: 9404, hostPort: 32768 },
        { bindIP: '::', containerPort: 9404, hostPort: 32768 },
      ],
      32768,
    ],
    [
      'is that of the last binding',
      [
        { containerPort: 9404, hostPort: 1 },
        { containerPort: 9404, hostPort: 2 },
      ],
      2,
    ],
    [
      'in a range is as far from its begin',
      [{ containerPortRange: '9400-9410', hostPortRange: '40000-40010' }],
      40004,
    ],
    ['is none in a range without host ports', [{ containerPortRange: '9400-9410' }], undefined],
    ['is none where it is bound to 0', [{ containerPort: 9404, hostPort: 0 }], undefined],
    ['is none before the container has bindings', [], undefined],
    ['is none before the container is there', undefined, undefined],
    ['is none where another is bound', [{ containerPort: 9405, hostPort: 9404 }], undefined],
  ])('%s', (_, bindings, expected) => {
    const mappings = [{ containerPort: 9404, hostPort: 9404 }];
    expect(portOf('bridge', 9404, mappings, bindings)).toBe(expected);
  });
});
