import { Collector, type CollectorParts } from './collect.ts';
import type { AwsClientsOf } from './discovery/aws-clients.ts';
import { systemClock } from './discovery/clock.ts';
import { createDiscovery } from './discovery/discover.ts';
import type { Config } from './model/config.ts';
import { fetchExposition } from './scrape/exchange.ts';
import { Scraper } from './scrape/scrape.ts';
import { MemoryState } from './state/memory.ts';

/** What differs between the Lambda function, the command line and the demo. */
export interface Assembly {
  readonly config: Config;
  /** Asked only where the configuration has ECS discovery. */
  readonly clientsOf: AwsClientsOf;
  readonly outputs: CollectorParts['outputs'];
  readonly onDrop?: CollectorParts['onDrop'];
}

/** A collector whose parts are the real ones. */
export function assemble({ config, clientsOf, outputs, onDrop }: Assembly): Collector {
  return new Collector({
    config,
    discovery: createDiscovery({
      config,
      clientsOf,
      fetch: fetchExposition,
      clock: systemClock,
    }),
    scraper: new Scraper(Date.now),
    state: new MemoryState(),
    outputs,
    now: Date.now,
    onDrop,
  });
}
