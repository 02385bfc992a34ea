import fc from 'fast-check';
import { isObject } from '../../../sidecar/documents/json.ts';

/** What may stand in the place of any field. */
const JUNK = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom<unknown>(null, {}, [], '', 0, -1, 2, 1e308, 2 ** 64) },
  {
    weight: 2,
    arbitrary: fc.constantFrom('CNI_PAUSE', '0001-01-01T00:00:00Z', 'toString', 'a"\\\n'),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
  { weight: 1, arbitrary: fc.double() },
  { weight: 1, arbitrary: fc.jsonValue() },
);

/** Changes to a document: which of its values, counted from its root, and what to put there. */
export const CHANGES = fc.array(fc.tuple(fc.nat(), JUNK), { maxLength: 6 });

/** The document with the changes, one after the other. */
export function tamper(
  document: unknown,
  changes: readonly (readonly [number, unknown])[],
): unknown {
  let tampered = structuredClone(document);
  for (const [position, value] of changes) {
    const places = placesIn(tampered);
    const place = places[position % (places.length + 1)];
    if (place === undefined) tampered = value;
    else place.holder[place.key] = value;
  }
  return tampered;
}

interface Place {
  readonly holder: Record<string, unknown>;
  readonly key: string;
}

function placesIn(value: unknown): Place[] {
  if (!isObject(value) && !Array.isArray(value)) return [];
  const holder = value as Record<string, unknown>;
  return Object.keys(holder).flatMap((key) => [{ holder, key }, ...placesIn(holder[key])]);
}
