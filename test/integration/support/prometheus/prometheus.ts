import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { start } from '../child.ts';

/** A series with the values that a query gave, by time in milliseconds. */
export interface QueriedSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly values: readonly (readonly [milliseconds: number, value: number])[];
}

/** A running Prometheus that scrapes nothing and takes what it is sent; ends with `await using`. */
export interface Prometheus extends AsyncDisposable {
  readonly url: string;
  /** What PromQL gives at a time, in milliseconds since the epoch. */
  query(promql: string, at: number): Promise<QueriedSeries[]>;
  /** The values that a label has in the series of a selector. */
  labelValues(label: string, selector: string): Promise<readonly string[]>;
}

interface Answer {
  readonly error?: string;
  readonly data?: {
    readonly result: readonly {
      readonly metric: Readonly<Record<string, string>>;
      readonly value?: readonly [number, string];
      readonly values?: readonly (readonly [number, string])[];
    }[];
  };
}

export async function startPrometheus(
  program: string,
  flags: readonly string[],
  config = '',
): Promise<Prometheus> {
  const folder = await mkdtemp(join(tmpdir(), 'fargauge-prometheus-'));
  const file = join(folder, 'prometheus.yml');
  await writeFile(file, config);
  const child = start(program, [
    `--config.file=${file}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    '--web.listen-address=127.0.0.1:0',
    ...flags,
  ]);
  const stop = async () => {
    await child.stop();
    await rm(folder, { recursive: true });
  };
  try {
    const [, address = ''] = await child.says(
      /msg="Listening on"(?: component=web)? address=(\S+)/,
    );
    await child.says(/Server is ready to receive web requests/);
    const url = `http://${address}`;
    return {
      url,
      query: (promql, at) => query(url, promql, at),
      labelValues: (label, selector) => labelValues(url, label, selector),
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function query(url: string, promql: string, at: number): Promise<QueriedSeries[]> {
  const parameters = new URLSearchParams({ query: promql, time: String(at / 1000) });
  const response = await fetch(`${url}/api/v1/query?${parameters}`);
  const { data, error } = (await response.json()) as Answer;
  if (data === undefined) throw new Error(`${promql}: ${error}`);
  return data.result.map(({ metric, value, values = value === undefined ? [] : [value] }) => ({
    labels: metric,
    values: values.map(([seconds, text]) => [Math.round(seconds * 1000), numberOf(text)] as const),
  }));
}

async function labelValues(
  url: string,
  label: string,
  selector: string,
): Promise<readonly string[]> {
  const parameters = new URLSearchParams({ 'match[]': selector });
  const response = await fetch(`${url}/api/v1/label/${label}/values?${parameters}`);
  const { data, error } = (await response.json()) as { data?: string[]; error?: string };
  if (data === undefined) throw new Error(`${selector}: ${error}`);
  return data;
}

function numberOf(text: string): number {
  return Number(text.replace('Inf', 'Infinity'));
}
