import {
  decodeOpenMetrics,
  openMetricsMemory,
} from '../../../lambda/decode/openmetrics/decoder.ts';
import { DecodeError } from '../../../lambda/decode/tokens/error.ts';
import { type PlainSample, plain } from '../text/outcome.ts';

/** What decoding OpenMetrics gives: samples and the rule that is broken, or the error's kind and message. */
export function openMetricsOutcomeOf(
  body: Buffer,
  memory = openMetricsMemory(),
): { samples: PlainSample[]; breach: string | undefined } | string {
  try {
    const { samples, breach } = decodeOpenMetrics(body, memory);
    return { samples: samples.map(plain), breach };
  } catch (error) {
    if (error instanceof DecodeError) return String(error);
    throw error;
  }
}
