import { secondsBetween } from '../documents/instant.ts';
import type { Stats } from '../documents/stats.ts';
import type { Container, Task } from '../documents/task.ts';
import { type Based, based } from './arithmetic/based.ts';
import { rateOf } from './arithmetic/rate.ts';
import { completeSum } from './arithmetic/sum.ts';

/** CPU units to a vCPU. */
const UNITS_PER_VCPU = 1024;

const NANOSECONDS = 1e9;

/** Bounds in seconds for the interval that a first sample covers by itself. */
const MIN_OWN_INTERVAL = 0.5;
const MAX_OWN_INTERVAL = 60;

/**
 * vCPU used between two samples of our own: difference of total_usage over difference of `read`. Not
 * system_cpu_usage and online_cpus, which are the host's, move in steps of 10 ms and are absent on Windows.
 */
export function cpuRate(earlier: Stats | undefined, later: Stats): number | undefined {
  if (earlier === undefined) return firstCpuRate(later);
  const seconds = secondsBetween(earlier.read, later.read);
  return rateOf(earlier.cpu.total, later.cpu.total, seconds * NANOSECONDS);
}

/** From what the sample says of the one before it, where that is credible. */
function firstCpuRate({ read, preread, cpu }: Stats): number | undefined {
  if (preread === undefined || cpu.previousTotal === 0) return undefined;
  const seconds = secondsBetween(preread, read);
  if (seconds < MIN_OWN_INTERVAL || seconds > MAX_OWN_INTERVAL) return undefined;
  return rateOf(cpu.previousTotal, cpu.total, seconds * NANOSECONDS);
}

/** CPU units that the container's utilization refers to: its own, else the task's. */
export function containerCpuReservation(container: Container, task: Task): Based | undefined {
  return based('container', container.cpuUnits) ?? ofTaskLimit(task);
}

/**
 * CPU units that the task's utilization refers to: its own limit, else the sum of its containers'. Never the
 * host's cores in silence.
 */
export function taskCpuReservation(task: Task): Based | undefined {
  const units = task.containers
    .filter(({ internal, cpuUnits }) => !internal && cpuUnits !== undefined)
    .map(({ cpuUnits }) => cpuUnits);
  return ofTaskLimit(task) ?? based('containers', completeSum(units));
}

/** CPU units of a rate in vCPU. */
export function cpuUnits(vcpus: number | undefined): number | undefined {
  return vcpus === undefined ? undefined : vcpus * UNITS_PER_VCPU;
}

/** Seconds of a CPU time in nanoseconds. */
export function cpuSeconds(time: number | undefined): number | undefined {
  return time === undefined ? undefined : time / NANOSECONDS;
}

function ofTaskLimit({ cpuLimit }: Task): Based | undefined {
  return based('task', cpuLimit === undefined ? undefined : cpuLimit * UNITS_PER_VCPU);
}
