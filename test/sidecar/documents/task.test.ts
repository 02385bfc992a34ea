import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../../sidecar/documents/json.ts';
import { readTask } from '../../../sidecar/documents/task.ts';
import { APP, sampleContainer, sampleTask } from '../sample-documents.ts';

describe('The reader of /task', () => {
  it('reads identity, limits and times in base units', () => {
    const task = readTask(sampleTask());

    expect(task).toMatchObject({
      cluster: 'shop',
      id: 'f1e2d3c4b5a697887766554433221100',
      family: 'orders',
      revision: '7',
      launchType: 'FARGATE',
      networkMode: 'awsvpc',
      cpuLimit: 0.5,
      memoryLimit: 1_073_741_824,
      pullStartedAt: 1_777_615_140_250_000_000n,
      clock: { errorBound: 0.0005, synchronized: true },
      storage: { used: 1_073_741_824, reserved: 21_491_613_696 },
    });
    expect(task.containers.map(({ name }) => name)).toEqual(['app', 'sidecar']);
  });

  it.each<[string, JsonObject, string | undefined]>([
    ['ServiceName', { ServiceName: 'cart', Group: 'service:other' }, 'cart'],
    ['the group', { Group: 'service:cart' }, 'cart'],
    ['no service but a daemon', { Group: 'daemon:logs' }, undefined],
    ['nothing', {}, undefined],
  ])('takes the service from %s', (_, changes, service) => {
    expect(readTask(sampleTask(changes)).serviceName).toBe(service);
  });

  it.each([
    ['arn:aws:ecs:eu-west-1:123456789012:cluster/shop', 'shop'],
    ['shop', 'shop'],
    ['shop/', undefined],
    [7, undefined],
  ])('takes the short name of the cluster %p', (Cluster, name) => {
    expect(readTask(sampleTask({ Cluster })).cluster).toBe(name);
  });

  it.each<[string, unknown, number | undefined, number | undefined]>([
    ['both set', { CPU: 256, Memory: 512 }, 256, 536_870_912],
    ['CPU raised to the least', { CPU: 2 }, undefined, undefined],
    ['not started yet', { CPU: 0, Memory: 0 }, undefined, undefined],
    ['just more than unset', { CPU: 3, Memory: 4 }, 3, 4_194_304],
    ['negative', { CPU: -1, Memory: -1 }, undefined, undefined],
    ['of a wrong type', { CPU: '256', Memory: [512] }, undefined, undefined],
    ['null', null, undefined, undefined],
  ])('understands container limits that are %s', (_, Limits, cpuUnits, memoryLimit) => {
    const task = readTask(sampleTask({ Containers: [sampleContainer(APP, 'app', { Limits })] }));

    expect(task.containers[0]).toMatchObject({ cpuUnits, memoryLimit });
  });

  it.each([
    ['CNI_PAUSE', true],
    ['NAMESPACE_PAUSE', true],
    ['EMPTY_HOST_VOLUME', true],
    ['MANAGED_DAEMON', false],
    ['NORMAL', false],
    [undefined, false],
  ])('takes a container of type %s as internal: %p', (Type, internal) => {
    const task = readTask(sampleTask({ Containers: [sampleContainer(APP, 'app', { Type })] }));

    expect(task.containers[0]?.internal).toBe(internal);
  });

  it('finds the network mode in whichever container names it', () => {
    const Containers = [
      sampleContainer('1', 'a', { Networks: undefined }),
      sampleContainer('2', 'b', { Networks: [{}, { NetworkMode: 'bridge' }] }),
    ];

    expect(readTask(sampleTask({ Containers })).networkMode).toBe('bridge');
  });

  it('takes each container once, and only those that have an id', () => {
    const Containers = [
      sampleContainer('1', 'first'),
      sampleContainer('1', 'again'),
      { Name: 'nameless' },
      null,
      'text',
    ];

    expect(readTask(sampleTask({ Containers })).containers.map(({ name }) => name)).toEqual([
      'first',
    ]);
  });

  it('reads an empty document as one that says nothing', () => {
    const { containers, clock, storage, ...rest } = readTask({});

    expect(containers).toEqual([]);
    expect(new Set([clock, storage, rest].flatMap((part) => Object.values(part)))).toEqual(
      new Set([undefined]),
    );
  });
});
