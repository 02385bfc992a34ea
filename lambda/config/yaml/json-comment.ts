/** A text between quotes, or a comment, which JSON does not have. */
const STRING_OR_COMMENT = /"(?:[^"\\\n]|\\.)*"|\/\/[^\n]*|\/\*[\s\S]*?\*\//g;

const COMMA_AT_THE_END = /,(?=\s*[}\]])/g;

/** Offset of the first comment in a text that would be JSON without comments; undefined for other texts, including YAML. */
export function jsonCommentAt(text: string): number | undefined {
  if (!/^\s*(?:[{[]|\/[/*])/.test(text)) return undefined;
  let first: number | undefined;
  const rest = text.replace(STRING_OR_COMMENT, (found: string, offset: number) => {
    if (found.startsWith('"')) return found;
    first ??= offset;
    return '';
  });
  return first !== undefined && isJson(rest.replace(COMMA_AT_THE_END, '')) ? first : undefined;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
