import { quote } from '../model/samples/quote.ts';
import type { Labels } from '../model/samples/sample.ts';
import { ScrapeError } from '../model/targets/scrape-error.ts';
import type { ScrapeLimits } from '../model/targets/target.ts';

/**
 * Checks one series against the limits of its labels, as verifyLabelLimits of Prometheus does: the name of the metric
 * is one of the labels, and lengths are in UTF-8 bytes.
 *
 * @param metric its name, for the message
 * @param labels all of them, including the target's and the name
 */
export function checkLabels(
  metric: string,
  labels: Labels,
  { labels: count, labelNameBytes, labelValueBytes }: ScrapeLimits,
): ScrapeError | undefined {
  const entries = Object.entries(labels);
  if (count > 0 && entries.length > count) {
    const message = `expected at most ${count} labels (label_limit), got ${entries.length} at ${quote(metric)}`;
    return new ScrapeError('label_limit', message);
  }
  for (const [name, value] of entries) {
    if (exceeds(name, labelNameBytes)) {
      const message = `expected label names of at most ${labelNameBytes} bytes (label_name_length_limit), got ${quote(name)} at ${quote(metric)}`;
      return new ScrapeError('label_name_length_limit', message);
    }
    if (exceeds(value, labelValueBytes)) {
      const message = `expected label values of at most ${labelValueBytes} bytes (label_value_length_limit), got ${Buffer.byteLength(value)} for ${quote(name)} at ${quote(metric)}`;
      return new ScrapeError('label_value_length_limit', message);
    }
  }
  return undefined;
}

function exceeds(text: string, limit: number): boolean {
  return limit > 0 && Buffer.byteLength(text) > limit;
}
