import { describe, expect, it } from '@jest/globals';
import { BEHAVIOURS } from '../bench/chaos/behaviours.ts';
import { RELABELED_BEHAVIOURS, RELABELING } from '../bench/chaos/relabeled-behaviours.ts';
import { MEMORY_BYTES, runRow } from '../bench/chaos/row.ts';

const TARGETS = 150;

const LIMIT_MS = 180_000;

/** The part of the memory that a cycle may take. */
const MOST_MEMORY = 0.8;

/** Those that cost most, each for another reason: time of the process, memory of bodies, of samples, of the state, sockets. */
const BEHAVIOUR_SETS: readonly (readonly [string, readonly string[], (readonly object[])?])[] = [
  ['sends chunks of one byte', ['chunks of one byte']],
  ['sends gzip of almost 8 MiB', ['gzip of almost 8 MiB']],
  ['has other names each time', ['other names each time']],
  ['has half a million labels in a line', ['half a million labels in a line']],
  ['has other labels each time', ['other labels of a metric that is published']],
  ['behaves in all ways that there are', BEHAVIOURS.map(({ name }) => name)],
  ['makes metric relabeling expensive', RELABELED_BEHAVIOURS.map(({ name }) => name), RELABELING],
];

describe('The function, with 512 MiB and 0.29 of a core, where a part of its targets', () => {
  it.each(BEHAVIOUR_SETS)(
    '%s: delivers all others in time, and their counters whole although it is killed',
    async (_, behaviours, relabeling = []) => {
      const size = { targets: TARGETS, share: 0.3, timeoutMs: 15_000 };
      const figures = await runRow({ ...size, behaviours, relabeling });
      expect(figures).toMatchObject({
        delivered: figures.healthy,
        ended: [],
        counters: { below: 0, above: 0 },
      });
      expect(figures.peakMemory).toBeLessThan(MOST_MEMORY * MEMORY_BYTES);
    },
    LIMIT_MS,
  );
});
