import { type Instant, latest } from '../documents/instant.ts';
import {
  INTERFACE_COUNTERS,
  type InterfaceCounter,
  type InterfaceCounters,
  type Interfaces,
} from '../documents/stats.ts';
import type { Source } from './arithmetic/source.ts';
import { accumulate, forgetOldest, type RunningSum } from './arithmetic/sum.ts';

const PAUSE = 'CNI_PAUSE';

/** Most interface names in memory; a task has one or two. */
const MAX_INTERFACES = 64;

/** Networks of the containers' own (bridge mode), summed over the containers for each interface name. */
export interface SeparateNetworks {
  readonly interfaces: Interfaces | undefined;
  /** The newest reading. */
  readonly read: Instant | undefined;
  /** The containers whose networks count. */
  readonly counted: readonly Source[];
  readonly sums: ReadonlyMap<string, InterfaceSums>;
}

type InterfaceSums = Readonly<Partial<Record<InterfaceCounter, RunningSum>>>;

/**
 * The sums continue when a container stops. With Service Connect each container shares the network of a pause
 * container, and both show it: pause containers count only if no other container has a network.
 */
export function followSeparate(
  before: SeparateNetworks | undefined,
  sources: readonly Source[],
): SeparateNetworks {
  const others = sources.filter(({ container }) => container.type !== PAUSE);
  const counted = others.length > 0 ? others : sources;
  const sums = new Map(before?.sums);
  const interfaces = new Map<string, InterfaceCounters>();
  for (const name of new Set(counted.flatMap(({ stats }) => [...(stats.networks?.keys() ?? [])]))) {
    const sum = accumulateInterface(sums.get(name), name, counted);
    sums.delete(name);
    sums.set(name, sum);
    interfaces.set(name, totals(sum));
  }
  return {
    interfaces: interfaces.size > 0 ? interfaces : undefined,
    read: latest(counted.map(({ stats }) => stats.read)),
    counted,
    sums: forgetOldest(sums, MAX_INTERFACES),
  };
}

function accumulateInterface(
  before: InterfaceSums | undefined,
  name: string,
  sources: readonly Source[],
): InterfaceSums {
  const sums: Partial<Record<InterfaceCounter, RunningSum>> = {};
  for (const counter of INTERFACE_COUNTERS) {
    const values = sources.flatMap(({ container, stats }) => {
      const value = stats.networks?.get(name)?.[counter];
      return value === undefined ? [] : [[container.id, value] as const];
    });
    const known = before?.[counter];
    if (known !== undefined || values.length > 0) sums[counter] = accumulate(known, values);
  }
  return sums;
}

function totals(sums: InterfaceSums): InterfaceCounters {
  const counters: Partial<Record<InterfaceCounter, number>> = {};
  for (const counter of INTERFACE_COUNTERS) {
    const sum = sums[counter];
    if (sum !== undefined) counters[counter] = sum.total;
  }
  return counters;
}
