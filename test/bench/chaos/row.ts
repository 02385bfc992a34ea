import { setTimeout as sleep } from 'node:timers/promises';
import { memoryVariables } from '../../../infra/collector/resources/memory-variables.ts';
import { FreshProcess } from '../fresh-process.ts';
import type { CollectorAnswer, CollectorRequest } from './collector.ts';
import { ControlGroup } from './control-group.ts';
import { type CounterFigures, Counters } from './counters.ts';
import type { SurroundingsAnswer, SurroundingsRequest, WriteOfState } from './surroundings.ts';
import type { TargetsAnswer, TargetsRequest } from './targets.ts';

/** What the function has by default: 512 MB of memory, and of each 1,769 MB one core. */
const MEMORY_MIB = 512;
const CORES = 0.29;

export const MEMORY_BYTES = MEMORY_MIB * 2 ** 20;
export const VARIABLES = memoryVariables(MEMORY_MIB);

/** What becomes of the process in each cycle; it is killed at random, or where it writes its state. */
const CYCLES: readonly ('whole' | 'killed' | WriteOfState)[] = [
  'whole',
  'killed',
  'before it is stored',
  'before it is answered',
  'whole',
];

export interface Row {
  readonly targets: number;
  /** The part of them that behaves in these ways, in turn. */
  readonly share: number;
  readonly behaviours: readonly string[];
  /** `metric_relabel_configs` of the job. @default none */
  readonly relabeling?: readonly object[];
  /** Milliseconds that a cycle may take. */
  readonly timeoutMs: number;
  /** @default Math.random */
  readonly random?: () => number;
}

export interface RowFigures {
  readonly healthy: number;
  /** The fewest healthy targets that a cycle which was not killed delivered. */
  readonly delivered: number;
  /** Milliseconds of the longest cycle, those that were to be killed included. */
  readonly longestMs: number;
  /** Bytes. */
  readonly peakMemory: number;
  readonly counters: CounterFigures;
  /** How many cycles ended otherwise than they should have: at the limit of time, or of memory. */
  readonly ended: readonly string[];
  /** What kept the memory and the CPU within their bounds. */
  readonly limits: 'cgroup v1' | 'cgroup v2' | 'options of Node.js';
}

/** Runs the cycles of one row of the table. */
export async function runRow(row: Row): Promise<RowFigures> {
  const hostileCount = Math.round(row.targets * row.share);
  const { behaviours } = row;
  const hostile = Array.from(
    { length: hostileCount },
    (_, n) => behaviours[n % behaviours.length] ?? '',
  );
  await using targets = await FreshProcess.start('chaos/targets.ts');
  // What they do to themselves must not cost the healthy ones anything.
  await using hostileTargets = await FreshProcess.start('chaos/targets.ts');
  await using surroundings = await FreshProcess.start('chaos/surroundings.ts');
  const askTargets = (request: TargetsRequest) =>
    targets.ask<TargetsRequest, TargetsAnswer>(request);
  const askSurroundings = (request: SurroundingsRequest) =>
    surroundings.ask<SurroundingsRequest, SurroundingsAnswer>(request);
  const started = await askTargets({
    kind: 'start',
    healthy: row.targets - hostileCount,
    hostile: [],
  });
  const startedHostile = await hostileTargets.ask<TargetsRequest, TargetsAnswer>({
    kind: 'start',
    healthy: 0,
    hostile,
  });
  const { env } = await askSurroundings({ kind: 'start' });
  const counters = new Counters(started.healthy);
  await using functions = new Functions({
    ...env,
    FARGAUGE_CONFIG: configurationFor(
      { ...startedHostile, healthy: started.healthy },
      row.relabeling,
    ),
  });
  const random = row.random ?? Math.random;
  let delivered = started.healthy.length;
  let longestMs = 0;
  const ended: string[] = [];
  for (const [index, cycle] of CYCLES.entries()) {
    const pid = await functions.warm();
    if (cycle === 'killed') {
      const scrapes = 1 + Math.floor(random() * started.healthy.length * 0.9);
      await askTargets({ kind: 'kill', pid, scrapes });
    } else if (cycle !== 'whole') {
      await askSurroundings({ kind: 'kill', pid, when: cycle });
    }
    const began = performance.now();
    const outcome = await functions.cycle(row.timeoutMs);
    longestMs = Math.max(longestMs, performance.now() - began);
    const expected = cycle === 'whole' ? 'whole' : 'killed';
    if (outcome !== expected) ended.push(`cycle ${index + 1}: ${outcome}, expected ${expected}`);
    const { increases } = await askSurroundings({ kind: 'take' });
    const told = (await askTargets({ kind: 'counters' })).counters;
    const of = counters.cycle({ increases, told, isKilled: outcome !== 'whole' });
    if (cycle === 'whole') delivered = Math.min(delivered, of);
  }
  return {
    healthy: started.healthy.length,
    delivered,
    longestMs,
    peakMemory: functions.peakMemory,
    counters: counters.figures,
    ended,
    limits: functions.limits,
  };
}

/** Hostile targets come first: nothing is known of any target when their turn comes. */
function configurationFor(
  { healthy, hostile }: Pick<TargetsAnswer, 'healthy' | 'hostile'>,
  relabeling: readonly object[] = [],
): string {
  const http = hostile.filter(({ scheme }) => scheme === undefined);
  const https = hostile.filter(({ scheme }) => scheme === 'https');
  const group = (targets: readonly { readonly address: string }[], labels = {}) => ({
    targets: targets.map(({ address }) => address),
    ...(Object.keys(labels).length > 0 && { labels }),
  });
  const groups = [
    group(http),
    group(https, { __scheme__: 'https' }),
    { targets: [...healthy] },
  ].filter(({ targets }) => targets.length > 0);
  return JSON.stringify({
    log_group_name: '/bench',
    scrape_configs: [
      { job_name: 'shop', static_configs: groups, metric_relabel_configs: relabeling },
    ],
    emf_processor: {
      metric_namespace: 'Bench',
      metric_declaration: [
        {
          source_labels: ['job'],
          label_matcher: '^shop$',
          metric_selectors: ['^shop_'],
          dimensions: [['job', 'instance']],
        },
      ],
    },
  });
}

/** The environments of a function, one after the other: a new one where the last one was killed. */
class Functions implements AsyncDisposable {
  readonly #env: Readonly<Record<string, string>>;
  readonly #groups: ControlGroup[] = [];
  #current: FreshProcess | undefined;
  #peakWithoutGroup = 0;

  constructor(env: Readonly<Record<string, string>>) {
    this.#env = {
      ...env,
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(MEMORY_MIB),
      POWERTOOLS_METRICS_DISABLED: 'true',
      // Targets that are down are what this is about.
      POWERTOOLS_LOG_LEVEL: 'ERROR',
    };
  }

  get limits(): RowFigures['limits'] {
    const [group] = this.#groups;
    return group === undefined ? 'options of Node.js' : `cgroup ${group.version}`;
  }

  get peakMemory(): number {
    return Math.max(this.#peakWithoutGroup, ...this.#groups.map(({ peakMemory }) => peakMemory));
  }

  /** @returns the identifier of a process that is ready for a cycle */
  async warm(): Promise<number> {
    this.#current ??= await this.#start();
    return this.#current.pid;
  }

  async cycle(timeoutMs: number): Promise<string> {
    const current = this.#current;
    if (current === undefined) throw new Error('expected a process that is ready');
    const done = new AbortController();
    const limit = sleep(timeoutMs, undefined, { signal: done.signal }).then(
      async () => {
        await current.kill();
        return 'limit' as const;
      },
      () => undefined,
    );
    try {
      const cycle = current.ask<CollectorRequest, CollectorAnswer>({ kind: 'cycle', timeoutMs });
      // Lambda ends a function at its limit, whatever it does.
      const { peakMemory } = await cycle;
      this.#peakWithoutGroup = Math.max(this.#peakWithoutGroup, peakMemory);
      return 'whole';
    } catch {
      this.#current = undefined;
      done.abort();
      return (await limit) === 'limit' ? 'killed at the limit' : 'killed';
    } finally {
      done.abort();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#current?.[Symbol.asyncDispose]();
    for (const group of this.#groups) group[Symbol.dispose]();
  }

  async #start(): Promise<FreshProcess> {
    const group = ControlGroup.create('chaos', { memory: MEMORY_BYTES, cores: CORES });
    if (group !== undefined) this.#groups.push(group);
    const started = await FreshProcess.start(
      'chaos/collector.ts',
      { ...this.#env, ...VARIABLES },
      group?.launcher,
    );
    await started.ask<CollectorRequest, CollectorAnswer>({ kind: 'begin' });
    group?.throttle(started.pid);
    return started;
  }
}
