import type { ScrapeProtocol } from '../../model/settings/scrape-protocol.ts';

const MEDIA_TYPES: Readonly<Record<ScrapeProtocol, string>> = {
  'OpenMetricsText1.0.0': 'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8',
  'OpenMetricsText0.0.1': 'application/openmetrics-text;version=0.0.1',
  'PrometheusText1.0.0': 'text/plain;version=1.0.0;escaping=allow-utf-8',
  'PrometheusText0.0.4': 'text/plain;version=0.0.4',
};

/** Tenths of the weight of the preferred protocol; acceptHeader of Prometheus, scrape/scrape.go. */
const FIRST_WEIGHT = 6;

/** The header Accept that prefers these protocols in their order. */
export function acceptOf(protocols: readonly ScrapeProtocol[]): string {
  return [...protocols.map((protocol) => MEDIA_TYPES[protocol]), '*/*']
    .map((type, index) => `${type};q=0.${FIRST_WEIGHT - index}`)
    .join(',');
}
