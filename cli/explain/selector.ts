import { compilePattern } from '../../lambda/config/values/pattern.ts';
import type { Pattern } from '../../lambda/model/settings/config.ts';
import { escaped } from '../../lambda/rules/trace.ts';
import type { SeriesExplanation } from './explain.ts';

/** A name or an expression, and label matchers as PromQL writes them. */
const SELECTOR = /^([^{]*)(?:\{(.*)\})?$/s;
const MATCHER = /\s*([A-Za-z_][\w]*)\s*(=~|!~|!=|=)\s*("(?:[^"\\]|\\.)*")\s*(?:,|$)/gy;

/** Chooses series. */
export type Selects = (series: Pick<SeriesExplanation, 'name' | 'labels'>) => boolean;

/**
 * Reads a metric name, an RE2 expression for all of it, or either with label matchers: `rpc_seconds_sum{method="GET"}`.
 *
 * @throws Error if the text is none of these
 */
export function selectorOf(text: string): Selects {
  const parts = SELECTOR.exec(text.trim());
  if (parts === null) {
    throw new Error(`expected label matchers between { and }, given ${text}`);
  }
  const [, name = '', matchers] = parts;
  const named = name === '' ? undefined : whole(name.trim(), text);
  const checks = matchers === undefined ? [] : matchersOf(matchers, text);
  return (series) =>
    (named?.test(series.name) ?? true) &&
    checks.every(
      ({ label, pattern, wanted }) => pattern.test(series.labels[label] ?? '') === wanted,
    );
}

function matchersOf(matchers: string, text: string) {
  const checks: { label: string; pattern: Pattern; wanted: boolean }[] = [];
  MATCHER.lastIndex = 0;
  let end = 0;
  for (const [matched, label = '', operator = '', quoted = ''] of matchers.matchAll(MATCHER)) {
    end += matched.length;
    const value = unquoted(quoted, text);
    const expression = operator.includes('~') ? value : escaped(value);
    checks.push({ label, pattern: whole(expression, text), wanted: !operator.startsWith('!') });
  }
  if (end === matchers.length) return checks;
  throw new Error(`expected label matchers such as {job="web"}, given {${matchers}} in ${text}`);
}

function unquoted(quoted: string, text: string): string {
  try {
    return JSON.parse(quoted);
  } catch {
    throw new Error(`expected a value with the escapes of JSON, given ${quoted} in ${text}`);
  }
}

/** As in PromQL, an expression must match all of the text. */
function whole(expression: string, text: string): Pattern {
  try {
    return compilePattern(`^(?:${expression})$`);
  } catch (error) {
    throw new Error(
      `expected a metric name or an RE2 expression, given ${text}: ${(error as Error).message}`,
    );
  }
}
