import { AnswerDecoder } from '../scrape/answer-decoder.ts';
import { processMemory } from '../scrape/http/process-memory.ts';
import { Scraper } from '../scrape/scrape.ts';

/** A scraper with the memory that an environment says the process has. */
export function systemScraper(environment: NodeJS.ProcessEnv): Scraper {
  return new Scraper(Date.now, new AnswerDecoder(), { memory: processMemory(environment) });
}
