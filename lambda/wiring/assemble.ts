import { Collector, type CollectorParts } from '../collect.ts';
import type { AwsClientsOf } from '../discovery/aws/clients.ts';
import { createDiscovery } from '../discovery/discover.ts';
import type { AnyOutput } from '../model/delivery/any-output.ts';
import type { State } from '../model/delivery/state.ts';
import type { Config } from '../model/settings/config.ts';
import { Secret } from '../model/settings/secret.ts';
import type { Discovery } from '../model/targets/discovery.ts';
import { systemClock } from '../model/waiting/clock.ts';
import type { CycleReport } from '../report/report.ts';
import { fetchExposition } from '../scrape/http/exchange.ts';
import type { Scraper } from '../scrape/scrape.ts';
import { MemoryState } from '../state/memory.ts';
import { systemScraper } from './scraper.ts';

/** The differences between the Lambda function, the command line and the demo. */
export interface Assembly {
  readonly config: Config;
  /** Called only if the configuration has ECS discovery. */
  readonly clientsOf: AwsClientsOf;
  /** Called once for each configuration whose outputs differ from those before. */
  readonly outputsFor: (config: Pick<Config, 'outputs' | 'logs'>) => readonly AnyOutput[];
  /** @default in memory, as long as the process lives */
  readonly state?: State;
  /** @default the discovery of the configuration */
  readonly discovery?: LastingDiscovery;
  /** @default a new one */
  readonly scraper?: Scraper;
  readonly onDrop?: CollectorParts['onDrop'];
  readonly sharedMetrics?: CollectorParts['sharedMetrics'];
}

/** A discovery that continues under a changed configuration. */
export interface LastingDiscovery extends Discovery {
  /** The caller must not use this one again. */
  reconfigured(config: Config): LastingDiscovery;
}

/** A collector with its real parts, which continues under a changed configuration. */
export interface AssembledCollector extends Pick<Collector, 'collect'> {
  /**
   * Continues with another configuration: keeps the last values of counters, and all knowledge of AWS, of targets and
   * of published metrics that still applies. Not while a cycle runs.
   */
  reconfigure(config: Config): void;
}

export function assemble({
  config,
  clientsOf,
  outputsFor,
  state = new MemoryState(),
  scraper = systemScraper(process.env),
  onDrop,
  sharedMetrics,
  ...given
}: Assembly): AssembledCollector {
  let current = config;
  let discovery: LastingDiscovery =
    given.discovery ??
    createDiscovery({ config, clientsOf, fetch: fetchExposition, clock: systemClock });
  let outputs = outputsFor(config);
  const lasting = {
    scraper,
    state,
    now: Date.now,
    onDrop,
    sharedMetrics,
  };
  let collector = new Collector({ ...lasting, config, discovery, outputs });
  return {
    collect: (timeoutMs: number): Promise<CycleReport> => collector.collect(timeoutMs),
    reconfigure(next) {
      discovery = discovery.reconfigured(next);
      if (!haveSameDestination(current, next)) outputs = outputsFor(next);
      collector = new Collector({ ...lasting, config: next, discovery, outputs });
      current = next;
    },
  };
}

/** Whether both have the same outputs; the log group is part of each event. */
function haveSameDestination(one: Config, other: Config): boolean {
  return destinationOf(one) === destinationOf(other);
}

/** One text of all settings of outputs, including changed secrets. */
function destinationOf({ logs: { region, endpoint }, outputs }: Config): string {
  return JSON.stringify([region, endpoint, outputs], function (this: unknown, key, value) {
    const original = (this as Readonly<Record<string, unknown>>)[key];
    return original instanceof Secret ? original.reveal() : value;
  });
}
