import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A task as a page tells of it. Values are by the names of series. */
export interface PageTask {
  readonly id: string;
  readonly family: string;
  readonly service?: string | undefined;
  /** Gauges with times of their own: pairs of Unix seconds and values. */
  readonly points: Readonly<Record<string, readonly (readonly [time: number, value: number])[]>>;
  readonly counters: Readonly<Record<string, number>>;
}

export const CLUSTER = 'demo';
export const LAUNCH_TYPE = 'MANAGED_INSTANCES';
export const ZONE = 'us-east-1a';
export const REVISION = '3';

/** The page of the daemon of these tasks. */
export function daemonPage(tasks: readonly PageTask[], more: readonly string[] = []): string {
  return pageOf(tasks, true, more);
}

/** The page of a task's own sidecar. */
export function sidecarPage(task: PageTask): string {
  return pageOf([task], false, []);
}

function pageOf(tasks: readonly PageTask[], isDaemon: boolean, more: readonly string[]): string {
  const labels = ({ id, family, service }: PageTask) => {
    const added = {
      task_id: id,
      service_name: service,
      cluster: CLUSTER,
      launch_type: LAUNCH_TYPE,
      availability_zone: ZONE,
    };
    const all = {
      container_name: '_task_',
      task_family: family,
      task_revision: REVISION,
      ...(isDaemon && added),
      base: 'task',
    };
    const texts = Object.entries(all).flatMap(([name, value]) =>
      value === undefined ? [] : [`${name}="${value}"`],
    );
    return `{${texts.join(',')}}`;
  };
  const families = new Map<string, string[]>();
  const add = (family: string, type: string, line: string) => {
    const lines = families.get(family) ?? [`# TYPE ${family} ${type}`];
    families.set(family, [...lines, line]);
  };
  for (const task of tasks) {
    for (const [name, points] of Object.entries(task.points)) {
      for (const [time, value] of points) {
        add(name, 'gauge', `${name}${labels(task)} ${value} ${time}`);
      }
    }
    for (const [name, value] of Object.entries(task.counters)) {
      add(name, 'counter', `${name}_total${labels(task)} ${value}`);
    }
  }
  return `${[...[...families.values()].flat(), ...more, '# EOF'].join('\n')}\n`;
}

/** What a page is served with. */
export interface Served {
  readonly body: string;
  readonly until: number;
  /** Absent: that is what was asked for. */
  readonly since?: number;
  readonly more?: boolean;
  /** @default false */
  readonly ofInstance?: boolean;
}

/** Sidecars and daemons, each at a path of one server; `undefined` is one that fails. */
export class PageServer implements AsyncDisposable {
  readonly pages = new Map<string, (since: number) => Served | undefined>();
  /** What was asked for, with its time: `/daemon since 60`. */
  readonly asked: string[] = [];
  readonly #server: Server;

  static async start(): Promise<PageServer> {
    const server = new PageServer();
    await new Promise<void>((resolve) => {
      server.#server.listen(0, '127.0.0.1', resolve);
    });
    return server;
  }

  private constructor() {
    this.#server = createServer((request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '', this.url(''));
      const since = Number(searchParams.get('since'));
      this.asked.push(`${pathname} since ${since}`);
      const page = this.pages.get(pathname)?.(since);
      if (page === undefined) {
        response.writeHead(500).end();
        return;
      }
      response.writeHead(200, {
        'content-type': 'application/openmetrics-text; version=1.0.0; charset=utf-8',
        'fargauge-history-since': String(page.since ?? since),
        'fargauge-history-until': String(page.until),
        'fargauge-history-more': page.more ? '1' : '0',
        ...(page.ofInstance && { 'fargauge-scope': 'instance' }),
      });
      response.end(page.body);
    });
  }

  url(path: string): string {
    const { port } = (this.#server.address() ?? { port: 0 }) as AddressInfo;
    return `http://127.0.0.1:${port}${path}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }
}
