import { mkdtemp, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Aws, startAws } from '../../cli/demo/aws/server.ts';
import { type DeliveredEvent, readEvent } from '../../cli/demo/cloudwatch-view.ts';
import { taskAddresses } from '../../cli/demo/task/addresses.ts';
import { Collector } from '../../lambda/collect.ts';
import { AnswerDecoder } from '../../lambda/decode/answer.ts';
import { awsClients } from '../../lambda/discovery/aws/clients.ts';
import { loadEc2 } from '../../lambda/discovery/aws/load-ec2.ts';
import { createDiscovery } from '../../lambda/discovery/discover.ts';
import type { Config } from '../../lambda/model/settings/config.ts';
import { ENV, PORT_LABEL } from '../../lambda/model/settings/names.ts';
import { systemClock } from '../../lambda/model/waiting/clock.ts';
import { logsClient } from '../../lambda/outputs/cloudwatch-logs/client.ts';
import { cloudWatchLogsOutput } from '../../lambda/outputs/cloudwatch-logs/cloudwatch-logs.ts';
import type { CycleReport } from '../../lambda/report/report.ts';
import { fetchExposition } from '../../lambda/scrape/http/exchange.ts';
import { Scraper } from '../../lambda/scrape/scrape.ts';
import { type Files, fileStore } from '../../lambda/state/file.ts';
import { StoredState } from '../../lambda/state/stored.ts';
import { load } from '../config/loading.ts';
import { container, definition, definitionArn, task } from '../discovery/ecs/cluster/cluster-of.ts';
import { App, type Format } from './ground-truth-app.ts';
import { CONFIGURATION, SERVICE } from './ground-truth-metrics.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** The begin of the minute before the first cycle. */
const BEGIN = Date.UTC(2026, 4, 1, 12);

/** Milliseconds of a cycle that is not to end early: far more than it takes. */
const AMPLE_MS = 30_000;

/** Attempts of one PutLogEvents. */
export const ATTEMPTS = 4;

/** What the disk does with the next state. */
type Disk = 'takes it' | 'is full' | 'kills the collector';

interface Parts {
  readonly aws: Aws;
  readonly config: Config;
  /** Where the state is. */
  readonly folder: string;
  /** Applications of tasks that have not started. */
  readonly waiting: App[];
  /** Milliseconds since the epoch. */
  readonly clock: { now: number };
}

/**
 * A service whose tasks are applications on loopback, a stand-in for AWS, and a collector with all of its real parts, whose
 * clock moves on by a minute from cycle to cycle.
 */
export class World implements AsyncDisposable {
  readonly aws: Aws;
  /** One for each task that has started. */
  readonly apps: App[] = [];
  disk: Disk = 'takes it';
  /** The part of the longest wait that the output waits between two attempts. */
  patience = 0;
  readonly #config: Config;
  readonly #folder: string;
  readonly #waiting: App[];
  readonly #clock: { now: number };
  #collector: Collector;
  #killed = Promise.withResolvers<undefined>();
  /** Until then a write waits whose process was killed: here it is of a process that lives on. */
  readonly #end = Promise.withResolvers<never>();
  #cycles = 0;

  /** @param formats of the tasks that can start, in this order */
  static async start(formats: readonly Format[]): Promise<World> {
    const clock = { now: BEGIN };
    const addresses = await taskAddresses(formats.length, Math.random);
    const apps = addresses.map(
      ({ host, appPort }, index) =>
        new App({
          taskId: `task${index + 1}`,
          host,
          port: appPort,
          format: formats[index]!,
          now: () => clock.now,
        }),
    );
    return new World({
      aws: await startAws({ clock: () => clock.now }),
      config: await load({ env: { [ENV.config]: JSON.stringify(CONFIGURATION) } }),
      folder: await mkdtemp(join(tmpdir(), 'fargauge-truth-')),
      waiting: apps,
      clock,
    });
  }

  private constructor({ aws, config, folder, waiting, clock }: Parts) {
    this.aws = aws;
    this.#config = config;
    this.#folder = folder;
    this.#waiting = waiting;
    this.#clock = clock;
    this.#collector = this.#newCollector();
  }

  /** Milliseconds since the epoch. */
  get now(): number {
    return this.#clock.now;
  }

  /** What CloudWatch Logs took, oldest first. */
  get delivered(): DeliveredEvent[] {
    return this.aws.logs.events().map(({ message }) => readEvent(message));
  }

  /** The next task starts. @param startedAt milliseconds since the epoch */
  async startTask(startedAt: number = BEGIN - HOUR_MS): Promise<void> {
    const app = this.#waiting.shift()!;
    await app.listen();
    this.apps.push(app);
    const revision = this.apps.length;
    const taskDefinitionArn = definitionArn(SERVICE, revision);
    const exposing = container({
      dockerLabels: { [PORT_LABEL]: String(app.port) },
      portMappings: [{ containerPort: app.port, hostPort: app.port }],
    });
    this.aws.ecs.putTaskDefinition(
      definition(SERVICE, [exposing], { taskDefinitionArn, revision }),
    );
    const of = { taskDefinitionArn, group: `service:${SERVICE}`, startedAt: new Date(startedAt) };
    this.aws.ecs.putTask(task(app.taskId, app.host, of));
  }

  /** @param seconds of the next minute at which its cycle begins */
  advance(seconds: number): void {
    this.#cycles += 1;
    this.#clock.now = BEGIN + this.#cycles * MINUTE_MS + seconds * 1_000;
  }

  /** The report; undefined where the collector was killed, and another has taken its place. */
  async collect(timeoutMs = AMPLE_MS): Promise<CycleReport | undefined> {
    const report = await Promise.race([this.#collector.collect(timeoutMs), this.#killed.promise]);
    if (report === undefined) this.startCollector();
    return report;
  }

  /** A new process, which knows what is in the file and nothing else. */
  startCollector(): void {
    this.#killed = Promise.withResolvers();
    this.#collector = this.#newCollector();
  }

  /** Whatever is broken works again. */
  async repair(): Promise<void> {
    this.aws.faults.clear();
    this.disk = 'takes it';
    this.patience = 0;
    for (const app of this.apps) {
      app.breaksOff = false;
      await app.close();
      await app.listen();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.promise.catch(() => undefined);
    this.#end.reject(new Error('the process of this write was killed'));
    for (const app of this.apps) await app.close();
    await this.aws.close();
    await rm(this.#folder, { recursive: true });
  }

  #newCollector(): Collector {
    const now = () => this.#clock.now;
    const { url: endpoint, region } = this.aws;
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    const place = { endpoint, region, credentials };
    return new Collector({
      config: this.#config,
      discovery: createDiscovery({
        config: this.#config,
        clientsOf: awsClients({ ...place, maxAttempts: 2 }, loadEc2),
        fetch: fetchExposition,
        clock: { now, sleep: systemClock.sleep },
      }),
      scraper: new Scraper(now, new AnswerDecoder()),
      state: new StoredState(fileStore(join(this.#folder, 'state'), this.#files()), now),
      outputs: [
        cloudWatchLogsOutput({
          client: logsClient(place),
          maxAttempts: ATTEMPTS,
          random: () => this.patience,
        }),
      ],
      now,
    });
  }

  /** Of one process: what was killed goes on to wait, whatever comes after it. */
  #files(): Files {
    const killed = this.#killed;
    const write = async (...given: Parameters<typeof writeFile>) => {
      if (this.disk === 'is full') throw new Error('ENOSPC: no space left on device');
      if (this.disk === 'takes it') return writeFile(...given);
      killed.resolve(undefined);
      return this.#end.promise;
    };
    return { open, readFile, rename, writeFile: write };
  }
}
