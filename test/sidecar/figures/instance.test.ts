import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../../sidecar/documents/json.ts';
import { readStats } from '../../../sidecar/documents/stats.ts';
import { readTask } from '../../../sidecar/documents/task.ts';
import { instanceFigures } from '../../../sidecar/figures/instance.ts';
import { type Observation, observe } from '../../../sidecar/figures/observation.ts';
import { sampleContainer, sampleEntry, sampleTask } from '../sample-documents.ts';
import { INSTANCE_CPUS, instanceTask, sampleInstance } from '../sample-instance.ts';

const MIB = 1_048_576;

describe('The figures of an instance', () => {
  it('are the sums over its tasks', () => {
    const { truth } = sampleInstance(40, 0);
    const figures = instanceFigures(observedAt(40))!;
    const sum = (figure: 'vcpus' | 'memory') =>
      truth.reduce((total, task) => total + task[figure], 0);

    expect(figures).toMatchObject({ tasks: 40, containers: 80 });
    expect(figures.cpu.vcpus).toBeCloseTo(sum('vcpus'), 9);
    expect(figures.memory).toMatchObject({
      utilized: sum('memory'),
      workingSet: sum('memory'),
      reserved: 40 * 1024 * MIB,
    });
    expect(figures.cpu).toMatchObject({ reserved: 40 * 512, capacity: INSTANCE_CPUS * 1024 });
    expect(figures.network.rx).toBeCloseTo((1000 * 40 * 41) / 2, 6);
    expect(figures.blockIo).toEqual({ read: 0, write: 40 * 2000 });
  });

  it('are those of the tasks that have any', () => {
    const [task, ...others] = observedAt(3);
    const starting = observe(undefined, readTask(instanceTask(9)), new Map(), 0);

    expect(instanceFigures([task!, ...others, starting])).toMatchObject({
      tasks: 4,
      containers: 6,
      blockIo: { write: 3 * 2000 },
    });
    expect(instanceFigures([starting])).toMatchObject({
      cpu: { vcpus: undefined, reserved: 512, capacity: undefined },
      memory: { utilized: undefined, capacity: undefined },
      network: { rx: undefined },
    });
    expect(instanceFigures([])).toBeUndefined();
  });

  it('have the network of the instance once, where tasks share it', () => {
    const inHostMode = (id: string) => {
      const networks = { Networks: [{ NetworkMode: 'host' }] };
      const task = sampleTask({ Containers: [sampleContainer(id, 'app', networks)] });
      return [0, 10].reduce<Observation | undefined>(
        (before, second) => observation(before, task, { [id]: sampleEntry(second) }),
        undefined,
      )!;
    };

    expect(instanceFigures([inHostMode('a'), inHostMode('b')])!.network.rx).toBe(2000);
    expect(
      instanceFigures([inHostMode('a'), inHostMode('b'), ...observedAt(1)])!.network.rx,
    ).toBeCloseTo(3000, 6);
  });

  it.each<[string, JsonObject, JsonObject, number | undefined]>([
    ['a container without a limit tells it', {}, { limit: 16 * 2 ** 30 }, 16 * 2 ** 30],
    [
      'the only limits are those of containers and tasks',
      { Memory: 512 },
      { limit: 2 ** 29 },
      undefined,
    ],
    ['there is no limit at all', {}, { limit: 2 ** 64 }, undefined],
  ])('have the memory of the instance where %s', (_, limits, memory, capacity) => {
    const task = sampleTask({ Limits: limits, Containers: [sampleContainer('a', 'app')] });
    const entry = sampleEntry(0, { memory_stats: { usage: 2 ** 28, ...memory } });

    const figures = instanceFigures([observation(undefined, task, { a: entry })])!;
    expect(figures.memory.capacity).toBe(capacity);
  });
});

function observation(
  before: Observation | undefined,
  document: JsonObject,
  stats: JsonObject,
): Observation {
  const task = readTask(document);
  return observe(before, task, readStats(stats, task.launchType), 0);
}

/** The tasks of an instance after two polls. */
function observedAt(count: number): Observation[] {
  const polls = [sampleInstance(count, 0), sampleInstance(count, 10)];
  return Array.from({ length: count }, (_, n) =>
    polls.reduce<Observation | undefined>(
      (before, { tasks, stats }) => observation(before, tasks[n]!, stats[n]!),
      undefined,
    ),
  ).map((each) => each!);
}
