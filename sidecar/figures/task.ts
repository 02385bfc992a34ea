import { type Instant, latest } from '../documents/instant.ts';
import type { Task } from '../documents/task.ts';
import type { Based } from './arithmetic/based.ts';
import { followTaskBlockIo, type TaskBlockIo } from './block-io.ts';
import type { ContainerFigures } from './container.ts';
import { type MemoryFigures, sumMemory, taskMemoryLimit } from './memory.ts';
import { followTaskNetwork, type TaskNetwork } from './network.ts';
import { followTaskCpu, type TaskCpu } from './task-cpu.ts';

/** What is known of the task as a whole after a poll. Its sums are over all containers, internal ones too. */
export interface TaskFigures {
  readonly task: Task;
  /** The newest `read`. */
  readonly sampledAt: Instant | undefined;
  /** The greatest StartedAt of its containers. */
  readonly lastStartedAt: Instant | undefined;
  readonly cpu: TaskCpu;
  readonly memory: MemoryFigures;
  readonly memoryLimit: Based | undefined;
  readonly blockIo: TaskBlockIo;
  readonly network: TaskNetwork;
  /** Epoch seconds; unknown while the task lives. */
  readonly endedAt?: number | undefined;
}

/** The task after a poll at `now` (milliseconds since the epoch), given what was known after the one before. */
export function followTask(
  before: TaskFigures | undefined,
  task: Task,
  containers: readonly ContainerFigures[],
  now: number,
): TaskFigures {
  const sampled = containers.flatMap(({ container, stats, rates, memory, renewed }) =>
    stats === undefined ? [] : [{ container, stats, rates, memory, renewed, vcpus: rates.vcpus }],
  );
  const sampledAt = latest(sampled.map(({ stats }) => stats.read));
  return {
    task,
    sampledAt,
    lastStartedAt: latest(task.containers.map(({ startedAt }) => startedAt)),
    cpu: followTaskCpu(before?.cpu.trail, task, sampled, sampledAt, now),
    memory: sumMemory(sampled.map(({ memory }) => memory)),
    memoryLimit: taskMemoryLimit(task),
    blockIo: followTaskBlockIo(
      before?.blockIo.trail,
      sampled.map(({ container, stats, rates }) => ({ container, stats, rates: rates.blockIo })),
    ),
    network: followTaskNetwork(before?.network, task, sampled),
  };
}
