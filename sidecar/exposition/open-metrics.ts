import type { Family, TimedFamily } from './family.ts';
import { PIECE_LENGTH, writeNumber, writeSeries } from './series.ts';

/** Content type of OpenMetrics. */
export const OPEN_METRICS_CONTENT_TYPE =
  'application/openmetrics-text; version=1.0.0; charset=utf-8';

const COUNTER_SUFFIX = '_total';

/** Characters of a value and a time, mostly. */
const NUMBERS_LENGTH = 32;

/** Units that a name of the catalogue can end in. */
const UNITS = ['seconds', 'bytes', 'percent', 'vcpus'] as const;

/**
 * Writes OpenMetrics 1.0, in pieces of some lines each so that a long page need not be in memory:
 *
 * ```
 * # TYPE name counter|gauge
 * # UNIT name unit                      where the name ends in it
 * # HELP name docstring                 "\", line feed and quotation mark escaped
 * name{label="value",…} number [time]   of a counter: name_total, and then name_created where its start is known
 * # EOF
 * ```
 *
 * The name of a counter's family is that of the text format without `_total`. As there, a family without rows is left
 * out, and a series stays once.
 * https://github.com/prometheus/OpenMetrics/blob/v1.0.0/specification/OpenMetrics.md
 */
export function* writeOpenMetrics(families: Iterable<Family | TimedFamily>): Generator<string> {
  for (const family of families) {
    if ('traces' in family) yield* writeTraces(family);
    else yield* writeRows(family);
  }
  yield '# EOF\n';
}

function* writeRows({ name, type, help, rows }: Family): Generator<string> {
  const base = type === 'counter' ? name.slice(0, -COUNTER_SUFFIX.length) : name;
  const written = new Set<string>();
  let text = writeHead(base, type, help);
  for (const { identity, labels, value, start } of rows) {
    const series = writeSeries(name, labels, identity);
    if (written.has(series)) continue;
    written.add(series);
    text += `${series} ${writeNumber(value)}\n`;
    if (type === 'counter' && start !== undefined) {
      text += `${writeSeries(`${base}_created`, labels, identity)} ${writeNumber(start)}\n`;
    }
    if (text.length < PIECE_LENGTH) continue;
    yield text;
    text = '';
  }
  if (written.size > 0 && text !== '') yield text;
}

function* writeTraces({ name, type, help, traces }: TimedFamily): Generator<string> {
  let head = writeHead(name, type, help);
  for (const { series, points } of traces) {
    const { values, times } = points();
    const lines = Math.ceil(PIECE_LENGTH / (series.length + NUMBERS_LENGTH));
    for (let from = 0; from < values.length; from += lines) {
      const text = linesOf(`${series} `, values, times, from, from + lines);
      if (text === '') continue;
      yield head + text;
      head = '';
    }
  }
}

/** Joined at once: on the sidecar's engine a text that grows by each part takes three times as long. */
function linesOf(
  start: string,
  values: Float64Array,
  times: Float64Array,
  from: number,
  to: number,
): string {
  const parts: (string | number)[] = [];
  for (let row = from; row < to && row < values.length; row += 1) {
    const value = values[row] ?? Number.NaN;
    if (!Number.isNaN(value)) parts.push(start, value, ' ', times[row] ?? 0, '\n');
  }
  return parts.join('');
}

function writeHead(name: string, type: string, help: string): string {
  const unit = UNITS.find((suffix) => name.endsWith(`_${suffix}`));
  const unitLine = unit === undefined ? '' : `# UNIT ${name} ${unit}\n`;
  return `# TYPE ${name} ${type}\n${unitLine}# HELP ${name} ${escapeHelp(help)}\n`;
}

function escapeHelp(help: string): string {
  return help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
}
