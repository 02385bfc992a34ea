import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { objectOf } from '../../sidecar/documents/json.ts';
import { readStats } from '../../sidecar/documents/stats.ts';
import { readTask } from '../../sidecar/documents/task.ts';
import { type Observation, observe } from '../../sidecar/figures/observation.ts';
import { readText } from './exposition/read-text.ts';
import { CHANGES, tamper } from './fuzz/tampering.ts';
import { sampleStats, sampleTask } from './sample-documents.ts';
import { pageOf } from './sample-page.ts';

const NOW = 1_800_000_000_000;

const POLL = fc.record({ task: CHANGES, stats: CHANGES, second: fc.nat({ max: 60 }) });

describe('Whatever the endpoint says', () => {
  it('the figures come out in the text format, after documents that were tampered with', () => {
    fc.assert(
      fc.property(fc.array(POLL, { minLength: 1, maxLength: 4 }), (polls) => {
        let observation: Observation | undefined;
        for (const { task, stats, second } of polls) {
          const documents = [
            tamper(sampleTask(), task),
            tamper(sampleStats(second), stats),
          ] as const;
          observation = follow(observation, ...documents);
        }
        expectReadable(observation);
      }),
      { numRuns: 300 },
    );
  });

  it('the figures come out in the text format, after documents of any shape', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (task, stats) => {
        expectReadable(follow(undefined, task, stats));
      }),
      { numRuns: 100 },
    );
  });
});

function follow(before: Observation | undefined, task: unknown, stats: unknown): Observation {
  const read = readTask(objectOf(task));
  return observe(before, read, readStats(objectOf(stats), read.launchType), NOW);
}

/** The reader refuses what a scraper would; no counter and no size is ever negative. */
function expectReadable(observation: Observation | undefined): void {
  const families = readText(pageOf(observation, NOW));
  expect(families.get('ee_ecs_metrics_exporter_success')?.rows).toEqual([{ labels: {}, value: 1 }]);
  for (const { name, type, rows } of families.values()) {
    if (type !== 'counter' && !/_(bytes?|percent|vcpus)$/.test(name)) continue;
    for (const { value } of rows) expect(value).toBeGreaterThanOrEqual(0);
  }
}
