import { createDiscovery, type Discovery } from '../discovery/discover.ts';
import type { Fetch } from '../discovery/sources/http.ts';
import type { Config } from '../model/settings/config.ts';
import type { CycleReport } from '../report/report.ts';
import { type Dispatched, dispatch } from './dispatch.ts';
import { shardEventOf } from './objects/event.ts';
import type { ShardPlan } from './objects/layout.ts';
import { ShardRunner, type ShardRunnerParts } from './runner.ts';

export interface DividedCollectorParts extends ShardRunnerParts {
  readonly plan: ShardPlan;
  /** For `http_sd_configs`. */
  readonly fetch: Fetch;
}

/**
 * A collector whose targets are divided: one invocation discovers them, others collect a shard each. An instance can do both,
 * though in AWS they are two functions, so that what the discovery remembers is always in the same place.
 */
export class DividedCollector {
  readonly #parts: DividedCollectorParts;
  readonly #runner: ShardRunner;
  #discovery: Discovery;
  #config: Config;

  constructor(parts: DividedCollectorParts) {
    this.#parts = parts;
    this.#runner = new ShardRunner(parts);
    this.#discovery = createDiscovery(parts);
    this.#config = parts.config;
  }

  /** Begins a cycle within so many milliseconds. Rejects as `dispatch` does. */
  discover(timeoutMs: number): Promise<Dispatched> {
    const { objects, plan, clock } = this.#parts;
    const { metricBudget } = this.#config.emf;
    const now = () => clock.now();
    const parts = { discovery: this.#discovery, objects, plan, metricBudget, now };
    return dispatch(parts, AbortSignal.timeout(timeoutMs));
  }

  /**
   * Collects the shard that an event names, within so many milliseconds. Rejects as `ShardRunner.collect` does.
   *
   * @throws TypeError where the event names none
   */
  collect(timeoutMs: number, event: unknown): Promise<CycleReport> {
    const shardEvent = shardEventOf(event);
    if (shardEvent === undefined) {
      throw new TypeError(`Expected the event of a shard, got ${JSON.stringify(event)}`);
    }
    return this.#runner.collect(shardEvent, timeoutMs);
  }

  /** Goes on under another configuration. Not while anything is under way. */
  reconfigure(config: Config): void {
    this.#config = config;
    this.#runner.reconfigure(config);
    this.#discovery = this.#discovery.reconfigured(config);
  }
}
