import type { Variable } from '../../../grafana/dashboard.ts';
import type { Prometheus } from './prometheus.ts';

/** The functions of a variable's query that the dashboards have. */
const LABEL_VALUES = /^label_values\((.+), (\w+)\)$/;
const QUERY_RESULT = /^query_result\((.+)\)$/;

/**
 * What a variable of a dashboard offers to choose from, by its query as it is asked: variables are already in it.
 *
 * @param at the end of what the dashboard shows, in milliseconds since the epoch
 * @see https://grafana.com/docs/grafana/latest/datasources/prometheus/template-variables/
 */
export async function offeredValues(
  prometheus: Prometheus,
  { name, regex = '' }: Variable,
  query: string,
  at: number,
): Promise<string[]> {
  const [, selector, label] = LABEL_VALUES.exec(query) ?? [];
  if (selector !== undefined && label !== undefined) {
    return [...(await prometheus.labelValues(label, selector))];
  }
  const [, promql] = QUERY_RESULT.exec(query) ?? [];
  const [, shown] = /^\/(.+)\/$/.exec(regex) ?? [];
  if (promql === undefined || shown === undefined) {
    throw new Error(
      `expected a function and a regular expression of the variable ${name}: ${query}`,
    );
  }
  const rows = (await prometheus.query(promql, at)).map(({ labels, values }) => {
    const text = Object.entries(labels).map(([key, value]) => `${key}="${value}"`);
    return `{${text.join(',')}} ${values[0]?.[1]} ${values[0]?.[0]}`;
  });
  return rows.flatMap((row) => new RegExp(shown).exec(row)?.[1] ?? []).sort();
}
