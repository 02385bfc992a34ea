import * as z from 'zod';
import type { Findings } from './findings.ts';
import { below, type Place } from './place.ts';

/** Keys that Fargauge accepts but that have no effect, each with the reason for a warning, or null if nobody would miss it. */
export type WithoutEffect<K extends string> = Readonly<Record<K, string | null>>;

/** Schemas of such keys, which accept any value. */
export function withoutEffect<K extends string>(
  table: WithoutEffect<K>,
): Record<K, z.ZodOptional<z.ZodUnknown>> {
  const keys = Object.keys(table).map((key) => [key, z.unknown().optional()]);
  return Object.fromEntries(keys) as Record<K, z.ZodOptional<z.ZodUnknown>>;
}

/** Warns of the keys without effect that `value` at `place` has. */
export function warnOfKeys<K extends string>(
  value: Readonly<Partial<Record<NoInfer<K>, unknown>>>,
  table: WithoutEffect<K>,
  place: Place,
  findings: Findings,
): void {
  for (const key of Object.keys(table) as K[]) {
    const reason = table[key];
    if (reason !== null && value[key] !== undefined)
      findings.warn(below(place, key), `has no effect: ${reason}`);
  }
}
