import { type Instant, latest, secondsBetween } from '../documents/instant.ts';
import {
  type InterfaceCounter,
  type Interfaces,
  type NetworkRate,
  type Stats,
  UNKNOWN_NETWORK_RATE,
} from '../documents/stats.ts';
import type { Task } from '../documents/task.ts';
import { rateOf } from './arithmetic/rate.ts';
import type { Source } from './arithmetic/source.ts';
import { completeSum } from './arithmetic/sum.ts';
import { followSeparate, type SeparateNetworks } from './network-separate.ts';
import { followShared, type SharedNetwork } from './network-shared.ts';

/** With awsvpc on EC2 the counters stay unchanged for this long while `read` moves each second. Seconds. */
const EC2_AWSVPC_INTERVAL = 10;

const LAUNCH_TYPES_WITH_ENI: ReadonlySet<string> = new Set(['FARGATE', 'MANAGED_INSTANCES']);

/** The network of the whole task. */
export interface TaskNetwork {
  /** Absent in host and none mode. */
  readonly interfaces: Interfaces | undefined;
  /** Bytes per second, over all interfaces. */
  readonly rate: NetworkRate;
  readonly trail: NetworkTrail;
}

/** The memory for the next poll. */
interface NetworkTrail {
  readonly shared: SharedNetwork | undefined;
  readonly separate: SeparateNetworks | undefined;
  /** The sample that the next rate starts from. */
  readonly baseline: NetworkSample | undefined;
}

interface NetworkSample {
  readonly read: Instant;
  readonly interfaces: Interfaces;
}

/**
 * Whether all containers show the one network interface of the task (awsvpc), so that it must be counted once.
 * Managed Instances and early documents name no network mode.
 */
export function isShared({ networkMode, launchType }: Task): boolean {
  if (networkMode !== undefined) return networkMode === 'awsvpc';
  return launchType !== undefined && LAUNCH_TYPES_WITH_ENI.has(launchType);
}

/** The task's network after a poll, given that after the poll before it. */
export function followTaskNetwork(
  before: TaskNetwork | undefined,
  task: Task,
  sources: readonly Source[],
): TaskNetwork {
  const connected = sources.filter(({ stats }) => stats.networks !== undefined);
  const shared = isShared(task) ? followShared(before?.trail.shared, connected) : undefined;
  const separate = shared ? undefined : followSeparate(before?.trail.separate, connected);
  const { interfaces, read } = shared ?? separate ?? {};
  const baseline = before?.trail.baseline;
  const trail = { shared, separate, baseline };
  if (interfaces === undefined || read === undefined) {
    return { interfaces: undefined, rate: UNKNOWN_NETWORK_RATE, trail };
  }
  if (before === undefined || baseline === undefined) {
    const rate = shared ? rateOfNewest(connected) : sumOfRates(separate?.counted ?? []);
    return { interfaces, rate, trail: { ...trail, baseline: { read, interfaces } } };
  }
  const seconds = secondsBetween(baseline.read, read);
  const tooClose = seconds > 0 && seconds < shortestInterval(task);
  if (seconds === 0 || tooClose) return { interfaces, rate: before.rate, trail };
  const rate = rateBetween(baseline.interfaces, interfaces, seconds);
  return { interfaces, rate, trail: { ...trail, baseline: { read, interfaces } } };
}

/** Bytes per second of one container with a network of its own. */
export function containerNetworkRate(earlier: Stats | undefined, later: Stats): NetworkRate {
  if (later.networks === undefined) return UNKNOWN_NETWORK_RATE;
  if (earlier?.networks === undefined) return later.networkRate;
  return rateBetween(earlier.networks, later.networks, secondsBetween(earlier.read, later.read));
}

/** A counter summed over the interfaces; unknown if any of them lacks it. */
export function sumInterfaces(
  interfaces: Interfaces | undefined,
  counter: InterfaceCounter,
): number | undefined {
  return completeSum([...(interfaces?.values() ?? [])].map((counters) => counters[counter]));
}

/** Over the interfaces of both samples, because one that appears or vanishes is not traffic. */
function rateBetween(earlier: Interfaces, later: Interfaces, seconds: number): NetworkRate {
  const names = [...later.keys()].filter((name) => earlier.has(name));
  const sum = (counter: InterfaceCounter) =>
    completeSum(
      names.map((name) =>
        rateOf(earlier.get(name)?.[counter], later.get(name)?.[counter], seconds),
      ),
    );
  return { rx: sum('rx_bytes'), tx: sum('tx_bytes') };
}

function rateOfNewest(sources: readonly Source[]): NetworkRate {
  const newest = latest(sources.map(({ stats }) => stats.read));
  const source = sources.find(({ stats }) => stats.read === newest);
  return source?.stats.networkRate ?? UNKNOWN_NETWORK_RATE;
}

function sumOfRates(sources: readonly Source[]): NetworkRate {
  return {
    rx: completeSum(sources.map(({ stats }) => stats.networkRate.rx)),
    tx: completeSum(sources.map(({ stats }) => stats.networkRate.tx)),
  };
}

/** Least seconds between two samples of a rate. */
function shortestInterval({ networkMode, launchType }: Task): number {
  const onFargate = launchType !== undefined && LAUNCH_TYPES_WITH_ENI.has(launchType);
  return networkMode === 'awsvpc' && !onFargate ? EC2_AWSVPC_INTERVAL : 0;
}
