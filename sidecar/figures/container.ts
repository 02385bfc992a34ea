import {
  type Interfaces,
  type NetworkRate,
  type Stats,
  UNKNOWN_NETWORK_RATE,
} from '../documents/stats.ts';
import type { Container, Task } from '../documents/task.ts';
import { type Based, based, percentOf } from './arithmetic/based.ts';
import { greatest, slide, type Window } from './arithmetic/window.ts';
import { type BlockIoRates, blockIoRates, UNKNOWN_BLOCK_IO } from './block-io.ts';
import { containerCpuReservation, cpuRate, cpuUnits } from './cpu.ts';
import { containerMemoryLimit, type MemoryFigures, memoryOf, UNKNOWN_MEMORY } from './memory.ts';
import { containerNetworkRate, isShared } from './network.ts';
import { type OomWatch, watchOom } from './oom.ts';

/** What is known of a container after a poll. */
export interface ContainerFigures {
  readonly container: Container;
  /** The usable entry of this poll. */
  readonly stats: Stats | undefined;
  /** Whether `stats` is newer than what was known before. */
  readonly renewed: boolean;
  readonly rates: Rates;
  /** Unknown where the network is the task's. */
  readonly networks: Interfaces | undefined;
  readonly cpuUtilization: Based | undefined;
  readonly cpuUtilizationMax: Based | undefined;
  readonly memory: MemoryFigures;
  readonly memoryLimit: Based | undefined;
  /** Bytes: greatest working set of the last minute. */
  readonly workingSetMax: number | undefined;
  /** Bytes: greatest working set since the sidecar started. */
  readonly workingSetPeak: number | undefined;
  /** Unknown where there is no limit to run into. */
  readonly oomSuspected: number | undefined;
  readonly trail: ContainerTrail;
}

/** Rates between the last two distinct samples. */
export interface Rates {
  readonly vcpus: number | undefined;
  readonly blockIo: BlockIoRates;
  /** Unknown where the network is the task's. */
  readonly network: NetworkRate;
}

/** What the next poll needs to know of this one. */
interface ContainerTrail {
  /** The last usable entry. */
  readonly sample: Stats | undefined;
  readonly cpu: Window;
  readonly workingSet: Window;
  readonly oom: OomWatch;
}

const UNKNOWN_RATES: Rates = {
  vcpus: undefined,
  blockIo: UNKNOWN_BLOCK_IO,
  network: UNKNOWN_NETWORK_RATE,
};

/** The container after a poll at `now` (milliseconds since the epoch), given what was known after the one before. */
export function followContainer(
  before: ContainerFigures | undefined,
  container: Container,
  stats: Stats | undefined,
  task: Task,
  now: number,
): ContainerFigures {
  const renewed = stats !== undefined && stats.read !== before?.trail.sample?.read;
  const rates = stats === undefined ? UNKNOWN_RATES : ratesOf(before, stats, renewed, task);
  const memory = stats === undefined ? UNKNOWN_MEMORY : memoryOf(stats.memory);
  const memoryLimit = containerMemoryLimit(container, task, stats);
  const reservation = containerCpuReservation(container, task);
  const cpuUtilization = percentOf(cpuUnits(rates.vcpus), reservation);
  const cpu = slide(before?.trail.cpu ?? [], now, renewed ? cpuUtilization?.value : undefined);
  const workingSet = slide(
    before?.trail.workingSet ?? [],
    now,
    renewed ? memory.workingSet : undefined,
  );
  const oom = watchOom(before?.trail.oom, container, memory.workingSet, memoryLimit?.value);
  return {
    container,
    stats,
    renewed,
    rates,
    networks: isShared(task) ? undefined : stats?.networks,
    cpuUtilization,
    cpuUtilizationMax: reservation && based(reservation.base, greatest(cpu)),
    memory,
    memoryLimit,
    workingSetMax: greatest(workingSet),
    workingSetPeak: greater(before?.workingSetPeak, memory.workingSet),
    oomSuspected: oom.limit === undefined ? undefined : oom.suspected,
    trail: { sample: stats ?? before?.trail.sample, cpu, workingSet, oom },
  };
}

/** The same sample twice is one sample: its rates stay. */
function ratesOf(
  before: ContainerFigures | undefined,
  stats: Stats,
  renewed: boolean,
  task: Task,
): Rates {
  if (before !== undefined && !renewed) return before.rates;
  const earlier = before?.trail.sample;
  return {
    vcpus: cpuRate(earlier, stats),
    blockIo: blockIoRates(earlier, stats),
    network: isShared(task) ? UNKNOWN_NETWORK_RATE : containerNetworkRate(earlier, stats),
  };
}

function greater(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Math.max(a, b);
}
