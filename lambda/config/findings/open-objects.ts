import type * as z from 'zod';
import type { Findings } from './findings.ts';
import { below, type Place } from './place.ts';
import { meantKey } from './spelling.ts';

/** An object that may have keys outside of its schema. `*` in its path is each entry of a list. */
export type OpenObject = readonly [path: readonly string[], schema: z.ZodObject];

/** A copy of a document without the unknown keys of its open objects. Warns of each such key. */
export function withoutUnknownKeys(
  document: unknown,
  objects: readonly OpenObject[],
  place: Place,
  findings: Findings,
): unknown {
  return objects.reduce(
    (value, [path, { shape }]) => stripped(value, path, shape, place, findings),
    document,
  );
}

function stripped(
  value: unknown,
  [key, ...rest]: readonly string[],
  shape: z.core.$ZodShape,
  place: Place,
  findings: Findings,
): unknown {
  if (key === '*') {
    if (!Array.isArray(value)) return value;
    return value.map((item, index) => stripped(item, rest, shape, below(place, index), findings));
  }
  if (!isObject(value)) return value;
  if (key !== undefined) {
    if (!Object.hasOwn(value, key)) return value;
    return { ...value, [key]: stripped(value[key], rest, shape, below(place, key), findings) };
  }
  const known = Object.entries(value).filter(([name]) => Object.hasOwn(shape, name));
  for (const name of Object.keys(value)) {
    if (Object.hasOwn(shape, name)) continue;
    const meant = meantKey(name, shape, value);
    const hint = meant === undefined ? '' : `; is ${JSON.stringify(meant)} meant?`;
    findings.warn(below(place, name), `has no effect: Fargauge knows no such key${hint}`);
  }
  return Object.fromEntries(known);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
