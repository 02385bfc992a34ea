import type { ScrapeProtocol } from '../model/settings/scrape-protocol.ts';

/** A format that there is a decoder for. */
export type ExpositionFormat = 'openmetrics' | 'text';

const FORMATS: Readonly<Record<string, ExpositionFormat>> = {
  'application/openmetrics-text': 'openmetrics',
  'text/plain': 'text',
};

/** The format that a content type names, whatever its version; `undefined` where it names none. */
export function formatOf(contentType: string): ExpositionFormat | undefined {
  const [mediaType = ''] = contentType.split(';');
  const name = mediaType.trim().toLowerCase();
  return Object.hasOwn(FORMATS, name) ? FORMATS[name] : undefined;
}

export function formatOfProtocol(protocol: ScrapeProtocol): ExpositionFormat {
  return protocol.startsWith('OpenMetrics') ? 'openmetrics' : 'text';
}
