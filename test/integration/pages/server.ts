import { setTimeout } from 'node:timers/promises';
import { listen } from '../support/http.ts';
import { startPrometheus } from '../support/prometheus/prometheus.ts';
import { normalized, type Page, type ReadPage } from './page.ts';

/** The label that tells the pages apart. */
const PAGE = 'oracle_page';

const CONFIG = (address: string, pages: number) => `
global: {scrape_interval: 15s, scrape_timeout: 10s}
scrape_configs:
  - job_name: pages
    honor_timestamps: false
    relabel_configs:
      - {source_labels: [${PAGE}], target_label: __metrics_path__, replacement: /$1}
      - {target_label: instance, replacement: target}
    static_configs:
${Array.from({ length: pages }, (_, n) => `      - {targets: ["${address}"], labels: {${PAGE}: "${n}"}}`).join('\n')}
`;

const WAIT_MS = 120_000;

interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

/** What a Prometheus reads on pages: it scrapes each of them, and is asked for what it stored. */
export async function readByPrometheus(
  program: string,
  pages: readonly Page[],
): Promise<readonly ReadPage[]> {
  await using server = await listen((request, response) => {
    const page = pages[Number(request.url?.slice(1))];
    if (page === undefined) response.writeHead(404).end();
    else response.writeHead(200, { 'content-type': page.contentType }).end(page.body);
  });
  await using prometheus = await startPrometheus(
    program,
    ['--query.max-samples=500000000'],
    CONFIG(server.address, pages.length),
  );
  const ups = await untilScraped(prometheus.url, pages.length);
  const stored = Map.groupBy(await query(prometheus.url, `{${PAGE}!=""}`), ({ metric }) =>
    Number(metric[PAGE]),
  );
  return pages.map((_, index) =>
    ups.get(index) === '1' ? normalized((stored.get(index) ?? []).map(sampleOf)) : undefined,
  );
}

/** Asks until there is a verdict on each page. @returns the verdicts */
async function untilScraped(url: string, count: number): Promise<Map<number, string>> {
  for (const until = Date.now() + WAIT_MS; ; await setTimeout(500)) {
    const series = await query(url, `up{${PAGE}!=""}`);
    // A page may have a series `up` of its own, which has more labels or is the same.
    const own = series.filter(({ metric }) => Object.keys(metric).length === 4);
    const ups = new Map(own.map(({ metric, value }) => [Number(metric[PAGE]), value[1]]));
    if (ups.size === count) return ups;
    if (Date.now() > until) throw new Error(`only ${ups.size} of ${count} pages were scraped`);
  }
}

function sampleOf({ metric: { __name__: name = '', [PAGE]: _, ...labels }, value }: Series) {
  return { name, labels, value: value[1] };
}

async function query(url: string, promql: string): Promise<readonly Series[]> {
  const response = await fetch(`${url}/api/v1/query?${new URLSearchParams({ query: promql })}`);
  const { data, error } = (await response.json()) as {
    data?: { result: readonly Series[] };
    error?: string;
  };
  if (data === undefined) throw new Error(`${promql}: ${error}`);
  return data.result;
}
