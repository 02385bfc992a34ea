import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../../sidecar/documents/json.ts';
import { readStats, type Stats } from '../../../sidecar/documents/stats.ts';
import { readTask } from '../../../sidecar/documents/task.ts';
import {
  containerCpuReservation,
  cpuRate,
  taskCpuReservation,
} from '../../../sidecar/figures/cpu.ts';
import { sampleContainer, sampleTask } from '../sample-documents.ts';

/** Seconds, and the total in nanoseconds. */
type Reading = [second: number, total: number | undefined];

const MIB_LIMITS = { Memory: 100 };

describe('The CPU rate between two samples', () => {
  it.each<[string, Reading, Reading, number | undefined]>([
    ['a tenth of a CPU', [0, 1e9], [10, 2e9], 0.1],
    ['three CPUs', [0, 1e9], [1, 4e9], 3],
    ['an idle container', [0, 1e9], [10, 1e9], 0],
    ['a counter that fell', [0, 2e9], [10, 1e9], undefined],
    ['no time between them', [5, 1e9], [5, 2e9], undefined],
    ['a clock that went back', [9, 1e9], [5, 2e9], undefined],
    ['an earlier total that is unknown', [0, undefined], [10, 2e9], undefined],
    ['a later total that is unknown', [0, 1e9], [10, undefined], undefined],
  ])('is right for %s', (_, earlier, later, vcpus) => {
    expect(cpuRate(sample(...earlier), sample(...later))).toBe(vcpus);
  });
});

describe('The CPU rate of a first sample', () => {
  it.each([
    ['1 s apart, as on EC2', 1, 1e9, 2e9, 1],
    ['10 s apart, as on Fargate', 10, 1e9, 2e9, 0.1],
    ['as close as allowed', 0.5, 1e9, 2e9, 2],
    ['closer than allowed', 0.499, 1e9, 2e9, undefined],
    ['as far as allowed', 60, 1e9, 7e9, 0.1],
    ['farther than allowed', 60.001, 1e9, 7e9, undefined],
    ['of a first total of zero, which is none', 10, 0, 2e9, undefined],
    ['of a total that fell', 10, 3e9, 2e9, undefined],
    ['of a total that stood still', 10, 2e9, 2e9, 0],
    ['without an earlier total', 10, undefined, 2e9, undefined],
  ])('comes from the pair in it: %s', (_, seconds, previous, total, vcpus) => {
    const preread = new Date(Date.UTC(2026, 0, 1) + 100_000 - seconds * 1000).toISOString();

    expect(cpuRate(undefined, sample(100, total, { preread }, previous))).toBe(vcpus);
  });

  it.each([['0001-01-01T00:00:00Z'], [undefined]])('is unknown with preread %p', (preread) => {
    expect(cpuRate(undefined, sample(100, 2e9, { preread }, 1e9))).toBeUndefined();
  });
});

describe('What the CPU utilization refers to', () => {
  it.each([
    ['its own units', 256, 0.5, { value: 256, base: 'container' }],
    ['the task where its own are unset', 2, 0.5, { value: 512, base: 'task' }],
    ['the task where it is not started', 0, 0.25, { value: 256, base: 'task' }],
    ['nothing', 2, undefined, undefined],
  ])('is, for a container, %s', (_, units, vcpus, reservation) => {
    const task = taskWith(vcpus, [sampleContainer('1', 'a', { Limits: { CPU: units } })]);

    expect(containerCpuReservation(task.containers[0]!, task)).toEqual(reservation);
  });

  it('is, for the task, its own limit', () => {
    const task = taskWith(2, [sampleContainer('1', 'a', { Limits: { CPU: 256 } })]);

    expect(taskCpuReservation(task)).toEqual({ value: 2048, base: 'task' });
  });

  it('is, for a task without a limit, what its containers reserve, stopped ones too', () => {
    const task = taskWith(undefined, [
      sampleContainer('1', 'a', { Limits: { CPU: 256 } }),
      sampleContainer('2', 'b', { Limits: { CPU: 2 } }),
      sampleContainer('3', 'c', { Limits: { CPU: 128 }, KnownStatus: 'STOPPED' }),
      sampleContainer('4', 'pause', { Limits: { CPU: 64 }, Type: 'CNI_PAUSE' }),
    ]);

    expect(taskCpuReservation(task)).toEqual({ value: 384, base: 'containers' });
  });

  it('is never the cores of the host', () => {
    const task = taskWith(undefined, [sampleContainer('1', 'a', { Limits: MIB_LIMITS })]);

    expect(taskCpuReservation(task)).toBeUndefined();
  });
});

function taskWith(vcpus: number | undefined, Containers: JsonObject[]) {
  return readTask(sampleTask({ Limits: { CPU: vcpus }, Containers }));
}

function sample(
  second: number,
  total: number | undefined,
  changes: JsonObject = {},
  previous?: number,
): Stats {
  const entry = {
    read: new Date(Date.UTC(2026, 0, 1) + second * 1000).toISOString(),
    cpu_stats: { cpu_usage: { total_usage: total } },
    precpu_stats: { cpu_usage: { total_usage: previous } },
    ...changes,
  };
  return readStats({ entry }, 'FARGATE').get('entry')!;
}
