import type { NativeInput } from '../../lambda/config/native/native.ts';

/** The document, with the samples of a minute that is not over: whole minutes would make a test wait for the end of one. */
export function minutesAtOnce(document: NativeInput): NativeInput {
  const scrape_configs = (document.scrape_configs ?? []).map((job) => {
    return { ...job, minute_delivery: 'immediate' as const };
  });
  return { ...document, scrape_configs };
}
