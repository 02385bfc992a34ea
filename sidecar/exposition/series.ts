import type { Identity, Labels } from './family.ts';

/** Characters from which on a piece of a page is handed out: larger ones would be large objects, which V8 keeps for long. */
export const PIECE_LENGTH = 8_192;

/** Writes the labels once that many series share. */
export function identityOf(labels: Labels): Identity {
  return { labels, text: writePairs(labels) };
}

/** `name{label="value",…}`: in a value "\", line feed and quotation mark are escaped, in both formats alike. */
export function writeSeries(name: string, labels: Labels, identity?: Identity): string {
  const pairs = writePairs(labels, identity);
  return pairs === '' ? name : `${name}{${pairs}}`;
}

export function writeNumber(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (value === Number.NEGATIVE_INFINITY) return '-Inf';
  return String(value);
}

function writePairs(labels: Labels, identity?: Identity): string {
  let pairs = identity?.text ?? '';
  for (const label in labels) {
    const value = labels[label];
    if (!value || identity?.labels[label]) continue;
    pairs += `${pairs === '' ? '' : ','}${label}="${escapeValue(value)}"`;
  }
  return pairs;
}

/** Half a surrogate pair has no UTF-8 form, and two such values would be equal on the wire. */
function escapeValue(value: string): string {
  return value
    .toWellFormed()
    .replaceAll('\\', '\\\\')
    .replaceAll('\n', '\\n')
    .replaceAll('"', '\\"');
}
