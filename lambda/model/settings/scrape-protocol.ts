/** The formats that a target may be asked for, in Prometheus' words and in the order in which it prefers them. */
export const SCRAPE_PROTOCOLS = [
  'OpenMetricsText1.0.0',
  'OpenMetricsText0.0.1',
  'PrometheusText1.0.0',
  'PrometheusText0.0.4',
] as const;

export type ScrapeProtocol = (typeof SCRAPE_PROTOCOLS)[number];

/** What a target is asked for, and what its answer is taken for. */
export interface ScrapeProtocols {
  /** The one that is preferred first; at least one. */
  readonly accepted: readonly ScrapeProtocol[];
  /** The format of an answer whose content type names none. Absent: whether it is text 0.0.4 is tried. */
  readonly fallback?: ScrapeProtocol | undefined;
}

/** Where a job sets nothing. */
export const DEFAULT_PROTOCOLS: ScrapeProtocols = { accepted: SCRAPE_PROTOCOLS };
