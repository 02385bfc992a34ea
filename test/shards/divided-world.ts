import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Config, EmfConfig } from '../../lambda/model/settings/config.ts';
import { systemClock } from '../../lambda/model/waiting/clock.ts';
import type { CycleReport } from '../../lambda/report/report.ts';
import { fetchExposition } from '../../lambda/scrape/http/exchange.ts';
import type { Dispatched } from '../../lambda/shards/dispatch.ts';
import { DividedCollector } from '../../lambda/shards/divided-collector.ts';
import type { ShardPlan } from '../../lambda/shards/objects/layout.ts';
import { ShardObjects } from '../../lambda/shards/objects/objects.ts';
import { s3Api } from '../../lambda/state/s3-api.ts';
import { configWith, declarationOf } from '../collect/parts.ts';
import { type RecordingOutput, recordingOutput } from '../collect/recording-output.ts';
import { job } from '../discovery/ecs/cluster/cluster-of.ts';
import { type S3Server, startS3 } from '../state/s3-server.ts';

export const PLACE = { bucket: 'states', key: 'state' };

const MINUTE = 60_000;

/** Many targets behind one server, which counts what they are asked. */
export interface Applications extends AsyncDisposable {
  readonly address: string;
  readonly ids: readonly string[];
  /** The counter of each. */
  readonly counters: Map<string, number>;
  /** How often each was scraped since the last time. */
  takeScrapes(): ReadonlyMap<string, number>;
}

export async function startApplications(count: number): Promise<Applications> {
  const counters = new Map(Array.from({ length: count }, (_, n) => [`t${n}`, 0]));
  let scrapes = new Map<string, number>();
  const server = createServer((request, response) => {
    const id = request.url?.slice(1) ?? '';
    scrapes.set(id, (scrapes.get(id) ?? 0) + 1);
    response.setHeader('content-type', 'text/plain; version=0.0.4');
    response.end(`# TYPE requests_total counter\nrequests_total ${counters.get(id)}\n`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    ids: [...counters.keys()],
    counters,
    takeScrapes() {
      const taken = scrapes;
      scrapes = new Map();
      return taken;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The configuration that collects them, with what differs in its rules: a job for each. */
export function configFor({ address, ids }: Applications, rules: Partial<EmfConfig> = {}): Config {
  return {
    ...configWith({ declarations: [declarationOf({ selectors: ['^requests_total$'] })], ...rules }),
    jobs: ids.map((id) =>
      job({
        name: id,
        metricsPath: `/${id}`,
        discovered: false,
        staticConfigs: [{ targets: [address], labels: {} }],
      }),
    ),
  };
}

/** Which shards of a cycle do not run, and where those run that do. */
export interface CycleCourse {
  readonly fails?: (shard: number) => boolean;
  /** Number of the environment that collects a shard. @default that of the shard */
  readonly runsIn?: (shard: number) => number;
}

/** A collector whose targets are divided, in several environments of a function, with an S3 and a clock of its own. */
export class DividedWorld implements AsyncDisposable {
  readonly s3: S3Server;
  readonly output: RecordingOutput = recordingOutput();
  readonly applications: Applications;
  plan: ShardPlan;
  #minutes = 0;
  readonly #environments = new Map<number, DividedCollector>();
  #config: Config;

  private constructor(
    s3: S3Server,
    applications: Applications,
    plan: ShardPlan,
    rules?: Partial<EmfConfig>,
  ) {
    this.s3 = s3;
    this.applications = applications;
    this.plan = plan;
    this.#config = configFor(applications, rules);
    s3.now = () => this.now();
  }

  static async start(
    targets: number,
    plan: ShardPlan,
    rules?: Partial<EmfConfig>,
  ): Promise<DividedWorld> {
    const [s3, applications] = await Promise.all([startS3(), startApplications(targets)]);
    return new DividedWorld(s3, applications, plan, rules);
  }

  /** Milliseconds since the epoch; a cycle is a minute. */
  now(): number {
    return Date.now() + this.#minutes * MINUTE;
  }

  /** The next minute. */
  pass(minutes = 1): void {
    this.#minutes += minutes;
  }

  /** A new environment: what it remembered is gone. */
  restart(environment: number): void {
    this.#environments.delete(environment);
  }

  get s3Api() {
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    return s3Api({ region: 'us-east-1', endpoint: this.s3.url, credentials });
  }

  get config(): Config {
    return this.#config;
  }

  /** Environment `-1` is that of the function which discovers. */
  environment(number: number): DividedCollector {
    const known = this.#environments.get(number);
    if (known !== undefined) return known;
    const s3 = this.s3Api;
    const world = this;
    const made = new DividedCollector({
      config: this.#config,
      clientsOf: () => {
        throw new Error('expected no use of the ECS API');
      },
      fetch: fetchExposition,
      outputsFor: () => [this.output],
      s3,
      objects: new ShardObjects(s3, PLACE),
      clock: { ...systemClock, now: () => this.now() },
      forgetAfterMs: 24 * 60 * MINUTE,
      get plan() {
        return world.plan;
      },
    });
    this.#environments.set(number, made);
    return made;
  }

  discover(): Promise<Dispatched> {
    return this.environment(-1).discover(10_000);
  }

  /** The next minute's cycle, as the state machine does it. */
  async cycle({ fails = () => false, runsIn = (shard) => shard }: CycleCourse = {}): Promise<{
    readonly dispatched: Dispatched;
    readonly reports: ReadonlyMap<number, CycleReport>;
  }> {
    this.pass();
    const dispatched = await this.discover();
    const { cycle, shards } = dispatched.start;
    const running = shards.filter(({ shard }) => !fails(shard));
    const reports = new Map<number, CycleReport>();
    // One environment after the other has one shard at a time.
    const byEnvironment = Map.groupBy(running, ({ shard }) => runsIn(shard));
    await Promise.all(
      Array.from(byEnvironment, async ([environment, mine]) => {
        for (const each of mine) {
          const event = JSON.parse(JSON.stringify({ ...each, cycle }));
          reports.set(each.shard, await this.environment(environment).collect(10_000, event));
        }
      }),
    );
    return { dispatched, reports };
  }

  /** What was published of the counter of each target. */
  published(): ReadonlyMap<string, number> {
    const sums = new Map<string, number>();
    for (const { message } of this.output.accepted) {
      const { job: id, requests_total: value } = JSON.parse(message);
      if (typeof value === 'number') sums.set(id, (sums.get(id) ?? 0) + value);
    }
    return sums;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.applications[Symbol.asyncDispose]();
    await this.s3[Symbol.asyncDispose]();
  }
}
