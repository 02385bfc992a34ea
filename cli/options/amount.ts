import { InvalidArgumentError } from 'commander';

/** Reads a whole number of at least 0. @throws InvalidArgumentError */
export function amount(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError(`Expected a whole number of at least 0, got "${text}".`);
}
