import type { Variable } from './dashboard.ts';

/** What is chosen of a variable; "All" is what Grafana calls a choice of everything. */
export type Choice = 'All' | readonly string[];

/** Variables that Grafana itself sets, such as `__rate_interval`. */
export type BuiltIn = Readonly<Record<string, string>>;

const VARIABLE = /\$\{(\w+)\}|\$(\w+)/g;

/**
 * A query in which variables have values, as Grafana's Prometheus data source puts them in. A name that is in neither stays.
 *
 * @param choices by the name of the variable; without one a text box has what it is set to, and others have all
 * @see https://grafana.com/docs/grafana/latest/datasources/prometheus/template-variables/
 */
export function interpolate(
  text: string,
  variables: readonly Variable[],
  choices: Readonly<Record<string, Choice>>,
  builtIn: BuiltIn,
): string {
  return text.replace(VARIABLE, (all, braced?: string, bare?: string) => {
    const name = braced ?? bare ?? '';
    const variable = variables.find((each) => each.name === name);
    if (variable === undefined) return builtIn[name] ?? all;
    return variable.type === 'query'
      ? alternatives(variable, choices[name] ?? 'All')
      : String(variable.query);
  });
}

/** One value as it is, several as `(a|b)`, where what is special in a regular expression within quotes is escaped. */
function alternatives({ name, allValue }: Variable, choice: Choice): string {
  if (choice === 'All') {
    // Without a value for all, Grafana lists everything there is.
    if (allValue === undefined) throw new Error(`expected an \`allValue\` of the variable ${name}`);
    return allValue;
  }
  const escaped = choice.map((value) =>
    value.replace(/[\\^$.*+?()[\]{}|]/g, (special) => `\\\\${special === '\\' ? '\\\\' : special}`),
  );
  return escaped.length === 1 ? (escaped[0] ?? '') : `(${escaped.join('|')})`;
}
