/**
 * Measures what stays of bodies when their samples are kept: `node --expose-gc kept-bodies.ts [bodies]` writes the bytes, of a process that does
 * nothing else. With the argument it keeps the bodies too.
 */
import { setImmediate } from 'node:timers/promises';
import { decodeText, textMemory } from '../../../lambda/decode/text/decoder.ts';

const SCRAPES = 50;

/** Collections after which nothing more is given back: the memory of buffers is, a while after them. */
const COLLECTIONS = 20;

const keepsBodies = process.argv[2] === 'bodies';
const filling = `# ${'x'.repeat(1_000_000)}\n`;
const memory = textMemory();
const kept: unknown[] = [];

const before = await held();
for (let scrape = 0; scrape < SCRAPES; scrape++) {
  const line = `name_${scrape}{label_${scrape}="a value of more than a few characters ${scrape}",short="${scrape}"} 1\n`;
  const body = Buffer.from(filling + line);
  kept.push(decodeText(body, memory).samples, ...(keepsBodies ? [body] : []));
}
const grown = (await held()) - before;
process.stdout.write(JSON.stringify({ kept: kept.length, grown }));

/** Bytes that something refers to. */
async function held(): Promise<number> {
  for (let collection = 0; collection < COLLECTIONS; collection++) {
    globalThis.gc?.();
    await setImmediate();
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
