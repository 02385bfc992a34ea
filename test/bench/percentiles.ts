import { table } from '../../cli/describe/table.ts';
import { distributionOf, type Range } from '../../lambda/series/distribution.ts';

/** The default buckets of the Prometheus clients. */
const BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

const PERCENTILES = [0.5, 0.9, 0.99];

/** Observations in a histogram, and histograms of that size. */
const SIZES = [
  [10, 1500],
  [100, 1500],
  [1_000, 1500],
  [100_000, 60],
] as const;

/** Latencies in seconds. */
const LATENCIES: readonly (() => number)[] = [
  () => Math.exp(gauss() - 2),
  () => -Math.log(1 - Math.random()) * 0.3,
  () => (Math.random() < 0.9 ? Math.exp(0.4 * gauss() - 3) : Math.exp(0.5 * gauss())),
];

/** How far percentiles of the published values are from those of Prometheus' histogram_quantile, in percent of the latter. */
export async function runPercentiles(): Promise<void> {
  const rows = SIZES.map(([observations, histograms]) => {
    const errors = PERCENTILES.map((): number[] => []);
    let bytes = 0;
    for (let index = 0; index < histograms; index++) {
      const ranges = randomHistogram(observations, LATENCIES[index % 3] as () => number);
      const { bins } = distributionOf(ranges, Number.NaN);
      bytes += JSON.stringify(bins.map(({ value }) => value)).length;
      bytes += JSON.stringify(bins.map(({ count }) => count)).length;
      for (const [at, p] of PERCENTILES.entries()) {
        const exact = quantile(ranges, p);
        const { value } = binAt(bins, p);
        errors[at]?.push((100 * Math.abs(value - exact)) / exact);
      }
    }
    return [String(observations), ...errors.map(meanAndWorst), (bytes / histograms).toFixed(0)];
  });
  console.log('percentiles: error in percent of histogram_quantile, mean / worst\n');
  console.log(table(['observations', 'p50', 'p90', 'p99', 'bytes'], rows));
  console.log();
}

function randomHistogram(observations: number, latency: () => number): Range[] {
  const counts = BOUNDS.map(() => 0);
  for (let index = 0; index < observations; index++) {
    const seconds = latency();
    const bucket = BOUNDS.findIndex((bound) => seconds <= bound);
    if (bucket >= 0) counts[bucket] = (counts[bucket] ?? 0) + 1;
  }
  return BOUNDS.map((to, at) => ({ from: BOUNDS[at - 1] ?? 0, to, count: counts[at] ?? 0 })).filter(
    ({ count }) => count > 0,
  );
}

/** Evenly spread in the bucket that holds the rank. */
function quantile(ranges: readonly Range[], p: number): number {
  const { from, to, count, rank } = binAt(ranges, p);
  return from + (to - from) * (rank / count);
}

/** The first one up to which there are so many observations, and the rank in it. */
function binAt<T extends { readonly count: number }>(bins: readonly T[], p: number) {
  let rank = p * bins.reduce((total, { count }) => total + count, 0);
  for (const bin of bins) {
    if (rank <= bin.count) return { ...bin, rank };
    rank -= bin.count;
  }
  throw new Error('the rank is beyond all values');
}

function meanAndWorst(errors: readonly number[]): string {
  const mean = errors.reduce((total, error) => total + error, 0) / errors.length;
  return `${mean.toFixed(1)} / ${Math.max(...errors).toFixed(1)}`;
}

/** Normally distributed, by Box and Muller. */
function gauss(): number {
  return Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
}
