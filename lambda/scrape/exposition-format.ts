import type { ScrapeProtocol } from '../model/scrape-protocol.ts';

/** A format that there is a decoder for. */
export type ExpositionFormat = 'openmetrics' | 'text';

const MEDIA_TYPES: Readonly<Record<ScrapeProtocol, string>> = {
  'OpenMetricsText1.0.0': 'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8',
  'OpenMetricsText0.0.1': 'application/openmetrics-text;version=0.0.1',
  'PrometheusText1.0.0': 'text/plain;version=1.0.0;escaping=allow-utf-8',
  'PrometheusText0.0.4': 'text/plain;version=0.0.4',
};

const FORMATS: Readonly<Record<string, ExpositionFormat>> = {
  'application/openmetrics-text': 'openmetrics',
  'text/plain': 'text',
};

/** Tenths of the weight of the protocol that is preferred; acceptHeader of Prometheus, scrape/scrape.go. */
const FIRST_WEIGHT = 6;

/** The header Accept that asks for these protocols before anything else. */
export function acceptOf(protocols: readonly ScrapeProtocol[]): string {
  return [...protocols.map((protocol) => MEDIA_TYPES[protocol]), '*/*']
    .map((type, index) => `${type};q=0.${FIRST_WEIGHT - index}`)
    .join(',');
}

/** The format that a content type names, whatever its version; `undefined` where it names none. */
export function formatOf(contentType: string): ExpositionFormat | undefined {
  const [mediaType = ''] = contentType.split(';');
  const name = mediaType.trim().toLowerCase();
  return Object.hasOwn(FORMATS, name) ? FORMATS[name] : undefined;
}

export function formatOfProtocol(protocol: ScrapeProtocol): ExpositionFormat {
  return protocol.startsWith('OpenMetrics') ? 'openmetrics' : 'text';
}
