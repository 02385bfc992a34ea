import { type Instant, latest, secondsBetween } from '../documents/instant.ts';
import type { InterfaceCounters, Interfaces } from '../documents/stats.ts';
import type { Source } from './arithmetic/source.ts';

/** A reading of an earlier poll still counts if it is newer than those of this one by at most these seconds. */
const MAX_HOLD = 60;

/** One network interface that all containers of the task show, each at a slightly different time. */
export interface SharedNetwork {
  readonly interfaces: Interfaces | undefined;
  /** The newest reading. */
  readonly read: Instant | undefined;
  readonly readings: ReadonlyMap<string, Reading>;
}

interface Reading {
  readonly read: Instant;
  readonly counters: InterfaceCounters;
}

/**
 * The newest reading of each interface. When its container stops, the readings of the others are a little older. Then
 * the newest one stays, because a counter that falls by some bytes would count as restarted.
 */
export function followShared(
  before: SharedNetwork | undefined,
  sources: readonly Source[],
): SharedNetwork {
  const readings = new Map<string, Reading>();
  for (const { stats } of sources) {
    for (const [name, counters] of stats.networks ?? []) {
      const reading = { read: stats.read, counters };
      const best = readings.get(name);
      if (best === undefined || isNewer(reading, best)) readings.set(name, reading);
    }
  }
  for (const [name, reading] of readings) {
    const held = before?.readings.get(name);
    if (held === undefined) continue;
    const ahead = secondsBetween(reading.read, held.read);
    if (ahead > 0 && ahead <= MAX_HOLD) readings.set(name, held);
  }
  const read = latest([...readings.values()].map((reading) => reading.read));
  const interfaces = new Map([...readings].map(([name, { counters }]) => [name, counters]));
  return { interfaces: interfaces.size > 0 ? interfaces : undefined, read, readings };
}

/** Of two readings at the same time, the higher one counts. */
function isNewer(reading: Reading, other: Reading): boolean {
  if (reading.read !== other.read) return reading.read > other.read;
  return traffic(reading.counters) > traffic(other.counters);
}

function traffic({ rx_bytes = 0, tx_bytes = 0 }: InterfaceCounters): number {
  return rx_bytes + tx_bytes;
}
