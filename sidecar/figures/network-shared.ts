import { type Instant, latest, secondsBetween } from '../documents/instant.ts';
import type { InterfaceCounters, Interfaces } from '../documents/stats.ts';
import type { Source } from './arithmetic/source.ts';

/** How much newer, in seconds, a reading of an earlier poll may be than those of this one and still count. */
const MAX_HOLD = 60;

/** One network interface that all containers of the task show, each as of a slightly different moment. */
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
 * For each interface the newest reading. When the container that gave it stops, the others' are a little older:
 * then the reading stays, since a counter that fell by some bytes would count as one that began anew.
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

/** Of two readings of the same moment, the one that saw more. */
function isNewer(reading: Reading, other: Reading): boolean {
  if (reading.read !== other.read) return reading.read > other.read;
  return traffic(reading.counters) > traffic(other.counters);
}

function traffic({ rx_bytes = 0, tx_bytes = 0 }: InterfaceCounters): number {
  return rx_bytes + tx_bytes;
}
