import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../../sidecar/documents/json.ts';
import { readStats } from '../../../sidecar/documents/stats.ts';
import { readTask } from '../../../sidecar/documents/task.ts';
import {
  FollowedTasks,
  MAX_CONTAINERS,
  MAX_TASKS,
  type TaskReading,
} from '../../../sidecar/figures/followed-tasks.ts';
import { START } from '../sample-documents.ts';
import { idsOf, instanceTask, sampleInstance, taskId, timeAt } from '../sample-instance.ts';

const POLL = 10;

describe('The tasks of an instance', () => {
  it('are followed each by itself, in whatever order a poll has them', () => {
    const followed = new FollowedTasks();
    for (let second = 0; second <= 40; second += POLL) {
      const readings = readingsAt(second, 40);
      followed.take(second % 20 === 0 ? readings : readings.toReversed(), true, at(second));
    }

    for (const { key, observation } of followed.live) {
      const truth = sampleInstance(40, 0).truth.find(({ id }) => id === key)!;
      expect(observation.task.cpu.vcpus).toBeCloseTo(truth.vcpus, 12);
      expect(observation.task.cpu.utilization?.value).toBeCloseTo(truth.cpuPercent, 9);
      expect(observation.task.memory.workingSet).toBe(truth.memory);
      expect(observation.task.network.rate.rx).toBeCloseTo(1000 * (truth.vcpus * 500), 6);
    }
    expect(followed.live).toHaveLength(40);
  });

  it('are as when each is followed alone, whoever comes and goes beside it', () => {
    const together = new FollowedTasks();
    const alone = new FollowedTasks();
    for (let second = 0; second <= 300; second += POLL) {
      const all = readingsAt(second, 10, { from: 1 + second / POLL });
      together.take(all, true, at(second));
      alone.take(all.slice(0, 1), true, at(second));
    }

    expect(together.live[0]).toEqual(alone.live[0]);
  });

  it('have ended where a poll has them no more, with their last figures', () => {
    const followed = new FollowedTasks();
    followed.take(readingsAt(0, 3), true, at(0));
    followed.take(readingsAt(10, 3), true, at(10));
    const before = followed.live[2]!.observation;
    const { changed } = followed.take(readingsAt(20, 2), true, at(20));

    const [gone] = followed.ended;
    expect(gone).toMatchObject({ key: taskId(2), endedAt: at(20) });
    expect(gone!.observation).toEqual({
      ...before,
      task: { ...before.task, endedAt: at(20) / 1000 },
    });
    expect(changed.map(({ key }) => key)).toEqual([0, 1, 2].map(taskId));
    // Once.
    expect(followed.take(readingsAt(30, 2), true, at(30)).changed).toHaveLength(2);
  });

  it('go on where a poll missed one that still runs', () => {
    const followed = new FollowedTasks();
    followed.take(readingsAt(0, 3), true, at(0));
    followed.take(readingsAt(10, 2), true, at(10));
    expect(followed.ended.map(({ key }) => key)).toEqual([taskId(2)]);

    const again = readingsAt(20, 3);
    expect(followed.isOfInterest(taskId(2), again[2]!.task)).toBe(true);
    const { changed } = followed.take(again, true, at(20));

    expect(changed.map(({ key }) => key)).toContain(taskId(2));
    expect(followed.ended).toEqual([]);
    const { observation } = followed.live.find(({ key }) => key === taskId(2))!;
    expect(observation.task.endedAt).toBeUndefined();
    expect(observation.task.cpu.vcpus).toBeCloseTo(2 * 0.003, 12);
  });

  it('have ended where a poll says so, at the time that it says, and keep their counters', () => {
    const followed = new FollowedTasks();
    followed.take(readingsAt(0, 2), true, at(0));
    followed.take(readingsAt(10, 2), true, at(10));
    const stopped = reading(
      instanceTask(1, 2, { KnownStatus: 'STOPPED', ExecutionStoppedAt: timeAt(12.5) }),
      Object.fromEntries(idsOf(1).map((id) => [id, null])),
    );
    followed.take([...readingsAt(20, 1), stopped], true, at(20));

    const [ended] = followed.ended;
    expect(ended!.observation.task.endedAt).toBe(START + 12.5);
    expect(ended!.observation.task.cpu.time).toBe(2 * 110 * 2e6);
    // It may be listed for hours.
    followed.take([...readingsAt(30, 1), stopped], true, at(30));
    expect(followed.ended).toEqual([ended]);
  });

  it('that lived between two polls are told of, and those that had ended long ago are not', () => {
    const followed = new FollowedTasks();
    const stoppedAt = (n: number, second: number) =>
      readTask(instanceTask(n, 2, { KnownStatus: 'STOPPED', ExecutionStoppedAt: timeAt(second) }));
    expect(followed.isOfInterest(taskId(5), stoppedAt(5, -1))).toBe(false);
    followed.take(readingsAt(0, 2), true, at(0));

    expect(followed.isOfInterest(taskId(5), stoppedAt(5, -1))).toBe(false);
    expect(followed.isOfInterest(taskId(6), stoppedAt(6, 5))).toBe(true);
  });

  it('have not ended where a poll tells of the own one alone', () => {
    const followed = new FollowedTasks();
    followed.take(readingsAt(0, 5), true, at(0));
    const { changed } = followed.take(readingsAt(10, 1), false, at(10));

    expect(changed.map(({ key }) => key)).toEqual([taskId(0)]);
    expect(followed.live.map(({ key }) => key)).toEqual([taskId(0)]);
    expect(followed.ended).toEqual([]);
    // And go on where they were.
    followed.take(readingsAt(20, 5), true, at(20));
    expect(followed.live[4]!.observation.task.blockIo.rates.write).toBe(2000);
  });

  it('are forgotten 15 minutes after their end', () => {
    const followed = new FollowedTasks();
    followed.take(readingsAt(0, 2), true, at(0));
    followed.take(readingsAt(10, 1), true, at(10));
    expect(followed.take(readingsAt(910, 1), true, at(910)).forgotten).toEqual([]);

    expect(followed.take(readingsAt(911, 1), true, at(911)).forgotten).toEqual([taskId(1)]);
    expect(followed.ended).toEqual([]);
  });

  it(`are ${MAX_TASKS} with those that ended, of which the first ones give way`, () => {
    const followed = new FollowedTasks();
    const forgotten: string[] = [];
    // One comes and one goes with each poll.
    for (let n = 0; n < 150; n += 1) {
      const taken = followed.take(readingsAt(n, 60, { from: n + 1 }), true, at(n));
      forgotten.push(...taken.forgotten);
    }

    expect(followed.live).toHaveLength(60);
    expect(followed.live.length + followed.ended.length).toBe(MAX_TASKS);
    expect(forgotten).toEqual(Array.from({ length: forgotten.length }, (_, n) => taskId(n + 1)));
  });

  it('keep their places where there are too many, and the others are counted', () => {
    const followed = new FollowedTasks();
    followed.take(readingsAt(0, MAX_TASKS, { from: 500 }), true, at(0));
    const { refused } = followed.take(
      [...readingsAt(10, 20), ...readingsAt(10, MAX_TASKS, { from: 500 }).slice(1)],
      true,
      at(10),
    );

    expect(followed.live).toHaveLength(MAX_TASKS);
    expect(followed.live.map(({ key }) => key)).toContain(taskId(598));
    expect(refused).toEqual(new Map([['too_many_tasks', 19]]));
  });

  it(`have ${MAX_CONTAINERS} containers, and a task with all of its own or none`, () => {
    const followed = new FollowedTasks();
    const { refused } = followed.take(readingsAt(0, 70, { containers: 8 }), true, at(0));

    expect(followed.live).toHaveLength(62);
    expect(followed.live.every(({ observation }) => observation.containers.length === 8)).toBe(
      true,
    );
    expect(refused).toEqual(new Map([['too_many_containers', 8]]));
  });
});

/** Milliseconds. */
function at(second: number): number {
  return (START + second) * 1000;
}

function readingsAt(
  second: number,
  count: number,
  options: { readonly from?: number; readonly containers?: number } = {},
): TaskReading[] {
  const { tasks, stats } = sampleInstance(count, second, options);
  return tasks.map((task, index) => reading(task, stats[index] ?? {}));
}

function reading(document: JsonObject, stats: JsonObject): TaskReading {
  const task = readTask(document);
  return { key: task.id!, task, stats: readStats(stats, task.launchType) };
}
