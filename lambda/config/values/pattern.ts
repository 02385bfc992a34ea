import { RE2JS } from 're2js';
import * as z from 'zod';
import { maxCharactersFor } from '../../model/samples/matched-text.ts';
import type { AnchoredPattern } from '../../model/samples/relabel.ts';
import type { Pattern } from '../../model/settings/config.ts';
import { programSizeOf } from './program-size.ts';

const EXPECTED = 'a regular expression in RE2 syntax';

/**
 * Most instructions of a compiled expression. Compiling takes up to a kilobyte of memory for each, and matching up to
 * one step of each for each character. A list of 1,000 names stays below.
 */
export const MAX_INSTRUCTIONS = 25_000;

/** Number of a group in a template; a leading zero makes it a name. */
const GROUP_NUMBER = /^(?:0|[1-9]\d*)$/;

interface Compiled {
  readonly compiled: RE2JS;
  /** As of `ProgramSize`, but at most the size of the compiled program. */
  readonly ofCharacter: number;
}

const LOOK_AROUND = /\(\?<?[=!]/;

/**
 * Compiles an expression in Go's RE2 syntax, which runs in linear time on any text. It matches no text of more characters
 * than `maxCharactersFor` allows.
 * @throws {Error} with the reason if the expression is invalid; look-around and back-references are invalid
 */
export function compilePattern(source: string): Pattern {
  const { compiled, ofCharacter } = compile(source);
  const most = maxCharactersFor({ ofCharacter });
  return { source, ofCharacter, test: (text) => text.length <= most && compiled.test(text) };
}

/**
 * Compiles an expression for names and ARNs that AWS gives, of which none is longer than some hundred characters: so it
 * matches texts of any length.
 * @throws {Error} as `compilePattern` does
 */
export function compileNamePattern(source: string): Pattern {
  const { compiled } = compile(source);
  return { source, test: (text) => compiled.test(text) };
}

/**
 * Compiles an expression that must match a whole text, line breaks included, as Prometheus does for relabeling.
 * @throws {Error} as `compilePattern` does
 */
export function compileAnchored(source: string): AnchoredPattern {
  const { compiled, ofCharacter } = anchored(source);
  return {
    source,
    ofCharacter,
    test: (text) => compiled.test(text),
    match: (text) => {
      const matcher = compiled.matcher(text);
      if (!matcher.find()) return undefined;
      const named = matcher.getNamedGroups();
      return (group) => {
        if (!GROUP_NUMBER.test(group)) return named[group] ?? '';
        return Number(group) <= matcher.groupCount() ? (matcher.group(Number(group)) ?? '') : '';
      };
    },
  };
}

/** Puts the expression into a group as Prometheus does, which makes even `a)(b` valid. */
function anchored(source: string): Compiled {
  try {
    return compile(`^(?s:${source})$`);
  } catch (error) {
    // Messages then quote the expression as written, if that alone is wrong too.
    compile(source);
    throw error;
  }
}

/** Refuses a large program before it compiles it. */
function compile(source: string): Compiled {
  const { instructions, ofCharacter } = programSizeOf(source);
  if (instructions > MAX_INSTRUCTIONS) {
    throw new Error(
      `the expression compiles to about ${instructions} instructions, expected at most ${MAX_INSTRUCTIONS}: lower the counts of its repetitions, or split it`,
    );
  }
  const compiled = RE2JS.compile(source);
  // The compiler joins names with the same beginning, which the estimate does not.
  return { compiled, ofCharacter: Math.min(ofCharacter, compiled.programSize()) };
}

/** Schema of a pattern; its output is the compiled one. */
export const pattern = patternWith(compilePattern);

/** Schema of a pattern of discovery; its output is the compiled one. */
export const namePattern = patternWith(compileNamePattern);

/** Schema of a pattern of relabeling; its output is the compiled one. */
export const anchoredPattern = patternWith(compileAnchored);

function patternWith<T>(compile: (source: string) => T) {
  return z.string(EXPECTED).transform((source, context): T => {
    try {
      return compile(source);
    } catch (error) {
      const params = { reason: reasonOf(error, source) };
      context.issues.push({ code: 'custom', message: EXPECTED, params, input: source });
      return z.NEVER;
    }
  });
}

function reasonOf(error: unknown, source: string): string {
  // The library reports look-behind as a badly named group.
  if (LOOK_AROUND.test(source)) return 'RE2 has no look-around';
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/^error parsing regexp: /, '');
}
