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
 * A collector whose targets are divided: one invocation discovers them, others collect a shard each. An instance can do
 * both, though in AWS they are two functions, so that the memory of the discovery stays in one place.
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

  /** Begins a cycle, within `timeoutMs`. Rejects as `dispatch` does. */
  discover(timeoutMs: number): Promise<Dispatched> {
    const { objects, plan, clock } = this.#parts;
    const { metricBudget } = this.#config.emf;
    const now = () => clock.now();
    const parts = { discovery: this.#discovery, objects, plan, metricBudget, now };
    return dispatch(parts, AbortSignal.timeout(timeoutMs));
  }

  /**
   * Collects the shard of an event, within `timeoutMs`. Rejects as `ShardRunner.collect` does.
   *
   * @throws TypeError if the event names no shard
   */
  collect(timeoutMs: number, event: unknown): Promise<CycleReport> {
    const shardEvent = shardEventOf(event);
    if (shardEvent === undefined) {
      throw new TypeError(`Expected the event of a shard, got ${JSON.stringify(event)}`);
    }
    return this.#runner.collect(shardEvent, timeoutMs);
  }

  /** Continues with another configuration. Not while a cycle runs. */
  reconfigure(config: Config): void {
    this.#config = config;
    this.#runner.reconfigure(config);
    this.#discovery = this.#discovery.reconfigured(config);
  }
}
