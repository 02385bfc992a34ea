import { ListedDiscovery } from '../discovery/listed.ts';
import type { ListedTarget } from '../discovery/listed-target.ts';
import type { Config } from '../model/settings/config.ts';
import type { Clock } from '../model/waiting/clock.ts';
import type { CycleReport } from '../report/report.ts';
import { stateCapacity } from '../state/memory.ts';
import { s3Store } from '../state/s3.ts';
import type { S3Api } from '../state/s3-api.ts';
import { StoredState } from '../state/stored.ts';
import { type AssembledCollector, type Assembly, assemble } from '../wiring/assemble.ts';
import { processMemory } from '../wiring/process-memory.ts';
import { systemScraper } from '../wiring/scraper.ts';
import { inheritanceOf } from './inheritance.ts';
import { ShardMetrics } from './metrics/share.ts';
import type { ShardEvent } from './objects/event.ts';
import type { ShardObjects } from './objects/objects.ts';
import { decodeList } from './objects/target-list.ts';

/** A shard begins only if at least these milliseconds of the cycle remain. */
export const LEAST_MS = 1_000;

/** The part of its time for reading a shard's list. */
const LIST_SHARE = 0.25;

/** The part of its time for reading the states of the earlier layout, in the first cycle of a new one: there may be 40. */
const INHERITANCE_SHARE = 0.4;

export interface ShardRunnerParts
  extends Omit<Assembly, 'state' | 'discovery' | 'scraper' | 'sharedMetrics'> {
  readonly s3: S3Api;
  readonly objects: ShardObjects;
  readonly clock: Clock;
  /** Of a state. */
  readonly forgetAfterMs: number;
}

/** A shard that did not begin, because its cycle is over. */
export class ShardLateError extends Error {
  override readonly name = 'ShardLateError';
}

/** The shard that a process collected last, with its memory. */
interface Shard {
  readonly name: string;
  readonly discovery: ListedDiscovery;
  readonly metrics: ShardMetrics;
  readonly collector: AssembledCollector;
  list?: { readonly digest: string; readonly targets: readonly ListedTarget[] };
}

/**
 * Collects the shards that a process gets: often the same one, but Lambda promises nothing. The memory of lines serves
 * any shard, because tasks of a service have the same lines; all other memory belongs to the last shard.
 */
export class ShardRunner {
  readonly #parts: ShardRunnerParts;
  readonly #scraper = systemScraper(process.env);
  #config: Config;
  #shard: Shard | undefined;
  #inheritanceMs = 0;

  constructor(parts: ShardRunnerParts) {
    this.#parts = parts;
    this.#config = parts.config;
  }

  /** Not while a shard is being collected. */
  reconfigure(config: Config): void {
    this.#config = config;
    this.#shard = undefined;
  }

  /**
   * One cycle of a shard. It ends within `timeoutMs` and before the end of the cycle of all shards.
   *
   * @throws ShardLateError, or an error with the reason why its list of targets cannot be read
   */
  async collect(event: ShardEvent, timeoutMs: number): Promise<CycleReport> {
    const startedAt = this.#parts.clock.now();
    const { endsBy, listedAt, complete } = event.cycle;
    const remainingMs = Math.min(timeoutMs, endsBy - startedAt);
    if (remainingMs < LEAST_MS) {
      throw new ShardLateError(
        `Expected at least ${LEAST_MS} ms for shard ${event.shard}, got ${Math.floor(remainingMs)} ms: its cycle is over`,
      );
    }
    this.#inheritanceMs = Math.floor(remainingMs * INHERITANCE_SHARE);
    const shard = this.#shardFor(event);
    const targets = await this.#targetsOf(shard, event, remainingMs * LIST_SHARE);
    shard.discovery.give({ targets, listedAt, complete });
    shard.metrics.give(event);
    const left = remainingMs - (this.#parts.clock.now() - startedAt);
    return shard.collector.collect(Math.max(Math.floor(left), 0));
  }

  #shardFor(event: ShardEvent): Shard {
    const { s3, objects, clock, forgetAfterMs, ...assembly } = this.#parts;
    const { shard: index, cycle } = event;
    const name = `${cycle.layout}/${index}`;
    if (this.#shard?.name === name) return this.#shard;
    const config = this.#config;
    const discovery = new ListedDiscovery({ config, clientsOf: assembly.clientsOf, clock });
    const store = s3Store(s3, objects.stateOf({ layout: cycle.layout, index }));
    const state = new StoredState(store, () => clock.now(), {
      forgetAfterMs,
      capacity: stateCapacity(processMemory(process.env)),
      inherit: () => {
        const signal = AbortSignal.timeout(this.#inheritanceMs);
        return inheritanceOf(event, s3, objects, signal, this.#shard?.list?.targets);
      },
    });
    const scraper = this.#scraper;
    const metrics = new ShardMetrics(objects);
    const parts = { config, discovery, state, scraper, sharedMetrics: metrics };
    const collector = assemble({ ...assembly, ...parts });
    this.#shard = { name, discovery, metrics, collector };
    return this.#shard;
  }

  async #targetsOf(shard: Shard, { shard: index, digest }: ShardEvent, timeoutMs: number) {
    if (shard.list?.digest === digest) return shard.list.targets;
    const signal = AbortSignal.timeout(Math.ceil(timeoutMs));
    const object = await this.#parts.objects.readList(index, signal);
    if (object === undefined) {
      throw new Error(`Expected a list of targets for shard ${index}, got none`);
    }
    const targets = await decodeList(object.bytes, digest);
    shard.list = { digest, targets };
    return targets;
  }
}
