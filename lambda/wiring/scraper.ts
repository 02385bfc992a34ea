import { AnswerDecoder } from '../decode/answer.ts';
import { MemoryBudget } from '../decode/memory/budget.ts';
import type { Decoder } from '../model/targets/decoder.ts';
import { Scraper } from '../scrape/scrape.ts';
import { processMemory } from './process-memory.ts';

/** The part of the memory for the meaning of lines, and the bytes above which more memory does not help. */
const LINES_SHARE = 1 / 12;
const MOST_LINE_BYTES = 64 * 2 ** 20;

/**
 * A scraper for the memory of the process.
 *
 * @param around makes its decoder of the usual one
 */
export function systemScraper(
  environment: NodeJS.ProcessEnv,
  around: (decoder: Decoder) => Decoder = (decoder) => decoder,
): Scraper {
  const memory = processMemory(environment);
  const lines = new MemoryBudget(Math.min(MOST_LINE_BYTES, Math.floor(memory * LINES_SHARE)));
  return new Scraper(Date.now, around(new AnswerDecoder(lines)), { memory });
}
