import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../../sidecar/documents/json.ts';
import { readStats } from '../../../sidecar/documents/stats.ts';
import { readTask } from '../../../sidecar/documents/task.ts';
import { type Observation, observe } from '../../../sidecar/figures/observation.ts';
import { APP, SIDECAR, sampleEntry, sampleStats, sampleTask } from '../sample-documents.ts';

describe('An observation', () => {
  it('has the rates of the first sample, then those between our own', () => {
    const first = follow([sampleStats(0)]);
    const second = follow([sampleStats(0), { ...sampleStats(10), [APP]: busyEntry(10) }]);

    expect(vcpusOf(first)).toEqual([0.1, 0.1]);
    expect(vcpusOf(second)).toEqual([0.4, 0.1]);
    expect(second.task.cpu.vcpus).toBe(0.5);
    expect(second.task.cpu.utilization).toEqual({ value: 100, base: 'task' });
  });

  it('keeps its rates and its windows while `read` does not move', () => {
    const once = follow([sampleStats(0), sampleStats(10)]);
    const again = follow([sampleStats(0), sampleStats(10), sampleStats(10)]);

    expect(again.containers.map(({ renewed }) => renewed)).toEqual([false, false]);
    expect(again.containers.map(({ rates }) => rates)).toEqual(
      once.containers.map(({ rates }) => rates),
    );
    expect(again.task.cpu.trail.utilization).toEqual(once.task.cpu.trail.utilization);
  });

  it('has no rates of a container that has no figures, and goes on where they come back', () => {
    const gone = follow([sampleStats(0), { ...sampleStats(10), [APP]: null }]);
    const back = follow([
      sampleStats(0),
      { ...sampleStats(10), [APP]: null },
      { ...sampleStats(20), [APP]: busyEntry(20) },
    ]);

    expect(vcpusOf(gone)).toEqual([undefined, 0.1]);
    expect(gone.task.cpu.vcpus).toBe(0.1);
    expect(vcpusOf(back)).toEqual([0.25, 0.1]);
  });

  it('keeps the CPU time of a container that left the task', () => {
    const left = observe(
      follow([sampleStats(0)]),
      readTask(sampleTask({ Containers: [] })),
      new Map(),
      0,
    );
    const [app, sidecar] = follow([sampleStats(0)]).containers;

    expect(left.task.cpu.time).toBeUndefined();
    expect(left.task.cpu.trail.time.total).toBe(
      app!.stats!.cpu.total! + sidecar!.stats!.cpu.total!,
    );
  });

  it('counts the time in which the task used 95 % of its CPU, from the second sample on', () => {
    const saturated = (polls: JsonObject[]) => follow(polls).task.cpu.saturated;

    expect(saturated([sampleStats(0)])).toBe(0);
    expect(saturated([sampleStats(0), sampleStats(10)])).toBe(0);
    expect(saturated([sampleStats(0), { ...sampleStats(10), [APP]: busyEntry(10) }])).toBe(10);
  });

  it('never takes saturated time back, not even with the clock', () => {
    const busy = { ...sampleStats(10), [APP]: busyEntry(10) };
    const back = { [APP]: { ...busyEntry(0), precpu_stats: {} }, [SIDECAR]: null };
    const all = { [APP]: busyEntry(30, 200), [SIDECAR]: null };

    expect(follow([sampleStats(0), busy, back]).task.cpu.saturated).toBe(10);
    expect(follow([sampleStats(0), busy, back, all]).task.cpu.saturated).toBe(40);
  });

  it('knows the greatest utilization and working set of the last minute', () => {
    const busy = { ...sampleStats(10), [APP]: busyEntry(10) };
    const polls = [sampleStats(0), busy, ...[20, 30, 40].map(quietStats)];
    const figures = follow(polls).containers[0]!;
    const later = follow([...polls, ...[50, 60, 70, 80].map(quietStats)]).containers[0]!;

    expect(figures.cpuUtilizationMax).toEqual({ value: 80, base: 'task' });
    expect(figures.workingSetMax).toBe(600_000_000);
    expect(later.cpuUtilizationMax).toEqual({ value: 20, base: 'task' });
    expect(later.workingSetMax).toBe(150_000_000);
    expect(later.workingSetPeak).toBe(600_000_000);
  });

  it('ignores entries of containers that are not in the task', () => {
    const stranger = { ...sampleStats(0), stranger: sampleEntry(99) };

    expect(follow([stranger]).task).toEqual(follow([sampleStats(0)]).task);
  });
});

/** One poll each 10 s. */
function follow(polls: readonly JsonObject[]): Observation {
  const task = readTask(sampleTask());
  return polls.reduce<Observation | undefined>(
    (before, document, index) =>
      observe(before, task, readStats(document, task.launchType), index * 10_000),
    undefined,
  )!;
}

function vcpusOf({ containers }: Observation): (number | undefined)[] {
  return containers.map(({ rates }) => rates.vcpus);
}

/** 3 s of CPU time more than the sample has, and 450 MB more of memory. */
function busyEntry(second: number, more = 0): JsonObject {
  return sampleEntry(second, {
    cpu_stats: { cpu_usage: { total_usage: (130 + more + second) * 100_000_000 } },
    memory_stats: { usage: 650_000_000, stats: { inactive_file: 50_000_000 } },
  });
}

/** After the busy one. */
function quietStats(second: number): JsonObject {
  const cpu_stats = { cpu_usage: { total_usage: (130 + second) * 100_000_000 } };
  return { [APP]: sampleEntry(second, { cpu_stats }), [SIDECAR]: sampleEntry(second + 0.25) };
}
