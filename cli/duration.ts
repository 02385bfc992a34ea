import { InvalidArgumentError } from 'commander';

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/**
 * Milliseconds of an option such as `500ms`, `10s`, `1m`.
 *
 * @throws InvalidArgumentError, which commander prints with the option's name
 */
export function duration(text: string): number {
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text) ?? [];
  const milliseconds = Number(amount) * (UNITS[unit] ?? Number.NaN);
  if (!(milliseconds > 0)) {
    throw new InvalidArgumentError(`Expected a duration such as 10s or 1m, got "${text}".`);
  }
  return milliseconds;
}
