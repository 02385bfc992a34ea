import { InvalidArgumentError } from 'commander';

/**
 * The option of an address of AWS APIs, as it is written.
 *
 * @throws InvalidArgumentError, which commander prints with the option's name
 */
export function endpointUrl(text: string): string {
  if (/^https?:$/.test(URL.parse(text)?.protocol ?? '')) return text;
  throw new InvalidArgumentError(`Expected a URL such as http://127.0.0.1:5000, got "${text}".`);
}
