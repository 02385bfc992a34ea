import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Usage, usageOf } from './usage.ts';

/** Milliseconds after which the ECS agent on EC2 renews its figures; Fargate does after 10 s. */
export const EC2_REFRESH_MS = 1_000;

/** The constant part of a task's metadata. */
export interface TaskDescription {
  readonly clusterArn: string;
  readonly taskArn: string;
  readonly family: string;
  readonly revision: string;
  readonly serviceName: string;
  /** vCPU. */
  readonly cpu: number;
  /** MiB. */
  readonly memory: number;
  readonly address: string;
}

/** Reads what the process of a container has used; `undefined` where the process has ended. */
export type Measure = (
  pid: number,
  container: string,
  task: TaskDescription,
) => Promise<Usage | undefined>;

/** A container of a task and the process in its place. */
interface Container {
  readonly id: string;
  readonly name: string;
  readonly pid: number;
  readonly startedAt: Date;
  latest?: Sample;
  previous?: Sample;
}

interface Sample {
  readonly read: Date;
  readonly usage: Usage;
}

/** A task as the endpoint shows it, containers to be added as their processes start. */
export class MetadataTask {
  readonly #description: TaskDescription;
  readonly #containers: Container[] = [];
  readonly #measure: Measure;
  #sampling = false;

  /** @param measure @default what the operating system counts */
  constructor(description: TaskDescription, measure: Measure = usageOf) {
    this.#description = description;
    this.#measure = measure;
  }

  /** As on Fargate, the id consists of the task's and a number. */
  add(name: string, pid: number): void {
    const id = `${this.#taskId}-${String(1_000_000_000 + this.#containers.length)}`;
    this.#containers.push({ id, name, pid, startedAt: new Date() });
  }

  /** Begins to measure the containers, because their start does not show how they run. */
  beginSampling(): void {
    this.#sampling = true;
  }

  get #taskId(): string {
    return this.#description.taskArn.split('/').at(-1) ?? '';
  }

  /** Takes a sample of every process that still runs. */
  async sample(): Promise<void> {
    if (!this.#sampling) return;
    await Promise.all(
      this.#containers.map(async (container) => {
        const usage = await this.#measure(container.pid, container.name, this.#description);
        if (usage === undefined) {
          delete container.latest;
          return;
        }
        if (container.latest !== undefined) container.previous = container.latest;
        container.latest = { read: new Date(), usage };
      }),
    );
  }

  /** The document `/task`. */
  task(): object {
    const { clusterArn, taskArn, family, revision, serviceName, cpu, memory } = this.#description;
    return {
      Cluster: clusterArn,
      TaskARN: taskArn,
      Family: family,
      Revision: revision,
      ServiceName: serviceName,
      DesiredStatus: 'RUNNING',
      KnownStatus: 'RUNNING',
      Limits: { CPU: cpu, Memory: memory },
      LaunchType: 'FARGATE',
      AvailabilityZone: 'local',
      Containers: this.#containers.map((container) => this.#containerDocument(container)),
    };
  }

  /** The document `/task/stats`. */
  stats(): object {
    return Object.fromEntries(
      this.#containers.map((container) => [container.id, this.#statsDocument(container)]),
    );
  }

  #containerDocument({ id, name, startedAt, latest }: Container): object {
    const { family, revision, address } = this.#description;
    return {
      DockerId: id,
      Name: name,
      DockerName: name,
      Image: 'demo',
      ImageID: '',
      Labels: {
        'com.amazonaws.ecs.task-definition-family': family,
        'com.amazonaws.ecs.task-definition-version': revision,
      },
      DesiredStatus: 'RUNNING',
      KnownStatus: latest === undefined && this.#sampling ? 'STOPPED' : 'RUNNING',
      Limits: { CPU: 2 },
      CreatedAt: startedAt.toISOString(),
      StartedAt: startedAt.toISOString(),
      Type: 'NORMAL',
      Networks: [{ NetworkMode: 'awsvpc', IPv4Addresses: [address] }],
    };
  }

  #statsDocument({ id, name, latest, previous }: Container): object | null {
    if (latest === undefined) return null;
    const { anonymousBytes, residentBytes } = latest.usage;
    const file = Math.max(residentBytes - anonymousBytes, 0);
    return {
      id,
      name,
      read: latest.read.toISOString(),
      preread: previous?.read.toISOString() ?? '0001-01-01T00:00:00Z',
      cpu_stats: { cpu_usage: { total_usage: latest.usage.cpuNanoseconds } },
      precpu_stats: { cpu_usage: { total_usage: previous?.usage.cpuNanoseconds ?? 0 } },
      memory_stats: {
        usage: residentBytes,
        // A process has no page cache of its own: its file pages are mapped files, which the system can reclaim.
        stats: { anon: anonymousBytes, file, inactive_file: file },
      },
    };
  }
}

/** A task metadata endpoint, version 4, for several tasks, with the figures of real processes. */
export class MetadataEndpoint {
  readonly #tasks = new Map<string, MetadataTask>();
  readonly #server: Server;
  readonly #timer: NodeJS.Timeout;

  private constructor(server: Server, refreshMs: number) {
    this.#server = server;
    this.#timer = setInterval(() => {
      for (const task of this.#tasks.values()) void task.sample();
    }, refreshMs);
  }

  /** @param refreshMs milliseconds after which the figures are renewed */
  static async start(refreshMs: number = EC2_REFRESH_MS): Promise<MetadataEndpoint> {
    const server = createServer((request, response) => {
      const [, , id = '', ...rest] = (request.url ?? '').split('/');
      const task = endpoint.#tasks.get(id);
      const document =
        rest.join('/') === 'task' ? task?.task() : rest.join('/') === 'task/stats' && task?.stats();
      response.writeHead(document ? 200 : 404, { 'content-type': 'application/json' });
      response.end(JSON.stringify(document || 'V4 task metadata handler: unable to find the task'));
    });
    const endpoint = new MetadataEndpoint(server, refreshMs);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    return endpoint;
  }

  /** Serves a task under an id, and returns the ECS_CONTAINER_METADATA_URI_V4 of its containers. */
  add(id: string, task: MetadataTask): string {
    this.#tasks.set(id, task);
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}/v4/${id}`;
  }

  close(): void {
    clearInterval(this.#timer);
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
