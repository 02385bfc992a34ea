import * as z from 'zod';

export const TARGET = 'an address such as "127.0.0.1:9100", without scheme and path';
const ENDPOINT = 'an http or https URL, or a host name';
const SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i;

/** Schema of one static target. Relabeling may still turn the text into an address. */
export const targetText = z.string(TARGET).min(1, TARGET);

/** Schema of `endpoint_override`; its output is a URL. The agent's own examples are host names, which means https. */
export const endpoint = z.string(ENDPOINT).transform((text, context): string => {
  const url = SCHEME.test(text) ? text : `https://${text}`;
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return url;
  context.issues.push({ code: 'custom', message: ENDPOINT, input: text });
  return z.NEVER;
});
