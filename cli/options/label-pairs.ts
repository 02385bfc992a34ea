import { InvalidArgumentError } from 'commander';

/**
 * Reads `NAME=VALUE,…`: labels of a target.
 *
 * @throws InvalidArgumentError with the invalid pair
 */
export function labelPairs(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    text.split(',').map((pair) => {
      const [, name, value] = /^\s*([A-Za-z_]\w*)=(.*)$/.exec(pair) ?? [];
      if (name === undefined || value === undefined) {
        throw new InvalidArgumentError(`Expected NAME=VALUE,…, got "${pair}".`);
      }
      return [name, value];
    }),
  );
}
