/** A text is one of few: a name, an image, a status. */
const MAX_TEXTS = 1_000;

const known = new Map<string, string>();

/** The equal text that is known: an instance has the same ones in many tasks. */
export function sharedText(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const same = known.get(text);
  if (same !== undefined) return same;
  if (known.size === MAX_TEXTS) known.clear();
  known.set(text, text);
  return text;
}
