import { isNode, LineCounter, parseDocument } from 'yaml';

/** A key or an index of a path such as `labels["a b"][0].name`. */
const STEP = /\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]|\.?([^.[]+)/g;

/** A place in a text, both from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/**
 * The position of the value at a path in a YAML or JSON text. If the text lacks it, the position is that of the nearest
 * value around it.
 *
 * @param path as messages show it. An empty one is the whole text
 * @returns undefined if the text is invalid or empty
 */
export function positionOf(text: string, path: string): Position | undefined {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, logLevel: 'silent', merge: true });
  if (document.errors.length > 0) return undefined;
  const steps = [...path.matchAll(STEP)].map(([, index, quoted, key]) =>
    index !== undefined ? Number(index) : quoted !== undefined ? JSON.parse(quoted) : key,
  );
  for (let length = steps.length; length >= 0; length -= 1) {
    const node = length === 0 ? document.contents : document.getIn(steps.slice(0, length), true);
    if (!isNode(node) || !node.range) continue;
    const { line, col } = lineCounter.linePos(node.range[0]);
    return { line, column: col };
  }
  return undefined;
}
