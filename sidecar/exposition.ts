/** Content type of the Prometheus text format. */
export const TEXT_CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

export interface Family {
  readonly name: string;
  readonly type: 'counter' | 'gauge';
  readonly help: string;
  readonly rows: readonly Row[];
}

export interface Row {
  /** A label that is `undefined` or empty is left out. */
  readonly labels: Labels;
  readonly value: number;
}

export type Labels = Readonly<Record<string, string | undefined>>;

/**
 * Writes the Prometheus text format 0.0.4:
 *
 * ```
 * # HELP name docstring          "\" and line feed escaped
 * # TYPE name counter|gauge
 * name{label="value",…} number   "\", line feed and quotation mark escaped
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
      const series = family.name + writeLabels(labels);
      if (!lines.has(series)) lines.set(series, value);
    }
    if (lines.size === 0) continue;
    text += `# HELP ${family.name} ${escapeHelp(family.help)}\n# TYPE ${family.name} ${family.type}\n`;
    for (const [series, value] of lines) text += `${series} ${writeNumber(value)}\n`;
  }
  return text;
}

function writeLabels(labels: Labels): string {
  const pairs: string[] = [];
  for (const [name, value] of Object.entries(labels)) {
    if (value) pairs.push(`${name}="${escapeValue(value)}"`);
  }
  return pairs.length > 0 ? `{${pairs.join(',')}}` : '';
}

/** Half a surrogate pair has no UTF-8 form: two such values would only turn equal on the wire. */
function escapeValue(value: string): string {
  return value
    .toWellFormed()
    .replaceAll('\\', '\\\\')
    .replaceAll('\n', '\\n')
    .replaceAll('"', '\\"');
}

function escapeHelp(help: string): string {
  return help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function writeNumber(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (value === Number.NEGATIVE_INFINITY) return '-Inf';
  return String(value);
}
