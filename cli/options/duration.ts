import { InvalidArgumentError } from 'commander';
import { parseGoDuration } from '../../lambda/config/values/duration.ts';

/**
 * Milliseconds of an option such as `500ms`, `10s`, `1m30s`: whole ones, as timers need them.
 *
 * @throws InvalidArgumentError, which commander prints with the option's name
 */
export function duration(text: string): number {
  const milliseconds = Math.round(parseGoDuration(text) ?? 0);
  if (milliseconds > 0) return milliseconds;
  const expected = 'a duration such as 500ms, 10s or 1m, from 1ms to 24 days';
  throw new InvalidArgumentError(`Expected ${expected}, got "${text}".`);
}
