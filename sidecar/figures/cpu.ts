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
 * vCPU used between two samples of our own: the difference of total_usage over the difference of `read`.
 * system_cpu_usage and online_cpus are the host's, move in steps of 10 ms and are absent on Windows.
 */
export function cpuRate(earlier: Stats | undefined, later: Stats): number | undefined {
  if (earlier === undefined) return firstCpuRate(later);
  const seconds = secondsBetween(earlier.read, later.read);
  return rateOf(earlier.cpu.total, later.cpu.total, seconds * NANOSECONDS);
}

/** The rate since the sample that the first sample names as the one before it, if that is credible. */
function firstCpuRate({ read, preread, cpu }: Stats): number | undefined {
  if (preread === undefined || cpu.previousTotal === 0) return undefined;
  const seconds = secondsBetween(preread, read);
  if (seconds < MIN_OWN_INTERVAL || seconds > MAX_OWN_INTERVAL) return undefined;
  return rateOf(cpu.previousTotal, cpu.total, seconds * NANOSECONDS);
}

/** The base of the container's utilization in CPU units: its own reservation, else the task's. */
export function containerCpuReservation(container: Container, task: Task): Based | undefined {
  return based('container', container.cpuUnits) ?? ofTaskLimit(task);
}

/**
 * The base of the task's utilization in CPU units: its own limit, else the sum of its containers'. Never silently the
 * host's cores.
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
