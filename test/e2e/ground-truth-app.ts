import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import {
  Counter,
  Gauge,
  Histogram,
  type OpenMetricsContentType,
  Registry,
  Summary,
} from 'prom-client';
import type { Figure } from './ground-truth-metrics.ts';

const REQUESTS = [
  { method: 'GET', status: '200' },
  { method: 'GET', status: '500' },
  { method: 'POST', status: '200' },
] as const;
const QUEUES = [{ queue: 'mail' }, { queue: 'print' }] as const;
const ROUTES = [{ route: '/cart' }, { route: '/pay' }] as const;

/** Parts of a second in which durations are measured: a power of two, so that their sums are exact. */
const PARTS = 16;

/** What an application does between two scrapes. */
export interface Load {
  /** New requests for each method and status. */
  readonly requests: readonly number[];
  /** By how much each queue grows. */
  readonly queues: readonly number[];
  /** Durations for each route, in sixteenths of a second. */
  readonly durations: readonly (readonly number[])[];
  /** Bytes of each response. */
  readonly sizes: readonly number[];
}

/** How an application answers a scrape. */
export type Format = 'text' | 'OpenMetrics';

/** Where an application listens and what it is. */
export interface AppOptions {
  readonly taskId: string;
  readonly host: string;
  readonly port: number;
  readonly format: Format;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * An application of one task, instrumented with prom-client, that also keeps its own books: what it shows in each scrape is
 * the truth that CloudWatch is compared with.
 */
export class App implements AsyncDisposable {
  readonly taskId: string;
  readonly host: string;
  readonly port: number;
  /** What it had counted and measured when it was scraped, by the time of that in milliseconds. */
  readonly scraped = new Map<number, readonly Figure[]>();
  /** Whether its answers end in the middle. */
  breaksOff = false;
  readonly #now: () => number;
  readonly #instruments: Instruments;
  readonly #books = new Map<string, Figure>();
  #server: Server | undefined;

  constructor({ taskId, host, port, format, now }: AppOptions) {
    this.taskId = taskId;
    this.host = host;
    this.port = port;
    this.#now = now;
    this.#instruments = instrumentsFor(format);
    for (const route of ROUTES) this.#instruments.durations.zero(route);
    this.work({
      requests: REQUESTS.map(() => 0),
      queues: QUEUES.map(() => 0),
      durations: ROUTES.map(() => []),
      sizes: [],
    });
  }

  work(load: Load): void {
    const { requests, queues, durations, sizes } = this.#instruments;
    for (const [index, labels] of REQUESTS.entries()) {
      requests.inc(labels, load.requests[index]!);
      this.#note('http_requests_total', labels, load.requests[index]!);
    }
    for (const [index, labels] of QUEUES.entries()) {
      queues.inc(labels, load.queues[index]!);
      this.#note('queue_length', labels, load.queues[index]!);
    }
    for (const [index, labels] of ROUTES.entries()) {
      const seconds = load.durations[index]!.map((parts) => parts / PARTS);
      for (const each of seconds) durations.observe(labels, each);
      this.#note('request_duration_seconds', labels, sumOf(seconds), seconds.length);
    }
    for (const each of load.sizes) sizes.observe(each);
    this.#note('response_size_bytes_sum', {}, sumOf(load.sizes));
    this.#note('response_size_bytes_count', {}, load.sizes.length);
  }

  async listen(): Promise<void> {
    this.#server = createServer((_request, response) => void this.#answer(response));
    this.#server.listen(this.port, this.host);
    await once(this.#server, 'listening');
  }

  /** From now on connections are refused. */
  async close(): Promise<void> {
    if (this.#server?.listening !== true) return;
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #answer(response: ServerResponse): Promise<void> {
    this.scraped.set(this.#now(), [...this.#books.values()]);
    const { registry } = this.#instruments;
    const body = await registry.metrics();
    response.writeHead(200, {
      'content-type': registry.contentType,
      'content-length': Buffer.byteLength(body),
    });
    if (!this.breaksOff) response.end(body);
    else response.write(body.slice(0, body.length / 2), () => response.destroy());
  }

  #note(metric: string, labels: Figure['labels'], value: number, count = 0): void {
    const key = JSON.stringify([metric, labels]);
    const before = this.#books.get(key) ?? { value: 0, count: 0 };
    const figure = { metric, labels, value: before.value + value, count: before.count + count };
    this.#books.set(key, figure);
  }
}

/** What figures grew by since an earlier scrape of the same application, or since it began. */
export function increaseOf(now: readonly Figure[], before: readonly Figure[] = []): Figure[] {
  return now.map((figure, index) => {
    const { value, count } = before[index] ?? { value: 0, count: 0 };
    return { ...figure, value: figure.value - value, count: figure.count - count };
  });
}

type Instruments = ReturnType<typeof instrumentsFor>;

function instrumentsFor(format: Format) {
  const registry = new Registry<OpenMetricsContentType>();
  if (format === 'OpenMetrics') registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  const registers = [registry];
  return {
    registry,
    requests: new Counter({
      name: 'http_requests_total',
      help: 'Requests served.',
      labelNames: ['method', 'status'],
      registers,
    }),
    queues: new Gauge({
      name: 'queue_length',
      help: 'Messages that wait.',
      labelNames: ['queue'],
      registers,
    }),
    durations: new Histogram({
      name: 'request_duration_seconds',
      help: 'Time to serve a request.',
      labelNames: ['route'],
      buckets: [0.25, 1, 4, 16],
      registers,
    }),
    sizes: new Summary({
      name: 'response_size_bytes',
      help: 'Sizes of responses.',
      percentiles: [0.5, 0.9],
      registers,
    }),
  };
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
