import * as z from 'zod';

const EXPECTED = 'ports separated by ";", such as "9404;9406"';

/**
 * The agent's own expression: white space only after a `;`, no leading zero, up to five digits. Its RE2 `\s` is
 * ASCII without the vertical tab, so it is written out here.
 */
const PORTS = /^[1-9][0-9]{0,4}(?:;[\t\n\f\r ]*[1-9][0-9]{0,4})*$/;

/** The ports of a value of `sd_metrics_ports`; undefined if the agent would refuse it. */
export function parsePorts(text: string): readonly number[] | undefined {
  return PORTS.test(text) ? text.split(';').map(Number) : undefined;
}

/** Schema of `sd_metrics_ports`. */
export const ports = z.string(EXPECTED).transform((text, context): readonly number[] => {
  const parsed = parsePorts(text);
  if (parsed !== undefined) return parsed;
  context.issues.push({ code: 'custom', message: EXPECTED, input: text });
  return z.NEVER;
});
