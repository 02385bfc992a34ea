import type { Family } from './family.ts';
import { PIECE_LENGTH, writeNumber, writeSeries } from './series.ts';

/** Content type of the Prometheus text format. */
export const TEXT_CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/**
 * Writes the Prometheus text format 0.0.4, in pieces of some lines each so that a long page need not be in memory:
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
export function* writeText(families: Iterable<Family>): Generator<string> {
  let text = '';
  for (const { name, type, help, rows } of families) {
    let head = `# HELP ${name} ${escapeHelp(help)}\n# TYPE ${name} ${type}\n`;
    const written = new Set<string>();
    for (const { identity, labels, value } of rows) {
      const series = writeSeries(name, labels, identity);
      if (written.has(series)) continue;
      written.add(series);
      text += `${head}${series} ${writeNumber(value)}\n`;
      head = '';
      if (text.length < PIECE_LENGTH) continue;
      yield text;
      text = '';
    }
  }
  if (text !== '') yield text;
}

function escapeHelp(help: string): string {
  return help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}
