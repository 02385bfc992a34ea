import type { ScrapeProtocol } from '../model/settings/scrape-protocol.ts';

/** A format with a decoder. */
export type ExpositionFormat = 'openmetrics' | 'text';

const FORMATS: Readonly<Record<string, ExpositionFormat>> = {
  'application/openmetrics-text': 'openmetrics',
  'text/plain': 'text',
};

/** The format of a content type, of any version; `undefined` for any other content type. */
export function formatOf(contentType: string): ExpositionFormat | undefined {
  const [mediaType = ''] = contentType.split(';');
  const name = mediaType.trim().toLowerCase();
  return Object.hasOwn(FORMATS, name) ? FORMATS[name] : undefined;
}

export function formatOfProtocol(protocol: ScrapeProtocol): ExpositionFormat {
  return protocol.startsWith('OpenMetrics') ? 'openmetrics' : 'text';
}
