import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isObject, objectOf } from '../../sidecar/documents/json.ts';
import { readStats } from '../../sidecar/documents/stats.ts';
import { readTask } from '../../sidecar/documents/task.ts';
import { type Observation, observe } from '../../sidecar/figures/observation.ts';
import { readText } from './exposition/read-text.ts';
import { sampleStats, sampleTask } from './sample-documents.ts';
import { pageOf } from './sample-page.ts';

const NOW = 1_800_000_000_000;

/** What may stand in the place of any field. */
const JUNK = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom<unknown>(null, {}, [], '', 0, -1, 2, 1e308, 2 ** 64) },
  {
    weight: 2,
    arbitrary: fc.constantFrom('CNI_PAUSE', '0001-01-01T00:00:00Z', 'toString', 'a"\\\n'),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
  { weight: 1, arbitrary: fc.double() },
  { weight: 1, arbitrary: fc.jsonValue() },
);

/** Changes to a document: which of its values, counted from its root, and what to put there. */
const CHANGES = fc.array(fc.tuple(fc.nat(), JUNK), { maxLength: 6 });

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

function tamper(document: unknown, changes: readonly (readonly [number, unknown])[]): unknown {
  let tampered = structuredClone(document);
  for (const [position, value] of changes) {
    const places = placesIn(tampered);
    const place = places[position % (places.length + 1)];
    if (place === undefined) tampered = value;
    else place.holder[place.key] = value;
  }
  return tampered;
}

interface Place {
  readonly holder: Record<string, unknown>;
  readonly key: string;
}

function placesIn(value: unknown): Place[] {
  if (!isObject(value) && !Array.isArray(value)) return [];
  const holder = value as Record<string, unknown>;
  return Object.keys(holder).flatMap((key) => [{ holder, key }, ...placesIn(holder[key])]);
}
