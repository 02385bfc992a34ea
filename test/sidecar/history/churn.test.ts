import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import { newSamples } from '../../../sidecar/catalogue/catalogue.ts';
import { presentSubjects } from '../../../sidecar/catalogue/samples.ts';
import { readStats } from '../../../sidecar/documents/stats.ts';
import { readTask } from '../../../sidecar/documents/task.ts';
import { type Observation, observe } from '../../../sidecar/figures/observation.ts';
import { History } from '../../../sidecar/history/history.ts';
import { APP, START, sampleContainer, sampleEntry, sampleTask } from '../sample-documents.ts';
import { since } from './since.ts';

const HOUR = 3_600;

/** Bytes of all tracks: one of 960 rows and 32 of a minute, each row with eleven values and its times. */
const BUDGET = (960 + 32 * 60) * (11 * 8 + 17);

const COLLECTIONS = 20;

const UTILIZATION = 'ee_container_memory_utilization_percent';

/** Bytes of the buffers that something refers to, or that were collected a moment ago. */
function heldBytes(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().arrayBuffers;
}

describe('A task whose containers come and go for an hour', () => {
  it('has the history of each new one, of the one that stays without a gap, in the memory of one and of 32 minutes', async () => {
    const before = heldBytes();
    const history = new History(START * 1000);
    let observation: Observation | undefined;
    for (let second = 0; second < HOUR; second += 1) {
      const now = (START + second) * 1000;
      const id = `${second}`.padStart(12, '0');
      const containers = [sampleContainer(APP, 'app'), sampleContainer(id, `job-${second}`)];
      const task = readTask(sampleTask({ Containers: containers, LaunchType: 'EC2' }));
      const stats = { [APP]: sampleEntry(second, {}, 1), [id]: sampleEntry(second, {}, 1) };
      observation = observe(observation, task, readStats(stats, task.launchType), now);
      history.record(newSamples(observation, true), now, presentSubjects([observation]));
      const traces = history.excerpt(since(now - 1)).traces(UTILIZATION);
      expect(traces.map(({ series }) => /container_name="([^"]+)"/.exec(series)?.[1])).toEqual([
        'app',
        `job-${second}`,
      ]);
    }
    // The memory of buffers is given back a while after their collection, the later the busier the machine is.
    for (let rest = COLLECTIONS; rest > 0 && heldBytes() - before >= BUDGET; rest -= 1) {
      await setImmediate();
    }
    expect(heldBytes() - before).toBeLessThan(BUDGET);
    const [app] = history.excerpt(since(0)).traces(UTILIZATION);
    expect(app!.points().values).toHaveLength(900);
  });
});
