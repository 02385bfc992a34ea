import { RE2JS } from 're2js';
import * as z from 'zod';
import type { Pattern } from '../model/config.ts';

const EXPECTED = 'a regular expression in RE2 syntax';

const LOOK_AROUND = /\(\?<?[=!]/;

/**
 * Compiles an expression in Go's RE2 syntax, which runs in linear time whatever the text.
 * @throws {Error} with the reason, where it is none; look-around and back-references are none
 */
export function compilePattern(source: string): Pattern {
  const compiled = RE2JS.compile(source);
  return { source, test: (text) => compiled.test(text) };
}

/** Schema of a pattern; its output is the compiled one. */
export const pattern = z.string(EXPECTED).transform((source, context): Pattern => {
  try {
    return compilePattern(source);
  } catch (error) {
    const params = { reason: reasonOf(error, source) };
    context.issues.push({ code: 'custom', message: EXPECTED, params, input: source });
    return z.NEVER;
  }
});

function reasonOf(error: unknown, source: string): string {
  // The library takes look-behind for a badly named group.
  if (LOOK_AROUND.test(source)) return 'RE2 has no look-around';
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/^error parsing regexp: /, '');
}
