import { setTimeout as sleep } from 'node:timers/promises';
import { StateMachine } from 'aws-local-stepfunctions';
import { table } from '../../../cli/describe/table.ts';
import { memoryVariables } from '../../../infra/collector/resources/memory-variables.ts';
import { Shards } from '../../../infra/collector/shards/shards.ts';
import type { summaryOf } from '../../../lambda/report/log.ts';
import type { ShardCycleStart, ShardEvent } from '../../../lambda/shards/objects/event.ts';
import { definitionOf } from '../../infra/state-machine.ts';
import { collectorTemplate } from '../../infra/template.ts';
import { FreshProcess } from '../fresh-process.ts';
import { shownVariables } from '../machine.ts';
import { median, megabytes, range } from '../statistics.ts';
import type { ScaleInvocation, ScaleInvoked } from './function.ts';
import type { ScaleAnswer, ScaleRequest } from './surroundings.ts';

const TASKS = 10_000;
const TARGETS_PER_SHARD = 1_000;

/** Shards that run at the same time here, where AWS runs all of them: as many as there are cores. */
const LANES = 2;

/** As the functions have them: the discovery has 1 GB, those of the shards half of that by default. */
const DISCOVERY_VARIABLES = memoryVariables(1_024);
const SHARD_VARIABLES = memoryVariables(512);

/** The environment of the function that discovers. */
const DISCOVERY = 'discovery';

/** How a cycle differs from the others. */
const CYCLES: readonly {
  readonly title: string;
  readonly environmentOf: (shard: number) => number;
}[] = [
  { title: 'cold', environmentOf: (shard) => shard },
  { title: 'warm', environmentOf: (shard) => shard },
  { title: 'warm, again', environmentOf: (shard) => shard },
  { title: 'each shard in another environment', environmentOf: (shard) => shard + 1 },
];

/** What one cycle of all shards cost. */
interface CycleCosts {
  readonly discovery: ScaleInvoked;
  /** By shard. */
  readonly shards: readonly ScaleInvoked[];
}

/**
 * Cycles of 10,000 tasks on loopback in shards: the bundled functions in a process each, run by the state machine as it is
 * synthesized, against stand-ins for ECS (which throttles as the real one does), CloudWatch Logs and S3.
 *
 * @throws where a target is not scraped exactly once in each cycle
 */
export async function runScale(): Promise<void> {
  console.error(`scale: ${TASKS} tasks, a cycle a minute for ${CYCLES.length} minutes`);
  await using surroundings = await FreshProcess.start('scale/surroundings.ts');
  const started = await surroundings.ask<ScaleRequest, ScaleAnswer>({ start: TASKS });
  if (started.kind !== 'started') throw new Error('expected the surroundings to start');
  await using functions = new Functions(started.env);
  const rows: string[][] = [];
  for (const { title, environmentOf } of CYCLES) {
    const costs = await functions.cycle(environmentOf);
    const scraped = await surroundings.ask<ScaleRequest, ScaleAnswer>({ take: 'scrapes' });
    if (scraped.kind !== 'scrapes' || scraped.targetsByScrapes[1] !== TASKS) {
      throw new Error(`expected each target to be scraped once, got ${JSON.stringify(scraped)}`);
    }
    rows.push(rowOf(title, costs));
  }
  console.log(
    `scale: ${TASKS} tasks with 7 containers each, Node.js with ${shownVariables(SHARD_VARIABLES)}`,
  );
  console.log(
    `scale: ${LANES} shards at a time; every target was scraped exactly once in each cycle\n`,
  );
  console.log(
    table(
      [
        'cycle',
        'discovery s',
        'CPU s',
        'MB',
        'shards',
        'targets of a shard',
        'seconds of a shard',
        'range',
        'CPU s of a shard',
        'range',
        'peak MB',
      ],
      rows,
    ),
  );
  console.log();
}

function rowOf(title: string, { discovery, shards }: CycleCosts): string[] {
  const seconds = shards.map((shard) => shard.seconds);
  const cpuSeconds = shards.map((shard) => shard.cpuSeconds);
  const targets = shards.map(({ result }) => (result as ReturnType<typeof summaryOf>).targets.up);
  return [
    title,
    discovery.seconds.toFixed(1),
    discovery.cpuSeconds.toFixed(1),
    megabytes(discovery.peakMemory),
    String(shards.length),
    range(targets, 0),
    median(seconds).toFixed(2),
    range(seconds, 2),
    median(cpuSeconds).toFixed(2),
    range(cpuSeconds, 2),
    megabytes(Math.max(...shards.map(({ peakMemory }) => peakMemory))),
  ];
}

/** The functions of a divided collector, each in an environment that is made when it is first needed. */
class Functions implements AsyncDisposable {
  readonly #env: Readonly<Record<string, string>>;
  readonly #machine: StateMachine;
  readonly #environments = new Map<string, Promise<FreshProcess>>();
  #endsBy = 0;

  constructor(env: Readonly<Record<string, string>>) {
    const shards = Shards.automatic({ targetsPerShard: TARGETS_PER_SHARD });
    this.#env = {
      ...env,
      FARGAUGE_SHARDS: String(shards.max),
      FARGAUGE_TARGETS_PER_SHARD: String(TARGETS_PER_SHARD),
      POWERTOOLS_METRICS_DISABLED: 'true',
    };
    this.#machine = new StateMachine(definitionOf(collectorTemplate({ shards })) as never);
  }

  /** The next one, when the last one is over. */
  async cycle(environmentOf: (shard: number) => number): Promise<CycleCosts> {
    await sleep(Math.max(this.#endsBy - Date.now(), 0));
    let discovery: ScaleInvoked | undefined;
    const shards: ScaleInvoked[] = [];
    const lanes: Promise<unknown>[] = [];
    const { result } = this.#machine.run(
      {},
      {
        overrides: {
          taskResourceLocalHandlers: {
            Discover: async (event) => {
              discovery = await this.#invoke(DISCOVERY, { handler: 'discover', event });
              const start = discovery.result as ShardCycleStart;
              this.#endsBy = start.cycle.endsBy;
              return start as never;
            },
            Collect: async (event) => {
              const { shard, cycle } = event as unknown as ShardEvent;
              const environment = `shard ${environmentOf(shard) % cycle.shards}`;
              const collected = Promise.resolve(lanes[shard % LANES]).then(async () => {
                shards[shard] = await this.#invoke(environment, { handler: 'handler', event });
              });
              lanes[shard % LANES] = collected;
              await collected;
              return {};
            },
          },
        },
      },
    );
    await result;
    if (discovery === undefined) throw new Error('expected a discovery');
    return { discovery, shards };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const each of this.#environments.values()) await (await each)[Symbol.asyncDispose]();
  }

  async #invoke(environment: string, invocation: ScaleInvocation): Promise<ScaleInvoked> {
    const known = this.#environments.get(environment);
    const variables = environment === DISCOVERY ? DISCOVERY_VARIABLES : SHARD_VARIABLES;
    const process =
      known ?? FreshProcess.start('scale/function.ts', { ...this.#env, ...variables });
    this.#environments.set(environment, process);
    return (await process).ask<ScaleInvocation, ScaleInvoked>(invocation);
  }
}
