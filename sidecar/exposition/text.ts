import type { Family } from './family.ts';
import { writeNumber, writeSeries } from './series.ts';

/** Content type of the Prometheus text format. */
export const TEXT_CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/**
 * Writes the Prometheus text format 0.0.4:
 *
 * ```
 * # HELP name docstring          "\" and line feed escaped
 * # TYPE name counter|gauge
 * name{label="value",…} number
 * ```
 *
 * A family without rows is left out. Of two rows with the same labels the first stays, since a series that
 * occurs twice makes a scraper refuse the whole page.
 */
export function writeText(families: Iterable<Family>): string {
  let text = '';
  for (const family of families) {
    const lines = new Map<string, number>();
    for (const { labels, value } of family.rows) {
      const series = writeSeries(family.name, labels);
      if (!lines.has(series)) lines.set(series, value);
    }
    if (lines.size === 0) continue;
    text += `# HELP ${family.name} ${escapeHelp(family.help)}\n# TYPE ${family.name} ${family.type}\n`;
    for (const [series, value] of lines) text += `${series} ${writeNumber(value)}\n`;
  }
  return text;
}

function escapeHelp(help: string): string {
  return help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}
