import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net';
import { type SidecarProcess, startSidecar } from '../sidecar/sidecar-process.ts';

const MEBIBYTE = 2 ** 20;

/** A task of the instance, which takes the same of its CPU and memory all the time. */
export interface InstanceTask {
  readonly id: string;
  readonly family: string;
  /** Absent: the daemon's own task. */
  readonly service?: string;
  /** Percent of its limits: 1 vCPU and 512 MiB. */
  readonly cpu: number;
  readonly memory: number;
}

export const CLUSTER = 'demo';
const ARN = 'arn:aws:ecs:us-east-1:123456789012';
const MEMORY_MIB = 512;

/**
 * A Managed Instance: the documents that ECS gives to the task of a Managed Daemon, the real sidecar as that daemon, and a port
 * of the instance that leads to it.
 */
export class StandInInstance implements AsyncDisposable {
  readonly name: string;
  readonly tasks: readonly InstanceTask[];
  readonly #documents: Server;
  readonly #way: Server & { port?: number };
  readonly #sockets = new Set<Socket>();
  readonly #began = Date.now() / 1000 - 3_600;
  #daemon: SidecarProcess | undefined;
  #daemonPort = 0;
  #isCut = false;

  /** @param place where the port of the instance is */
  static async start(
    name: string,
    tasks: readonly InstanceTask[],
    place: { readonly host: string; readonly port: number },
  ): Promise<StandInInstance> {
    const instance = new StandInInstance(name, tasks);
    instance.#documents.listen(0, '127.0.0.1');
    instance.#way.listen(place.port, place.host);
    await Promise.all([once(instance.#documents, 'listening'), once(instance.#way, 'listening')]);
    await instance.startDaemon();
    return instance;
  }

  private constructor(name: string, tasks: readonly InstanceTask[]) {
    this.name = name;
    this.tasks = tasks;
    this.#documents = createServer((request, response) => {
      const document = this.#documentAt((request.url ?? '').split('/').slice(3).join('/'));
      response.writeHead(document === undefined ? 404 : 200, {
        'content-type': 'application/json',
      });
      response.end(JSON.stringify(document ?? 'no such path'));
    });
    this.#way = createTcpServer((client) => this.#forward(client)) as unknown as Server;
  }

  /** The ARN of the container instance. */
  get arn(): string {
    return `${ARN}:container-instance/${CLUSTER}/${this.name}`;
  }

  /** Starts a daemon, which knows of nothing that was before. */
  async startDaemon(): Promise<void> {
    const { port } = this.#documents.address() as AddressInfo;
    this.#daemon = startSidecar({
      ECS_CONTAINER_METADATA_URI_V4: `http://127.0.0.1:${port}/v4/daemon`,
      AWS_EXECUTION_ENV: 'AWS_ECS_MANAGED_INSTANCES',
    });
    this.#daemonPort = Number(new URL(await this.#daemon.url()).port);
    await this.polled();
  }

  async killDaemon(): Promise<void> {
    await this.#daemon?.[Symbol.asyncDispose]();
  }

  /** From now on the port of the instance leads nowhere, and what comes through it breaks off. */
  cut(): void {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  mend(): void {
    this.#isCut = false;
  }

  /** Resolves when the daemon has taken another poll of all tasks. */
  async polled(): Promise<void> {
    const polls = () => this.points().then((points) => points.get(this.tasks[0]!.id)?.length ?? 0);
    const before = await polls();
    while ((await polls()) <= before) {
      // The daemon tells nobody when it polls.
      await new Promise((resolve) => {
        setTimeout(resolve, 200);
      });
    }
  }

  /** What the daemon has of each task, asked for without the collector: times and values of its CPU in percent. */
  async points(): Promise<Map<string, [time: number, value: number][]>> {
    const answer = await fetch(`http://127.0.0.1:${this.#daemonPort}/metrics?since=0`);
    const points = new Map<string, [number, number][]>();
    const lines = /^ee_task_cpu_utilization_percent\{.*task_id="([^"]*)".*\} (\S+) (\S+)$/gm;
    for (const [, id = '', value, time] of (await answer.text()).matchAll(lines)) {
      points.set(id, [...(points.get(id) ?? []), [Number(time), Number(value)]]);
    }
    return points;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.killDaemon();
    this.cut();
    for (const server of [this.#documents, this.#way]) {
      server.closeAllConnections?.();
      server.close();
      await once(server, 'close');
    }
  }

  #forward(client: Socket): void {
    if (this.#isCut) {
      client.destroy();
      return;
    }
    const daemon = connect(this.#daemonPort, '127.0.0.1');
    for (const [one, other] of [
      [client, daemon],
      [daemon, client],
    ] as const) {
      this.#sockets.add(one);
      one.pipe(other);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        this.#sockets.delete(one);
        other.destroy();
      });
    }
  }

  #documentAt(path: string): unknown {
    const own = this.tasks.at(-1)!;
    const now = Date.now() / 1000;
    if (path === 'task') return this.#metadataOf(own);
    if (path === 'task/stats') return this.#statsOf(own, now);
    if (path === 'tasks') return this.tasks.map((task) => this.#metadataOf(task));
    if (path === 'tasks/stats') return this.tasks.map((task) => this.#statsOf(task, now));
    return undefined;
  }

  #metadataOf({ id, family, service }: InstanceTask): object {
    const created = timeOf(this.#began);
    return {
      Cluster: `${ARN}:cluster/${CLUSTER}`,
      TaskARN: `${ARN}:task/${CLUSTER}/${id}`,
      Family: family,
      Revision: '1',
      ...(service !== undefined && { ServiceName: service }),
      Group: service === undefined ? 'daemon:gauge' : `service:${service}`,
      DesiredStatus: 'RUNNING',
      KnownStatus: 'RUNNING',
      LaunchType: 'MANAGED_INSTANCES',
      AvailabilityZone: 'us-east-1a',
      Limits: { CPU: 1, Memory: MEMORY_MIB },
      Containers: ['app', 'proxy'].map((name, index) => ({
        DockerId: containerId(id, index),
        Name: name,
        DesiredStatus: 'RUNNING',
        KnownStatus: 'RUNNING',
        Limits: { CPU: 2 },
        CreatedAt: created,
        StartedAt: created,
        Type: 'NORMAL',
      })),
    };
  }

  /** Three quarters of a task's use are of its first container. */
  #statsOf({ id, cpu, memory }: InstanceTask, now: number): object {
    const shares = [0.75, 0.25];
    const used = (time: number, share: number) => ({
      cpu_usage: { total_usage: Math.round((time - this.#began) * (cpu / 100) * share * 1e9) },
    });
    return Object.fromEntries(
      shares.map((share, index) => [
        containerId(id, index),
        {
          read: timeOf(now),
          preread: timeOf(now - 10),
          cpu_stats: used(now, share),
          precpu_stats: used(now - 10, share),
          memory_stats: {
            usage: Math.round(MEMORY_MIB * MEBIBYTE * (memory / 100) * share) + 1_000_000,
            stats: { anon: 1_000, file: 1_000_000, inactive_file: 1_000_000 },
          },
        },
      ]),
    );
  }
}

function containerId(task: string, index: number): string {
  return `${task}-000000000${index}`;
}

function timeOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
