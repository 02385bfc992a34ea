import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, it } from '@jest/globals';
import { Collector } from '../../../lambda/collect.ts';
import { AnswerDecoder } from '../../../lambda/decode/answer.ts';
import type { Output } from '../../../lambda/model/delivery/event.ts';
import { Scraper } from '../../../lambda/scrape/scrape.ts';
import { MemoryState } from '../../../lambda/state/memory.ts';
import { answering, type RawTarget, startTarget } from '../../scrape/raw-target.ts';
import { target } from '../../series/samples.ts';
import { configWith, fixedDiscovery } from '../parts.ts';
import { recordingOutput } from '../recording-output.ts';

/** More than are scraped at a time. */
const TARGETS = 250;
const SCRAPED_AT_A_TIME = 64;

const PAGE = `# ${'x'.repeat(20 * 1024)}\nload 1\n`;

/** A sixteenth of it is for answers that are decoded and not delivered. */
const MEMORY = 32 * 2 ** 20;
const UNDELIVERED = Math.floor(MEMORY / 16 / PAGE.length);

/** Milliseconds: twice as long as a target that only waits keeps the next one waiting. */
const ENOUGH_MS = 1_000;

let server: RawTarget;

afterEach(() => server.stop());

/** An output that has no room until it is opened, and counts the targets whose events wait for that. */
function closedOutput() {
  const opened = Promise.withResolvers<void>();
  const recording = recordingOutput();
  let waiting = 0;
  const output: Output = {
    name: recording.name,
    open: (signal) => {
      const delivery = recording.open(signal);
      return {
        write: (events) => delivery.write(events),
        close: () => delivery.close(),
        ready: async () => {
          waiting += 1;
          await opened.promise;
          waiting -= 1;
        },
      };
    },
  };
  return { output, recording, open: opened.resolve, waiting: () => waiting };
}

it('of answers that are not delivered only as many are decoded as there is memory for', async () => {
  server = await startTarget(answering(PAGE));
  const targets = Array.from({ length: TARGETS }, (_, n) =>
    target({ id: `t${n}`, url: `${server.url}/${n}`, labels: { job: `t${n}` } }),
  );
  const { output, recording, open, waiting } = closedOutput();
  const collector = new Collector({
    config: configWith({}),
    discovery: fixedDiscovery(targets),
    scraper: new Scraper(Date.now, new AnswerDecoder(), { memory: MEMORY }),
    state: new MemoryState(),
    outputs: [output],
    now: Date.now,
  });
  const cycle = collector.collect(60_000);
  while (waiting() === 0) await setImmediate();
  // What must not happen has no event.
  await sleep(ENOUGH_MS);
  expect(waiting()).toBeLessThanOrEqual(UNDELIVERED);
  // Nobody is asked whose answer would only wait, and time out.
  expect(server.requests.length).toBeLessThanOrEqual(UNDELIVERED + SCRAPED_AT_A_TIME);
  open();
  const { targets: counts } = await cycle;
  expect(counts).toMatchObject({ up: TARGETS });
  expect(new Set(recording.accepted.map(({ logStream }) => logStream)).size).toBe(TARGETS);
});
