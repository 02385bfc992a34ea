import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../../sidecar/documents/json.ts';
import { readStats } from '../../../sidecar/documents/stats.ts';
import { readTask } from '../../../sidecar/documents/task.ts';
import {
  followTaskNetwork,
  isShared,
  sumInterfaces,
  type TaskNetwork,
} from '../../../sidecar/figures/network.ts';
import { sampleContainer, sampleTask } from '../sample-documents.ts';

/** `[second, interfaces, rate]` by container; bytes received and sent by interface. */
type Entry = [second: number, interfaces: Record<string, [rx: number, tx: number]>, rate?: number];
type Poll = Record<string, Entry>;

const FARGATE = { LaunchType: 'FARGATE' };
const EC2 = { LaunchType: 'EC2' };

describe('A network of the task', () => {
  it.each([
    ['awsvpc', 'EC2', true],
    ['awsvpc', 'FARGATE', true],
    ['bridge', 'EC2', false],
    ['host', 'EC2', false],
    [undefined, 'FARGATE', true],
    [undefined, 'MANAGED_INSTANCES', true],
    [undefined, 'EC2', false],
    [undefined, undefined, false],
  ])('in mode %p with launch type %p is shared: %p', (mode, LaunchType, shared) => {
    const Containers = [sampleContainer('a', 'a', { Networks: [{ NetworkMode: mode }] })];

    expect(isShared(readTask(sampleTask({ LaunchType, Containers })))).toBe(shared);
  });
});

describe('A shared network', () => {
  it('is counted once, from the newest entry', () => {
    const network = follow('awsvpc', FARGATE, [
      { a: [1, { eth1: [100, 10] }], b: [2, { eth1: [90, 20] }] },
    ]);

    expect(totals(network)).toEqual({ eth1: [90, 20] });
  });

  it('is taken from the entry that saw more where they are equally new', () => {
    const network = follow('awsvpc', FARGATE, [
      { a: [1, { eth1: [100, 10] }], b: [1, { eth1: [105, 10] }], c: [1, { eth1: [100, 11] }] },
    ]);

    expect(totals(network)).toEqual({ eth1: [105, 10] });
  });

  it('has each interface from the newest entry that has it', () => {
    const network = follow('awsvpc', FARGATE, [
      { a: [1, { eth1: [1, 1], 'eth1.7': [2, 2] }], b: [2, { eth1: [3, 3] }] },
    ]);

    expect(totals(network)).toEqual({ eth1: [3, 3], 'eth1.7': [2, 2] });
  });

  it('does not fall when the container with the newest entry stops', () => {
    const network = follow('awsvpc', FARGATE, [
      { a: [1, { eth1: [100, 10] }], b: [2, { eth1: [120, 12] }] },
      { a: [1, { eth1: [100, 10] }] },
    ]);

    expect(totals(network)).toEqual({ eth1: [120, 12] });
  });

  it('does fall where the clock was set back for good', () => {
    const network = follow('awsvpc', FARGATE, [
      { a: [1000, { eth1: [100, 10] }] },
      { a: [1, { eth1: [130, 13] }] },
    ]);

    expect(totals(network)).toEqual({ eth1: [130, 13] });
    expect(network.rate).toEqual({ rx: undefined, tx: undefined });
  });

  it.each<[string, JsonObject, Poll[], number | undefined]>([
    [
      'is first that of the newest entry',
      FARGATE,
      [{ a: [1, { e: [0, 0] }, 7], b: [2, { e: [0, 0] }, 9] }],
      9,
    ],
    [
      'is then the difference of our own samples',
      FARGATE,
      [{ a: [0, { e: [0, 0] }, 7] }, { a: [10, { e: [500, 0] }, 7] }],
      50,
    ],
    [
      'stays while there is no new sample',
      FARGATE,
      [{ a: [0, { e: [0, 0] }, 7] }, { a: [0, { e: [0, 0] }, 8] }],
      7,
    ],
    [
      'is unknown when a counter fell',
      FARGATE,
      [{ a: [0, { e: [9, 0] }] }, { a: [10, { e: [5, 0] }] }],
      undefined,
    ],
    [
      'begins anew after a fall',
      FARGATE,
      [{ a: [0, { e: [9, 0] }] }, { a: [10, { e: [5, 0] }] }, { a: [20, { e: [25, 0] }] }],
      2,
    ],
    [
      'leaves out an interface that appears',
      FARGATE,
      [{ a: [0, { e: [0, 0] }] }, { a: [10, { e: [20, 0], f: [1e9, 0] }] }],
      2,
    ],
    [
      'waits 10 s on EC2, where the counters stand still',
      EC2,
      [{ a: [0, { e: [0, 0] }, 7] }, { a: [1, { e: [0, 0] }] }, { a: [9.9, { e: [0, 0] }] }],
      7,
    ],
    [
      'covers those 10 s',
      EC2,
      [{ a: [0, { e: [0, 0] }, 7] }, { a: [1, { e: [0, 0] }] }, { a: [10, { e: [100, 0] }] }],
      10,
    ],
    ['is unknown without networks', FARGATE, [{ a: [0, {}, 7] }], undefined],
  ])('has a rate that %s', (_, launch, polls, rate) => {
    expect(follow('awsvpc', launch, polls).rate.rx).toBe(rate);
  });
});

describe('Separate networks', () => {
  it('add up over containers, and keep what a container had that stopped', () => {
    const network = follow('bridge', EC2, [
      { a: [1, { eth0: [100, 10] }], b: [1, { eth0: [50, 5] }] },
      { a: [2, { eth0: [110, 11] }] },
    ]);

    expect(totals(network)).toEqual({ eth0: [160, 16] });
  });

  it('leave out pause containers, which show the same again', () => {
    const network = follow('bridge', EC2, [
      { a: [1, { eth0: [100, 10] }], pause: [1, { eth0: [100, 10] }] },
    ]);

    expect(totals(network)).toEqual({ eth0: [100, 10] });
  });

  it('are those of the pause containers where only they have any', () => {
    const network = follow('bridge', EC2, [{ a: [1, {}], pause: [1, { eth0: [100, 10] }] }]);

    expect(totals(network)).toEqual({ eth0: [100, 10] });
  });

  it.each<[string, Poll[], number | undefined]>([
    [
      'is first the sum of the entries',
      [{ a: [1, { e: [0, 0] }, 7], b: [2, { e: [0, 0] }, 9] }],
      16,
    ],
    [
      'is unknown while an entry has none',
      [{ a: [1, { e: [0, 0] }, 7], b: [2, { e: [0, 0] }] }],
      undefined,
    ],
    [
      'is then that of the sum',
      [
        { a: [0, { e: [0, 0] }], b: [0, { e: [0, 0] }] },
        { a: [1, { e: [30, 0] }], b: [1, { e: [4, 0] }] },
      ],
      34,
    ],
  ])('have a rate that %s', (_, polls, rate) => {
    expect(follow('bridge', EC2, polls).rate.rx).toBe(rate);
  });
});

describe('The sum over interfaces', () => {
  it('is unknown where one of them lacks the counter', () => {
    expect(
      sumInterfaces(
        new Map([
          ['a', { rx_bytes: 1 }],
          ['b', { rx_bytes: 2 }],
        ]),
        'rx_bytes',
      ),
    ).toBe(3);
    expect(
      sumInterfaces(
        new Map([
          ['a', { rx_bytes: 1 }],
          ['b', {}],
        ]),
        'rx_bytes',
      ),
    ).toBeUndefined();
    expect(sumInterfaces(undefined, 'rx_bytes')).toBeUndefined();
  });
});

function follow(mode: string, launch: JsonObject, polls: readonly Poll[]): TaskNetwork {
  return polls.reduce<TaskNetwork | undefined>((before, poll) => {
    const Containers = Object.keys(poll).map((id) =>
      sampleContainer(id, id, {
        Networks: [{ NetworkMode: mode }],
        Type: id === 'pause' ? 'CNI_PAUSE' : 'NORMAL',
      }),
    );
    const task = readTask(sampleTask({ ...launch, Containers }));
    const document = Object.fromEntries(
      Object.entries(poll).map(([id, entry]) => [id, entryOf(entry)]),
    );
    const stats = readStats(document, task.launchType);
    const sources = task.containers.map((container) => ({
      container,
      stats: stats.get(container.id)!,
    }));
    return followTaskNetwork(before, task, sources);
  }, undefined)!;
}

function entryOf([second, interfaces, rate]: Entry): JsonObject {
  return {
    read: new Date(Date.UTC(2026, 0, 1) + second * 1000).toISOString(),
    networks: Object.fromEntries(
      Object.entries(interfaces).map(([name, [rx_bytes, tx_bytes]]) => [
        name,
        { rx_bytes, tx_bytes },
      ]),
    ),
    network_rate_stats:
      rate === undefined ? undefined : { rx_bytes_per_sec: rate, tx_bytes_per_sec: 0 },
  };
}

function totals({ interfaces }: TaskNetwork): Record<string, unknown> {
  return Object.fromEntries(
    [...(interfaces ?? [])].map(([name, { rx_bytes, tx_bytes }]) => [name, [rx_bytes, tx_bytes]]),
  );
}
