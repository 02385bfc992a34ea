import { decodeText, textMemory } from '../../../lambda/decode/text/decoder.ts';
import { DecodeError } from '../../../lambda/decode/tokens/error.ts';
import type { Sample } from '../../../lambda/model/samples/sample.ts';

/** A sample in plain objects, to be compared deeply. Labels are in the order of the line. */
export interface PlainSample {
  name: string;
  family: string;
  type: string;
  labels: [string, string][];
  value: number;
  timestamp: number | undefined;
  start?: number;
}

/** What decoding gives: samples, with `le` and `quantile` as they are written, or the error's kind and message. */
export function outcomeOf(body: Buffer, memory = textMemory()): PlainSample[] | string {
  try {
    return decodeText(body, memory, { normalizeBounds: false }).samples.map(plain);
  } catch (error) {
    if (error instanceof DecodeError) return String(error);
    throw error;
  }
}

export function plain({ series, value, timestamp, start }: Sample): PlainSample {
  return {
    name: series.name,
    family: series.family,
    type: series.type,
    labels: Object.entries(series.labels),
    value,
    timestamp,
    ...(start === undefined ? {} : { start }),
  };
}
