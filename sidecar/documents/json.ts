/**
 * Readers for JSON with any content. AWS promises only to add fields, but in practice they disappear or turn null. A
 * field that is absent, null or of another type is `undefined`, never an error.
 */
export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `undefined` for invalid JSON, because the messages of engines differ. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The object, or an empty one. */
export function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

export function listOf(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? value : undefined;
}

/** A text that is not empty. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** A count, a size or a time: a non-negative number. */
export function quantityOf(value: unknown): number | undefined {
  const number = numberOf(value);
  return number !== undefined && number >= 0 ? number : undefined;
}

/** A limit in effect: a number above `unset`. */
export function limitOf(value: unknown, unset = 0): number | undefined {
  const number = numberOf(value);
  return number !== undefined && number > unset ? number : undefined;
}
