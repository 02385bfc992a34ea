import { type Instant, secondsBetween } from '../documents/instant.ts';
import type { Task } from '../documents/task.ts';
import { type Based, based, percentOf } from './arithmetic/based.ts';
import type { Source } from './arithmetic/source.ts';
import { accumulate, completeSum, type RunningSum } from './arithmetic/sum.ts';
import { greatest, slide, type Window } from './arithmetic/window.ts';
import { cpuUnits, taskCpuReservation } from './cpu.ts';

/** A task counts as saturated from this share of its reservation on, because its throttling itself is unknown. */
const SATURATION_PERCENT = 95;

/** CPU of the task: the sum over all its containers, internal ones too. */
export interface TaskCpu {
  /** Nanoseconds; does not fall when a container stops. */
  readonly time: number | undefined;
  readonly vcpus: number | undefined;
  /** CPU units. */
  readonly reservation: Based | undefined;
  readonly utilization: Based | undefined;
  /** Greatest utilization of the last minute. */
  readonly utilizationMax: Based | undefined;
  /** Seconds; unknown without a reservation. */
  readonly saturated: number | undefined;
  readonly trail: TaskCpuTrail;
}

/** A sampled container and its rate in vCPU. */
export interface CpuSource extends Source {
  readonly vcpus: number | undefined;
  /** Whether its sample was not known before. */
  readonly renewed: boolean;
}

/** The memory for the next poll. */
interface TaskCpuTrail {
  readonly sampledAt: Instant | undefined;
  readonly time: RunningSum;
  readonly utilization: Window;
  readonly saturated: number;
}

/** @param sampledAt the newest `read`. */
export function followTaskCpu(
  before: TaskCpuTrail | undefined,
  task: Task,
  sources: readonly CpuSource[],
  sampledAt: Instant | undefined,
  now: number,
): TaskCpu {
  const times = sources.flatMap(({ container, stats }) =>
    stats.cpu.total === undefined ? [] : [[container.id, stats.cpu.total] as const],
  );
  const time = accumulate(before?.time, times);
  const vcpus = completeSum(sources.map((source) => source.vcpus));
  const reservation = taskCpuReservation(task);
  const utilization = percentOf(cpuUnits(vcpus), reservation);
  const isNew = sources.some(({ renewed }) => renewed);
  const window = slide(before?.utilization ?? [], now, isNew ? utilization?.value : undefined);
  const saturated = (before?.saturated ?? 0) + saturatedSeconds(before, sampledAt, utilization);
  return {
    time: times.length > 0 ? time.total : undefined,
    vcpus,
    reservation,
    utilization,
    utilizationMax: reservation && based(reservation.base, greatest(window)),
    saturated: reservation && saturated,
    trail: { sampledAt: sampledAt ?? before?.sampledAt, time, utilization: window, saturated },
  };
}

/** The time since the previous sample, if the CPU was saturated in it. */
function saturatedSeconds(
  before: TaskCpuTrail | undefined,
  sampledAt: Instant | undefined,
  utilization: Based | undefined,
): number {
  if (before?.sampledAt === undefined || sampledAt === undefined) return 0;
  if (utilization === undefined || utilization.value < SATURATION_PERCENT) return 0;
  return Math.max(0, secondsBetween(before.sampledAt, sampledAt));
}
