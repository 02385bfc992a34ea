import { RE2JS } from 're2js';
import * as z from 'zod';
import { MAX_MATCHED_CHARACTERS } from '../../model/samples/matched-text.ts';
import type { AnchoredPattern } from '../../model/samples/relabel.ts';
import type { Pattern } from '../../model/settings/config.ts';
import { programSizeOf } from './program-size.ts';

const EXPECTED = 'a regular expression in RE2 syntax';

/**
 * Instructions that an expression may be compiled to. Compiling takes up to a kilobyte of memory for each, and a text that is
 * matched up to one step of each for each of its characters. A list of 1,000 names is below it.
 */
export const MAX_INSTRUCTIONS = 25_000;

/** Of a group in a template; a leading zero makes it a name. */
const GROUP_NUMBER = /^(?:0|[1-9]\d*)$/;

const LOOK_AROUND = /\(\?<?[=!]/;

/**
 * Compiles an expression in Go's RE2 syntax, which runs in linear time whatever the text. It matches no text of more than
 * `MAX_MATCHED_CHARACTERS`.
 * @throws {Error} with the reason, where it is none; look-around and back-references are none
 */
export function compilePattern(source: string): Pattern {
  const compiled = compile(source);
  return { source, test: (text) => text.length <= MAX_MATCHED_CHARACTERS && compiled.test(text) };
}

/**
 * Compiles an expression that a whole text has to match, line breaks included, as Prometheus does for relabeling.
 * @throws {Error} as `compilePattern` does
 */
export function compileAnchored(source: string): AnchoredPattern {
  const compiled = anchored(source);
  return {
    source,
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

/** Between brackets as Prometheus has it, where even `a)(b` is right. */
function anchored(source: string): RE2JS {
  try {
    return compile(`^(?s:${source})$`);
  } catch (error) {
    // Messages quote what was written, if that alone is wrong too.
    compile(source);
    throw error;
  }
}

/** Refuses what would be large before it is. */
function compile(source: string): RE2JS {
  const size = programSizeOf(source);
  if (size > MAX_INSTRUCTIONS) {
    throw new Error(
      `it would be compiled to about ${size} instructions, expected at most ${MAX_INSTRUCTIONS}; lower the counts of its repetitions, or divide it`,
    );
  }
  return RE2JS.compile(source);
}

/** Schema of a pattern; its output is the compiled one. */
export const pattern = patternWith(compilePattern);

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
  // The library takes look-behind for a badly named group.
  if (LOOK_AROUND.test(source)) return 'RE2 has no look-around';
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/^error parsing regexp: /, '');
}
