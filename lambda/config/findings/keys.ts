import * as z from 'zod';

/** Schemas that many keys share. The message of each is what it expects, as findings word it. */

const TEXT = 'a string that is not empty';
const FLAG = 'true or false';
const WHOLE_NUMBER = 'a whole number of at least 0';

export const text = z.string(TEXT).min(1, TEXT);

/** A string where the empty one means the same as none, as in Go. */
export const blankableText = z.string('a string').transform((value) => value || undefined);

/** In keys of Prometheus, the words of YAML 1.1 are flags where they have no quotes: see `byType`. */
export const flag = z.boolean(FLAG);

/** A limit, where 0 means none. */
export const limit = z.int(WHOLE_NUMBER).min(0, WHOLE_NUMBER);

/** Whose keys Fargauge reads. */
export type Owner = 'Prometheus' | 'the CloudWatch Agent';

/** Keys that mean something to `owner` and nothing to this version yet. An error, for nothing may be ignored in silence. */
export function notYet<K extends string>(owner: Owner, keys: readonly K[]) {
  const schema = z.never(`no such key (${notSupported(owner)})`).optional();
  return Object.fromEntries(keys.map((key) => [key, schema])) as Record<K, typeof schema>;
}

/** A key of `owner` that this version supports with one value only. */
export function only<T extends boolean | number>(owner: Owner, value: T) {
  return z.literal(value, `${value} (anything else is ${notSupported(owner)})`).optional();
}

function notSupported(owner: Owner): string {
  return `known to ${owner}, not supported by this version yet`;
}
