import * as fc from 'fast-check';

/** A document as JSON has it, in which something is replaced by what nobody expects there. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export type Path = readonly (string | number)[];

/** What may stand in the place of anything; undefined: nothing. */
const ODD: readonly (Json | undefined)[] = [
  ...[undefined, null, 0, -1.5, 1e300, '', 'x', true, [], {}, [null], ['x'], [{}], { x: null }],
];

/** The paths of all that a document has, its own among them. */
function pathsOf(value: Json, path: Path = []): Path[] {
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

function hasPath(value: Json, [key, ...rest]: Path): boolean {
  if (key === undefined) return true;
  if (typeof value !== 'object' || value === null || !(key in value)) return false;
  return hasPath((value as Record<string | number, Json>)[key]!, rest);
}

/** Answers of an API by operation. Absent: it answers with nothing. */
export type Answers = Readonly<Record<string, Json | undefined>>;

/** Something that nobody expects at a path of the answer of an operation. */
export interface Change {
  readonly at: readonly [operation: string, path: Path];
  readonly by: Json | undefined;
}

/** One to three changes of answers that are as documented. */
export function changesOf(answers: Readonly<Record<string, Json>>): fc.Arbitrary<Change[]> {
  const places = Object.entries(answers).flatMap(([operation, answer]) =>
    pathsOf(answer).map((path) => [operation, path] as const),
  );
  const change = fc.record({ at: fc.constantFrom(...places), by: fc.constantFrom(...ODD) });
  return fc.array(change, { minLength: 1, maxLength: 3 });
}

/** The answers with the changes, each where the ones before have left its place. */
export function withChanges(answers: Answers, changes: readonly Change[]): Answers {
  const odd: Record<string, Json | undefined> = { ...answers };
  for (const {
    at: [operation, path],
    by,
  } of changes) {
    const before = odd[operation];
    if (before !== undefined && hasPath(before, path)) odd[operation] = replaced(before, path, by);
  }
  return odd;
}
