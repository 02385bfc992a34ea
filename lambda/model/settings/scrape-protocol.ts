/** The formats that a target may be asked for, by their names in Prometheus and in its order of preference. */
export const SCRAPE_PROTOCOLS = [
  'OpenMetricsText1.0.0',
  'OpenMetricsText0.0.1',
  'PrometheusText1.0.0',
  'PrometheusText0.0.4',
] as const;

export type ScrapeProtocol = (typeof SCRAPE_PROTOCOLS)[number];

/** The formats to request from a target, and to assume for its answer. */
export interface ScrapeProtocols {
  /** In the order of preference; at least one. */
  readonly accepted: readonly ScrapeProtocol[];
  /** The format of an answer whose content type names none. Absent: text 0.0.4 is tried. */
  readonly fallback?: ScrapeProtocol | undefined;
}

/** Protocols of a job that sets none. */
export const DEFAULT_PROTOCOLS: ScrapeProtocols = { accepted: SCRAPE_PROTOCOLS };
