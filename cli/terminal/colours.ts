import type { Environment } from '../../lambda/config/sources/request.ts';

/** SGR codes of ECMA-48: the colour and the end of it. */
const RED = 31;
const GREEN = 32;
const YELLOW = 33;
const DEFAULT = 39;

/** The lines that have a colour, by their beginnings. */
const LINES: readonly (readonly [beginning: RegExp, colour: number])[] = [
  [/^ *(?:error|failed|down|discovery): /, RED],
  [/^ *(?:not published|not this sample): /, RED],
  [/^ *(?:warning|left out|changed|finds nothing|not in the file): /, YELLOW],
  [/^ *to publish it, /, YELLOW],
  [/^ *(?:published as|taken:|written:) /, GREEN],
];

/** A stream that may be a terminal. */
export interface MaybeTerminal {
  readonly isTTY?: boolean | undefined;
}

/**
 * Whether a stream gets colours: a terminal does, unless `NO_COLOR` is set. `FORCE_COLOR` decides for any stream.
 * https://no-color.org, https://force-color.org
 */
export function hasColours({ isTTY = false }: MaybeTerminal, env: Environment): boolean {
  const { FORCE_COLOR: force, NO_COLOR: no, TERM: terminal } = env;
  if (force !== undefined && force !== '') return force !== '0' && force !== 'false';
  return isTTY && !no && terminal !== 'dumb';
}

/** A text for a stream, with the beginnings of some lines in colour. */
export function coloured(text: string, stream: MaybeTerminal, env: Environment): string {
  return hasColours(stream, env) ? text.split('\n').map(line).join('\n') : text;
}

function line(text: string): string {
  for (const [beginning, colour] of LINES) {
    const [found] = beginning.exec(text) ?? [];
    if (found === undefined) continue;
    return `\u001b[${colour}m${found}\u001b[${DEFAULT}m${text.slice(found.length)}`;
  }
  return text;
}
