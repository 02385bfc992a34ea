/** Messages describe the value that the user gave; they cut longer texts, because a message is one line of a log. */
const SHOWN_CHARACTERS = 80;

/**
 * `user:password@` of an address, anywhere in a text. The look-behind limits the search to possible beginnings, for a
 * text can be long.
 */
const USER_INFO = /(?<![^\s/@])[^\s/@:]*:[^\s/@]*@/g;

/** The query of a URL, anywhere in a text. */
const QUERY = /(:\/\/[^\s?]*\?)[^\s#]+/g;

/**
 * A value as messages show it: `"5m" (string)`. Messages end up in logs, so lists and objects appear by their type, and
 * addresses without user names, passwords and queries.
 */
export function describeGiven(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  switch (typeof value) {
    case 'string':
      return `${JSON.stringify(shorten(value.replace(USER_INFO, '***@').replace(QUERY, '$1***')))} (string)`;
    case 'number':
    case 'boolean':
      return `${value} (${typeof value})`;
    default:
      return 'an object';
  }
}

function shorten(text: string): string {
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}
