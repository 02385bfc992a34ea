import * as z from 'zod';
import { MAX_TIMER_MS, parsePrometheusDuration } from '../../model/settings/duration.ts';

const GO_UNITS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3, // U+00B5, micro sign
  μs: 1e-3, // U+03BC, Greek mu
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};

/** https://pkg.go.dev/time#ParseDuration, without the sign. */
const GO_DURATION = /^(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/;
const GO_PART = /([\d.]+)(ns|us|µs|μs|ms|s|m|h)/g;

/** Milliseconds of a Go duration such as `1m30s`; undefined for any other text, for zero, and if it is too long for a timer. */
export function parseGoDuration(text: string): number | undefined {
  if (!GO_DURATION.test(text)) return undefined;
  let milliseconds = 0;
  for (const [, amount = '', unit = ''] of text.matchAll(GO_PART)) {
    milliseconds += Number(amount) * (GO_UNITS[unit] ?? 0);
  }
  return milliseconds > 0 && milliseconds <= MAX_TIMER_MS ? milliseconds : undefined;
}

/** Schema of `sd_frequency`; its output is in milliseconds. */
export const goDuration = duration(
  'a Go duration above zero and up to 24 days, such as "1m30s"',
  parseGoDuration,
);

/** Schema of `scrape_interval` and `scrape_timeout`; its output is in milliseconds, 0 meaning the default. */
export const prometheusDuration = duration(
  'a Prometheus duration up to 24 days, such as "30s" or "1m30s"',
  parsePrometheusDuration,
);

function duration(expected: string, parse: (text: string) => number | undefined) {
  return z.string(expected).transform((text, context): number => {
    const milliseconds = parse(text);
    if (milliseconds !== undefined) return milliseconds;
    context.issues.push({ code: 'custom', message: expected, input: text });
    return z.NEVER;
  });
}
