import * as z from 'zod';

/** Schemas that many keys share. The message of each schema is the expected value. */

const TEXT = 'a string that is not empty';
const FLAG = 'true or false';
const WHOLE_NUMBER = 'a whole number of at least 0';

export const text = z.string(TEXT).min(1, TEXT);

/** A string; the empty one means none, as in Go. */
export const blankableText = z.string('a string').transform((value) => value || undefined);

/** Keys of Prometheus also take the flags of YAML 1.1 without quotes: see `byType`. */
export const flag = z.boolean(FLAG);

/** A limit; 0 means none. */
export const limit = z.int(WHOLE_NUMBER).min(0, WHOLE_NUMBER);

/** The program whose keys Fargauge reads. */
export type Owner = 'Prometheus' | 'the CloudWatch Agent';

/** Keys of `owner` that this version does not support. They are errors, because Fargauge ignores nothing silently. */
export function notYet<K extends string>(owner: Owner, keys: readonly K[]) {
  const expected = `no such key (${owner} has it, this version of Fargauge does not support it yet)`;
  const schema = z.never(expected).optional();
  return Object.fromEntries(keys.map((key) => [key, schema])) as Record<K, typeof schema>;
}

/** A key of `owner` that this version supports with one value only. */
export function only<T extends boolean | number>(owner: Owner, value: T) {
  const expected = `${value} (${owner} knows other values, this version of Fargauge supports none of them yet)`;
  return z.literal(value, expected).optional();
}
