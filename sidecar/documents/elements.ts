import { parseJson } from './json.ts';

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPENING: ReadonlySet<number> = new Set([0x5b, 0x7b]);
const CLOSING: ReadonlySet<number> = new Set([0x5d, 0x7d]);

/** An element that is no JSON: `undefined`, which JSON has no word for. */
export type Element = unknown;

/**
 * Reads a JSON array that comes in pieces, and gives each element as soon as it is there: an array of all tasks of an instance is much
 * larger than the sidecar's copy of it. An element whose brackets match but that is no JSON costs only itself.
 *
 * ```
 * array = "[" [ element *( "," element ) ] "]"      in whitespace
 * ```
 */
export class ElementReader {
  readonly #give: (element: Element) => void;
  #place: 'before' | 'within' | 'after' | 'invalid' = 'before';
  /** Brackets that are open. */
  #depth = 0;
  #inString = false;
  /** Whether the text before ended in a string, in an odd number of backslashes. */
  #escaping = false;
  /** The beginning of the element, from earlier pieces. */
  #begun = '';
  #count = 0;

  constructor(give: (element: Element) => void) {
    this.#give = give;
  }

  /** Whether it was an array, to its end and nothing else. */
  get isComplete(): boolean {
    return this.#place === 'after';
  }

  add(text: string): void {
    let start = 0;
    let at = 0;
    while (at < text.length) {
      if (this.#inString) {
        const quote = text.indexOf('"', at);
        const end = quote < 0 ? text.length : quote;
        const escaped = this.#isEscaped(text, at, end);
        this.#escaping = quote < 0 && escaped;
        if (quote >= 0 && !escaped) this.#inString = false;
        at = end + 1;
        continue;
      }
      const code = text.charCodeAt(at);
      if (this.#place !== 'within') {
        if (this.#place === 'before' && code === 0x5b) {
          this.#place = 'within';
          this.#depth = 1;
          start = at + 1;
        } else if (!isBlank(code)) this.#place = 'invalid';
      } else if (code === QUOTE) this.#inString = true;
      else if (OPENING.has(code)) this.#depth += 1;
      else if (CLOSING.has(code)) {
        this.#depth -= 1;
        if (this.#depth === 0) {
          this.#end(text.slice(start, at), true);
          this.#place = code === 0x5d ? 'after' : 'invalid';
        }
      } else if (code === COMMA && this.#depth === 1) {
        this.#end(text.slice(start, at), false);
        start = at + 1;
      }
      at += 1;
    }
    if (this.#place === 'within') this.#begun += text.slice(start);
  }

  /** Whether an odd number of backslashes ends at `end`. They begin at `from`, or in the text before. */
  #isEscaped(text: string, from: number, end: number): boolean {
    let at = end;
    while (at > from && text.charCodeAt(at - 1) === BACKSLASH) at -= 1;
    const odd = (end - at) % 2 === 1;
    return at === 0 && this.#escaping ? !odd : odd;
  }

  #end(rest: string, isLast: boolean): void {
    const text = this.#begun + rest;
    this.#begun = '';
    // An empty array has no element.
    if (isLast && this.#count === 0 && text.trim() === '') return;
    this.#count += 1;
    this.#give(parseJson(text));
  }
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}
