import { labelsOf, type Sample, type Series } from '../model/samples/sample.ts';

/** Figures about the scrape itself. */
export interface OwnFigures {
  readonly up: boolean;
  readonly durationMs: number;
  /** Samples from the target. */
  readonly scraped: number;
  /** Samples after metric relabeling. */
  readonly remaining: number;
}

const UP = gauge('up');
const DURATION = gauge('scrape_duration_seconds');
const SCRAPED = gauge('scrape_samples_scraped');
const REMAINING = gauge('scrape_samples_post_metric_relabeling');

/** Their names. */
export const OWN_NAMES: ReadonlySet<string> = new Set(
  [UP, DURATION, SCRAPED, REMAINING].map(({ name }) => name),
);

/** The series about a scrape itself, as Prometheus makes them for each target. Metric relabeling does not apply to them. */
export function ownSamples({ up, durationMs, scraped, remaining }: OwnFigures): Sample[] {
  return [
    { series: UP, value: up ? 1 : 0 },
    { series: DURATION, value: durationMs / 1000 },
    { series: SCRAPED, value: scraped },
    { series: REMAINING, value: remaining },
  ];
}

function gauge(name: string): Series {
  return { name, family: name, type: 'gauge', labels: labelsOf() };
}
