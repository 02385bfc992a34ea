const OPEN_METRICS = 'application/openmetrics-text';

/** Media ranges that the text format satisfies. */
const TEXT_RANGES: ReadonlySet<string> = new Set(['text/plain', 'text/*', '*/*']);

/**
 * Whether the `Accept` of a request wants OpenMetrics 1.0 at least as much as the text format. Only a client that names
 * OpenMetrics gets it: for all others the text format is safer.
 */
export function wantsOpenMetrics(accept: string | undefined): boolean {
  let openMetrics = 0;
  let text = 0;
  for (const range of (accept ?? '').toLowerCase().split(',')) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim());
    const quality = qualityOf(parameters);
    if (type === OPEN_METRICS && isVersion1(parameters))
      openMetrics = Math.max(openMetrics, quality);
    if (TEXT_RANGES.has(type)) text = Math.max(text, quality);
  }
  return openMetrics > 0 && openMetrics >= text;
}

function isVersion1(parameters: readonly string[]): boolean {
  const version = parameters.find((parameter) => parameter.startsWith('version='));
  return version === undefined || /^version="?1\.0\.0"?$/.test(version);
}

/** RFC 9110, section 12.4.2: the default is 1. */
function qualityOf(parameters: readonly string[]): number {
  const weight = parameters.find((parameter) => parameter.startsWith('q='));
  const quality = weight === undefined ? 1 : Number(weight.slice(2));
  return quality >= 0 && quality <= 1 ? quality : 0;
}
