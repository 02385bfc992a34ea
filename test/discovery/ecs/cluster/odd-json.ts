/** A document as JSON has it, in which something is replaced by what nobody expects there. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export type Path = readonly (string | number)[];

/** What may stand in the place of anything; undefined: nothing. */
export const ODD: readonly (Json | undefined)[] = [
  ...[undefined, null, 0, -1.5, 1e300, '', 'x', true, [], {}, [null], ['x'], [{}], { x: null }],
];

/** The paths of all that a document has, its own among them. */
export function pathsOf(value: Json, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  const inside: [string | number, Json][] = Array.isArray(value)
    ? [...value.entries()]
    : Object.entries(value);
  return [path, ...inside.flatMap(([key, each]) => pathsOf(each, [...path, key]))];
}

/** A copy with something else at a path. */
export function replaced(
  value: Json,
  [key, ...rest]: Path,
  by: Json | undefined,
): Json | undefined {
  if (key === undefined) return by;
  const copy = structuredClone(value) as Record<string | number, Json | undefined>;
  copy[key] = replaced(copy[key]!, rest, by);
  return copy as Json;
}

export function hasPath(value: Json, [key, ...rest]: Path): boolean {
  if (key === undefined) return true;
  if (typeof value !== 'object' || value === null || !(key in value)) return false;
  return hasPath((value as Record<string | number, Json>)[key]!, rest);
}
