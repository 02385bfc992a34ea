import { type Instant, latest } from '../documents/instant.ts';
import type { Interfaces, NetworkRate } from '../documents/stats.ts';
import type { Task } from '../documents/task.ts';
import type { BlockIoRates } from './block-io.ts';
import { cpuUnits } from './cpu.ts';
import { NO_LIMIT } from './memory.ts';
import type { Observation } from './observation.ts';
import type { TaskFigures } from './task.ts';

/** Use and reservations of all tasks of an instance. A sum is unknown if no task's figure is known. */
export interface InstanceFigures {
  /** Any of them: they say alike where they run. */
  readonly task: Task;
  /** The newest `read`. */
  readonly sampledAt: Instant | undefined;
  readonly tasks: number;
  /** Those with figures, internal ones not counted. */
  readonly containers: number;
  readonly cpu: InstanceCpu;
  readonly memory: InstanceMemory;
  /** Bytes per second. */
  readonly network: NetworkRate;
  readonly blockIo: BlockIoRates;
}

interface InstanceCpu {
  readonly vcpus: number | undefined;
  /** CPU units that the tasks reserve. */
  readonly reserved: number | undefined;
  /** CPU units that the instance has. */
  readonly capacity: number | undefined;
}

/** Bytes. */
interface InstanceMemory {
  readonly utilized: number | undefined;
  readonly workingSet: number | undefined;
  readonly reserved: number | undefined;
  readonly capacity: number | undefined;
}

/** @param observations of the tasks that run; at least one, or there is no instance to tell of */
export function instanceFigures(observations: readonly Observation[]): InstanceFigures | undefined {
  const tasks = observations.map(({ task }) => task);
  const [first] = tasks;
  if (first === undefined) return undefined;
  const sampled = observations.flatMap(({ containers }) =>
    containers.filter(({ container, stats }) => stats !== undefined && !container.internal),
  );
  return {
    task: first.task,
    sampledAt: latest(tasks.map(({ sampledAt }) => sampledAt)),
    tasks: tasks.length,
    containers: sampled.length,
    cpu: {
      vcpus: knownSum(tasks, ({ cpu }) => cpu.vcpus),
      reserved: knownSum(tasks, ({ cpu }) => cpu.reservation?.value),
      capacity: cpuUnits(greatest(sampled.map(({ stats }) => stats?.cpu.online))),
    },
    memory: {
      utilized: knownSum(tasks, ({ memory }) => memory.utilized),
      workingSet: knownSum(tasks, ({ memory }) => memory.workingSet),
      reserved: knownSum(tasks, ({ memoryLimit }) => memoryLimit?.value),
      capacity: memoryCapacity(observations),
    },
    network: networkRate(tasks),
    blockIo: {
      read: knownSum(tasks, ({ blockIo }) => blockIo.rates.read),
      write: knownSum(tasks, ({ blockIo }) => blockIo.rates.write),
    },
  };
}

/**
 * A container without any limit has the machine's memory as the limit of its control group, where the engine writes that.
 */
function memoryCapacity(observations: readonly Observation[]): number | undefined {
  return greatest(
    observations.flatMap(({ containers }) =>
      containers.map(({ memoryLimit }) =>
        memoryLimit?.base === 'cgroup' && memoryLimit.value < NO_LIMIT
          ? memoryLimit.value
          : undefined,
      ),
    ),
  );
}

/** A task's own network counts once; that of the instance, which all tasks in host mode would show, once for all of them. */
function networkRate(tasks: readonly TaskFigures[]): NetworkRate {
  const ofHost = tasks.filter(({ task }) => task.networkMode === 'host');
  const own = tasks.filter(({ task }) => task.networkMode !== 'host');
  const busiest = ofHost.reduce<TaskFigures | undefined>(
    (best, each) => (best === undefined || received(each) > received(best) ? each : best),
    undefined,
  );
  const counted = busiest === undefined ? own : [...own, busiest];
  return {
    rx: knownSum(counted, ({ network }) => network.rate.rx),
    tx: knownSum(counted, ({ network }) => network.rate.tx),
  };
}

function received({ network }: TaskFigures): number {
  const interfaces: Interfaces = network.interfaces ?? new Map();
  return [...interfaces.values()].reduce((sum, { rx_bytes = 0 }) => sum + rx_bytes, 0);
}

/** Leaves out unknown figures: a task that has none yet must not cost the others theirs. */
function knownSum(
  tasks: readonly TaskFigures[],
  figure: (task: TaskFigures) => number | undefined,
): number | undefined {
  const known = tasks.map(figure).filter((value) => value !== undefined);
  return known.length === 0 ? undefined : known.reduce((sum, value) => sum + value, 0);
}

function greatest(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : known.reduce((most, value) => Math.max(most, value));
}
