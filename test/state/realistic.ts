import { labelsOf } from '../../lambda/model/samples/sample.ts';
import { seriesKey } from '../../lambda/series/facts.ts';
import type { Snapshot } from '../../lambda/state/memory.ts';
import { SeriesKeys } from '../../lambda/state/series-keys.ts';
import { TargetMemory } from '../../lambda/state/target-memory.ts';

const SERIES_PER_TARGET = 100;

const NOUNS = ['orders', 'baskets', 'payments', 'parcels', 'invoices'];
const ROUTES = ['/api/v2/shop', '/api/v2/shop/{id}', '/api/v2/shop/{id}/items', '/sync', '/health'];
const STATUSES = ['200', '201', '404', '500'];

/** How the series of two targets differ. */
export const LABEL_SETS = {
  /** They do not: the tasks of a service. */
  alike: () => ({}),
  /** Each has the name of its pod. */
  'named by pod': (target: number) => ({ pod: `shop-${scattered(target).toString(36)}-x2v9q` }),
  /** Each series has an identifier of its own. */
  'each with an identifier': (target: number, series: number) => ({
    customer: uuid(target * SERIES_PER_TARGET + series),
  }),
} satisfies Record<string, (target: number, series: number) => Record<string, string>>;

/** What a collector remembers of as many series as asked for, a hundred a target, after a day of counting. */
export function realisticState(
  series: number,
  ownLabels: (target: number, series: number) => Record<string, string>,
): Snapshot {
  const scrapedAt = Date.UTC(2026, 4, 1);
  const targets = new Map<string, TargetMemory>();
  for (let target = 0; target < series / SERIES_PER_TARGET; target++) {
    const keys = keysOf((index) => ownLabels(target, index));
    const at = scrapedAt + (scattered(target) % 30_000);
    const values = Float64Array.from(keys, (_, index) => valueAt(target, index));
    const times = {
      sightedAfter: scrapedAt - 86_400_000,
      startedAt: scrapedAt - 90_000_000 - scattered(target),
      committedAt: at,
      cursor: String(at / 1000),
      seenAt: scrapedAt,
    };
    const memory = new TargetMemory(
      times,
      shared(keys),
      values,
      new Float64Array(keys.length).fill(at),
      new Float64Array(keys.length).fill(times.startedAt),
      new Float64Array(keys.length).fill(at),
    );
    const host = `10.0.${target >> 8}.${target & 255}`;
    targets.set(`shop http://${host}:8080/metrics`, memory);
  }
  return { completedAt: scrapedAt, knownMetrics: undefined, targets };
}

const lists = new Map<string, SeriesKeys>();

function shared(keys: readonly string[]): SeriesKeys {
  const text = JSON.stringify(keys);
  const known = lists.get(text) ?? new SeriesKeys(keys);
  lists.set(text, known);
  return known;
}

function keysOf(ownLabels: (series: number) => Record<string, string>): string[] {
  const keys: string[] = [];
  for (const noun of NOUNS) {
    for (const route of ROUTES) {
      for (const status of STATUSES) {
        const labels = labelsOf({ method: 'POST', route, status }, ownLabels(keys.length));
        keys.push(seriesKey(`shop_${noun}_created_total`, { type: 'counter', labels }));
      }
    }
  }
  return keys.sort();
}

/** Counts of requests, and some sums of seconds. */
function valueAt(target: number, series: number): number {
  const value = scattered(target * SERIES_PER_TARGET + series);
  return series % 3 === 0 ? value / 997 : value % 10 ** (2 + (series % 7));
}

/** Numbers without a pattern that a compressor could find, the same in each run. */
function scattered(seed: number): number {
  let x = (seed + 1) * 0x9e3779b1;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}

function uuid(seed: number): string {
  const hex = [1, 2, 3, 4]
    .map((part) =>
      scattered(seed * 4 + part)
        .toString(16)
        .padStart(8, '0'),
    )
    .join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
