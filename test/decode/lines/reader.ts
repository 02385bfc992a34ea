/** A sample line, read in the simplest way that there is, to compare the decoders with. */
export interface ReadLine {
  readonly name: string;
  readonly labels: readonly [string, string][];
  readonly value: number;
  /** What follows the value, up to an exemplar. */
  readonly timestamp: string | undefined;
}

const TOKEN = /[ \t]*(?:([A-Za-z_:][\w:]*)|"((?:[^"\\]|\\.)*)"|([{},=]))/y;

/** A comment or an empty line; else a sample's line, in whose quotes line feeds may stand. */
const LINE = /[ \t]*(?:#[^\n]*)?(?:\n|$)|(?<sample>(?:"(?:[^"\\]|\\.)*"|[^"\n])*)(?:\n|$)/y;

/** The sample lines of an exposition that is valid. */
export function readLines(text: string): ReadLine[] {
  return sampleLines(text).map(readLine);
}

export function sampleLines(text: string): string[] {
  const lines: string[] = [];
  for (let at = 0; at < text.length; at = LINE.lastIndex) {
    LINE.lastIndex = at;
    const match = LINE.exec(text);
    if (match === null) throw new Error(`Not a line: ${JSON.stringify(text.slice(at, at + 80))}`);
    if (match.groups?.sample) lines.push(match.groups.sample);
  }
  return lines;
}

function readLine(line: string): ReadLine {
  const names: string[] = [];
  const labels: [string, string][] = [];
  let key: string | undefined;
  let inBraces = false;
  let at = 0;
  for (;;) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(line);
    const [token, bare, quoted, mark] = match ?? [];
    // After a name comes the value, which may look like one: NaN.
    if (token === undefined || (!inBraces && names.length > 0 && mark !== '{')) break;
    at += token.length;
    const text = bare ?? (quoted === undefined ? undefined : unescaped(quoted));
    if (mark === '{') inBraces = true;
    else if (mark === '=') key = names.pop();
    else if (text !== undefined && key !== undefined) {
      labels.push([key, text]);
      key = undefined;
    } else if (text !== undefined) names.push(text);
    if (mark === '}') break;
  }
  const [rest = ''] = line.slice(at).split('#');
  const [value = '', timestamp] = rest.trim().split(/[ \t]+/);
  const [name = ''] = names;
  return { name, labels, value: numberOf(value), timestamp };
}

function unescaped(text: string): string {
  return text.replace(/\\([\\"n])/g, (_, character) => (character === 'n' ? '\n' : character));
}

function numberOf(text: string): number {
  if (/^[+-]?inf(?:inity)?$/i.test(text)) {
    return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }
  return Number(text);
}
