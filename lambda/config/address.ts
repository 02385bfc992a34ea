import * as z from 'zod';

const TARGET = 'an address such as "127.0.0.1:9100", without scheme and path';
const ENDPOINT = 'an http or https URL, or a host name';
const SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i;

/** Schema of one static target: `host:port`, or a host that listens on the port of its scheme. */
export const targetAddress = z.string(TARGET).refine(isAuthority, TARGET);

/** Schema of `endpoint_override`; its output is a URL. The agent's own examples are host names, which means https. */
export const endpoint = z.string(ENDPOINT).transform((text, context): string => {
  const url = SCHEME.test(text) ? text : `https://${text}`;
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return url;
  context.issues.push({ code: 'custom', message: ENDPOINT, input: text });
  return z.NEVER;
});

function isAuthority(text: string): boolean {
  return /^[^\s/?#@\\]+$/.test(text) && URL.canParse(`http://${text}`);
}
