import { Counter, Gauge, Histogram, Registry, Summary } from 'prom-client';
import { AnswerDecoder } from '../../../../lambda/decode/answer.ts';
import type { DeliveryReport } from '../../../../lambda/model/delivery/event.ts';
import type { SampleOutput } from '../../../../lambda/model/delivery/sample-output.ts';
import { Drops } from '../../../../lambda/model/samples/drops.ts';
import { labelsOf } from '../../../../lambda/model/samples/sample.ts';
import type { Target } from '../../../../lambda/model/targets/target.ts';
import { Scraper } from '../../../../lambda/scrape/scrape.ts';
import { target } from '../../../series/samples.ts';
import { readExposition } from '../exposition.ts';
import { type Listening, listen } from '../http.ts';

export const MINUTE = 60_000;

/** What it counts in a minute. */
export const REQUESTS_A_MINUTE = 90;

/** Of ten observations so many each minute lie below each of the bounds. */
const BELOW = { 0.1: 5, 0.5: 8, 2.5: 10 };

/** An application whose figures are known, on a real socket; ends with `await using`. */
export interface ObservedApp extends AsyncDisposable {
  readonly target: Target;
  /** One more minute of its life. */
  live(): void;
  /** What it exposes now: values by series, each named as `seriesName` does. */
  exposed(): Promise<Map<string, number>>;
}

export async function startApp(labels: Readonly<Record<string, string>>): Promise<ObservedApp> {
  const registers = [new Registry()];
  const requests = new Counter({
    name: 'requests_total',
    help: 'Requests.',
    labelNames: ['status'],
    registers,
  });
  const queue = new Gauge({ name: 'queue_length', help: 'Length.', labelNames: ['of'], registers });
  const latency = new Histogram({
    name: 'latency_seconds',
    help: 'Latency.',
    labelNames: ['route'],
    buckets: [0.1, 0.5, 2.5],
    registers,
  });
  const size = new Summary({
    name: 'size_bytes',
    help: 'Size.',
    percentiles: [0.5, 0.9],
    registers,
  });
  const [register = new Registry()] = registers;
  const server: Listening = await listen(async (_, response) => {
    response.setHeader('content-type', 'text/plain; version=0.0.4').end(await register.metrics());
  });
  const own = labelsOf({ job: 'shop', instance: server.address }, labels);
  let minutes = 0;
  return {
    target: target({ id: server.address, url: `${server.url}/metrics`, labels: own }),
    live: () => {
      minutes += 1;
      requests.inc({ status: '200' }, REQUESTS_A_MINUTE);
      requests.inc({ status: '500' }, 0.5);
      queue.set({ of: 'Bücher "neu"' }, minutes % 2 === 0 ? -0.25 * minutes : 1e21);
      let observed = 0;
      for (const [bound, below] of Object.entries(BELOW)) {
        for (; observed < below; observed++) latency.observe({ route: '/' }, Number(bound));
      }
      size.observe(512 * minutes);
    },
    exposed: async () => readExposition(await register.metrics()),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** Runs one cycle as of a time: all targets are scraped and sent. */
export async function cycle(
  output: SampleOutput,
  targets: readonly Target[],
  at: number,
): Promise<DeliveryReport> {
  const deadline = AbortSignal.timeout(30_000);
  const scraper = new Scraper(() => at, new AnswerDecoder());
  const delivery = output.open(deadline);
  delivery.discovered(new Set(targets.map(({ id }) => id)));
  for (const one of targets) {
    void delivery.write(await scraper.scrape(one, deadline, { extras: output.needs }), new Drops());
  }
  return delivery.close();
}
