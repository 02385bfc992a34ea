import { expect } from '@jest/globals';
import type { SampleOutput } from '../../../../lambda/model/delivery/sample-output.ts';
import { seriesName } from '../exposition.ts';
import { cycle, MINUTE, type ObservedApp, REQUESTS_A_MINUTE } from './observed-app.ts';
import type { Prometheus } from './prometheus.ts';

const CYCLES = 5;

/** Series that are no application's. */
const OF_SCRAPES = /^(up|scrape_|target_info)/;

/** What an application exposed, minute by minute. */
export interface Truth {
  /** Times in milliseconds, and values, by series as `seriesName` names them. */
  readonly values: ReadonlyMap<string, readonly (readonly [number, number])[]>;
  /** The last minute. */
  readonly last: number;
}

/** Five minutes up to now, in which an application lives, and all are collected. */
export async function collectTruth(
  output: SampleOutput,
  app: ObservedApp,
  others: readonly ObservedApp[],
): Promise<Truth> {
  const first = Math.floor(Date.now() / 1000) * 1000 - CYCLES * MINUTE;
  const last = first + (CYCLES - 1) * MINUTE;
  const values = new Map<string, [number, number][]>();
  const targets = [app, ...others].map(({ target }) => target);
  for (let at = first; at <= last; at += MINUTE) {
    app.live();
    const report = await cycle(output, targets, at);
    expect(report).toMatchObject({ requests: 1, rejected: {}, errors: [] });
    for (const [series, value] of await app.exposed()) {
      values.set(series, [...(values.get(series) ?? []), [at, value]]);
    }
  }
  return { values, last };
}

/**
 * Expects Prometheus to have stored just that, and to compute of it what the application did.
 *
 * @param selector of the application's series, without braces
 * @param added labels that came on the way
 */
export async function expectTruth(
  prometheus: Prometheus,
  { values: truth, last }: Truth,
  selector: string,
  added: readonly string[],
): Promise<void> {
  const raw = await prometheus.query(`{${selector}}[6m]`, last);
  const stored = raw
    .map(({ labels, values }) => [nameWithout(added, labels), values] as const)
    .filter(([name]) => !OF_SCRAPES.test(name));
  expect(new Map(stored.sort())).toEqual(new Map([...truth].sort()));

  const valueAtLast = async (promql: string) =>
    (await prometheus.query(promql, last))[0]?.values[0]?.[1];
  const rate = await valueAtLast(`rate(requests_total{status="200",${selector}}[4m]) * 60`);
  expect(rate).toBeCloseTo(REQUESTS_A_MINUTE, 9);
  for (const [quantile, seconds] of [
    [0.25, 0.05],
    [0.5, 0.1],
    [0.8, 0.5],
    [0.9, 1.5],
  ] as const) {
    const buckets = `rate(latency_seconds_bucket{${selector}}[4m])`;
    expect(await valueAtLast(`histogram_quantile(${quantile}, ${buckets})`)).toBeCloseTo(
      seconds,
      12,
    );
  }
}

/** The series as the application exposes it. */
function nameWithout(added: readonly string[], labels: Readonly<Record<string, string>>): string {
  const own = Object.entries(labels).filter(
    ([name]) => !['__name__', 'job', 'instance', ...added].includes(name),
  );
  return seriesName(labels.__name__ ?? '', Object.fromEntries(own));
}
