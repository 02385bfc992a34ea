import type { Labels } from './family.ts';

/** `name{label="value",…}`: in a value "\", line feed and quotation mark are escaped, in both formats alike. */
export function writeSeries(name: string, labels: Labels): string {
  const pairs: string[] = [];
  for (const [label, value] of Object.entries(labels)) {
    if (value) pairs.push(`${label}="${escapeValue(value)}"`);
  }
  return pairs.length > 0 ? `${name}{${pairs.join(',')}}` : name;
}

export function writeNumber(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (value === Number.NEGATIVE_INFINITY) return '-Inf';
  return String(value);
}

/** Half a surrogate pair has no UTF-8 form, and two such values would be equal on the wire. */
function escapeValue(value: string): string {
  return value
    .toWellFormed()
    .replaceAll('\\', '\\\\')
    .replaceAll('\n', '\\n')
    .replaceAll('"', '\\"');
}
