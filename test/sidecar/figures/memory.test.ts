import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../../sidecar/documents/json.ts';
import { readStats, type Stats } from '../../../sidecar/documents/stats.ts';
import { readTask } from '../../../sidecar/documents/task.ts';
import {
  containerMemoryLimit,
  memoryOf,
  sumMemory,
  taskMemoryLimit,
  UNKNOWN_MEMORY,
} from '../../../sidecar/figures/memory.ts';
import { sampleContainer, sampleTask } from '../sample-documents.ts';

const MIB = 1_048_576;

describe('The memory figures', () => {
  // The first two are the examples of the ECS agent, docker and OpenTelemetry side by side.
  it.each([
    [
      'cgroup version 1',
      {
        usage: 127_934_464,
        stats: {
          cache: 85_426_176,
          rss: 40_820_736,
          total_inactive_file: 52_383_744,
          inactive_file: 1,
          anon: 1,
          file: 1,
        },
      },
      {
        usage: 127_934_464,
        withoutCache: 42_508_288,
        workingSet: 75_550_720,
        utilized: 42_508_288,
        rss: 40_820_736,
        cache: 85_426_176,
      },
    ],
    [
      'cgroup version 2',
      {
        usage: 65_249_280,
        stats: { anon: 37_691_392, file: 25_296_896, inactive_file: 17_641_472 },
      },
      {
        usage: 65_249_280,
        withoutCache: 39_952_384,
        workingSet: 47_607_808,
        utilized: 47_607_808,
        rss: 37_691_392,
        cache: 25_296_896,
      },
    ],
    [
      'Managed Instances, without inactive_file',
      { usage: 100, stats: { anon: 60, file: 30 } },
      { ...UNKNOWN_MEMORY, usage: 100, withoutCache: 70, rss: 60, cache: 30 },
    ],
    [
      'a cache that is not smaller than the usage',
      { usage: 100, stats: { cache: 120, rss: 10, total_inactive_file: 110 } },
      { usage: 100, withoutCache: 0, workingSet: 0, utilized: 100, rss: 10, cache: 120 },
    ],
    [
      'Windows',
      { usage: 100, commitbytes: 90, privateworkingset: 70 },
      { ...UNKNOWN_MEMORY, usage: 100, workingSet: 70, utilized: 70 },
    ],
    ['a usage without details', { usage: 100 }, { ...UNKNOWN_MEMORY, usage: 100 }],
    [
      'details without a usage',
      { stats: { rss: 5, cache: 6 } },
      { ...UNKNOWN_MEMORY, rss: 5, cache: 6 },
    ],
    ['nothing', {}, UNKNOWN_MEMORY],
  ])('are right for %s', (_, memory, figures) => {
    expect(memoryOf(statsWith(memory).memory)).toEqual(figures);
  });

  it('add up only where they are known of all containers', () => {
    const some = { ...UNKNOWN_MEMORY, usage: 10, rss: 1 };

    expect(sumMemory([some, { ...some, rss: undefined }])).toEqual({
      ...UNKNOWN_MEMORY,
      usage: 20,
    });
    expect(sumMemory([])).toEqual(UNKNOWN_MEMORY);
  });
});

describe('The memory limit', () => {
  it.each([
    ['its own', 64, 512, 1e9, { value: 64 * MIB, base: 'container' }],
    ['that of the task', 0, 512, 1e9, { value: 512 * MIB, base: 'task' }],
    ['that of the cgroup', 0, undefined, 1e9, { value: 1e9, base: 'cgroup' }],
    ['none with cgroup version 1', 0, undefined, 9.223372036854772e18, undefined],
    ['none with cgroup version 2', 0, undefined, 1.8446744073709552e19, undefined],
    ['none at 2^60', 0, undefined, 2 ** 60, undefined],
    ['none where nothing is known', 0, undefined, undefined, undefined],
    ['none where it is 0', 0, undefined, 0, undefined],
  ])('of a container is %s', (_, own, ofTask, limit, expected) => {
    const Containers = [sampleContainer('1', 'a', { Limits: { Memory: own } })];
    const task = readTask(sampleTask({ Limits: { Memory: ofTask }, Containers }));

    expect(containerMemoryLimit(task.containers[0]!, task, statsWith({ limit }))).toEqual(expected);
  });

  it.each([
    ['its own', 512, [64, 32], { value: 512 * MIB, base: 'task' }],
    ['the sum of all containers', undefined, [64, 32], { value: 96 * MIB, base: 'containers' }],
    ['none where a container has none', undefined, [64, 0], undefined],
    ['none without containers', undefined, [], undefined],
  ])('of a task is %s', (_, Memory, limits, expected) => {
    const Containers = [
      ...limits.map((own, index) => sampleContainer(`c${index}`, 'a', { Limits: { Memory: own } })),
      sampleContainer('pause', 'pause', { Limits: { Memory: 0 }, Type: 'CNI_PAUSE' }),
    ];

    expect(taskMemoryLimit(readTask(sampleTask({ Limits: { Memory }, Containers })))).toEqual(
      expected,
    );
  });
});

function statsWith(memory_stats: JsonObject): Stats {
  const entry = { read: '2026-05-01T06:00:00Z', memory_stats };
  return readStats({ entry }, 'FARGATE').get('entry')!;
}
