import { InvalidArgumentError } from 'commander';

/** The longest that a timer of Node.js can wait: 2^31 - 1 ms, almost 25 days. With more it waits 1 ms. */
const MAX_TIMER_MS = 2_147_483_647;

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/**
 * Milliseconds of an option such as `500ms`, `10s`, `1m`: whole ones, as timers need them.
 *
 * @throws InvalidArgumentError, which commander prints with the option's name
 */
export function duration(text: string): number {
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text) ?? [];
  const milliseconds = Math.round(Number(amount) * (UNITS[unit] ?? Number.NaN));
  if (!(milliseconds > 0 && milliseconds <= MAX_TIMER_MS)) {
    const expected = 'a duration such as 500ms, 10s or 1m, from 1ms to 24 days';
    throw new InvalidArgumentError(`Expected ${expected}, got "${text}".`);
  }
  return milliseconds;
}
