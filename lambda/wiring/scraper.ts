import { AnswerDecoder } from '../decode/answer.ts';
import { Scraper } from '../scrape/scrape.ts';
import { processMemory } from './process-memory.ts';

/** A scraper with the memory that an environment says the process has. */
export function systemScraper(environment: NodeJS.ProcessEnv): Scraper {
  return new Scraper(Date.now, new AnswerDecoder(), { memory: processMemory(environment) });
}
