import { DecodeError } from '../../lambda/scrape/decode-error.ts';
import { decodeText, type TextMemory, textMemory } from '../../lambda/scrape/text-decoder.ts';

/** A sample in plain objects, to be compared deeply. Labels are in the order of the line. */
export interface PlainSample {
  name: string;
  family: string;
  type: string;
  labels: [string, string][];
  value: number;
  timestamp: number | undefined;
}

/** What decoding gives: samples, or the error's kind and message. */
export function outcomeOf(body: Buffer, memory: TextMemory = textMemory()): PlainSample[] | string {
  try {
    return decodeText(body, memory).map(({ series, value, timestamp }) => ({
      name: series.name,
      family: series.family,
      type: series.type,
      labels: Object.entries(series.labels),
      value,
      timestamp,
    }));
  } catch (error) {
    if (error instanceof DecodeError) return String(error);
    throw error;
  }
}
