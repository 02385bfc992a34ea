import type { Secret } from '../../model/settings/secret.ts';

/** The address of a receiver. @throws TypeError if it is invalid, or contains a password, which belongs into a header */
export function addressOf(text: string): URL {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol) || url.username + url.password !== '') {
    const shown = url === null ? JSON.stringify(text) : placeOf(url);
    throw new TypeError(`Expected an http or https URL without a password, got ${shown}`);
  }
  return url;
}

/** The address for messages: without the query and the password that a URL may contain. */
export function placeOf({ origin, pathname }: URL): string {
  return `${origin}${pathname}`;
}

/** The headers of a protocol and those of the user, which override them. */
export function headersOf(
  protocol: Readonly<Record<string, string>>,
  given: readonly { readonly name: string; readonly value: Secret }[],
): Readonly<Record<string, string>> {
  const own = given.map(({ name, value }) => [name.toLowerCase(), value.reveal()]);
  return { 'user-agent': 'fargauge', ...protocol, ...Object.fromEntries(own) };
}
