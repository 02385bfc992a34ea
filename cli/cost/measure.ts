import { Collector, type CollectorParts } from '../../lambda/collect.ts';
import { MemoryState } from '../../lambda/state/memory.ts';
import { CountingReceiver, type Destination, type Received } from './receivers.ts';

const CYCLE_TIMEOUT_MS = 120_000;

/** A collector without its outputs and state. */
export type Source = Pick<CollectorParts, 'config' | 'discovery' | 'scraper' | 'now'>;

/** What a cycle delivers to one destination. */
export interface Measured extends Received {
  /** Accepted events of EMF; requests for other destinations. */
  readonly events: number;
  /** Samples, or values of metrics, that were accepted. */
  readonly samples: number;
  /** Bytes as CloudWatch Logs bills them; for other destinations those of the requests. */
  readonly bytes: number;
  readonly targets: number;
  /** Of this process, for the cycle. */
  readonly cpuSeconds: number;
}

/**
 * Delivers cycles to a stand-in that counts, with all stages of the collector.
 *
 * @param cycles the last one is measured: counters need two
 * @param advance called after each cycle but the last, for the time to go on
 * @throws Error if the receiver did not take everything
 */
export async function measure(
  source: Source,
  destination: Destination,
  cycles: number,
  advance: () => void,
): Promise<Measured> {
  const receiver = new CountingReceiver(destination, source.now, source.config.outputs);
  const collector = new Collector({
    ...source,
    state: new MemoryState(),
    outputs: [receiver.output],
  });
  for (let cycle = 1; ; cycle++) {
    const before = process.cpuUsage();
    const { deliveries, targets } = await collector.collect(CYCLE_TIMEOUT_MS);
    const { user, system } = process.cpuUsage(before);
    const received = receiver.take();
    if (cycle < cycles) {
      advance();
      continue;
    }
    const [delivery] = deliveries;
    if (delivery === undefined || Object.keys(delivery.rejected).length > 0) {
      throw new Error(`expected ${destination} to take everything: ${delivery?.errors.join('; ')}`);
    }
    const { events, metrics: samples, bytes } = delivery;
    return {
      ...received,
      events,
      samples,
      bytes,
      targets: targets.up,
      cpuSeconds: (user + system) / 1e6,
    };
  }
}
