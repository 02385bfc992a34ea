import { describe, expect, it } from '@jest/globals';
import { epochSeconds } from '../../../sidecar/documents/instant.ts';
import type { JsonObject } from '../../../sidecar/documents/json.ts';
import type { Answer, Endpoint } from '../../../sidecar/sampling/endpoint.ts';
import { type Sampler, startSampler } from '../../../sidecar/sampling/sampler.ts';
import { APP, START, sampleEntry, sampleStats, sampleTask } from '../sample-documents.ts';
import { createClock } from './clock.ts';

describe('The sampler', () => {
  it('polls both documents and then at the pace of their figures', async () => {
    const { clock, endpoint } = start();
    await clock.advance(0);
    expect(endpoint.reads).toEqual(['/task/stats', '/task']);

    endpoint.stats = sampleStats(10);
    await clock.advance(9_499);
    expect(endpoint.reads).toHaveLength(2);
    await clock.advance(1);
    expect(endpoint.reads).toHaveLength(4);
  });

  it('looks again soon for a container whose figures come a moment later', async () => {
    const { clock, endpoint } = start();
    await clock.advance(0);
    endpoint.stats = { ...sampleStats(0), ...pick(sampleStats(10), APP) };
    await clock.advance(9_500);
    expect(endpoint.polls).toBe(2);

    endpoint.stats = sampleStats(10);
    await clock.advance(1_000);
    expect(endpoint.polls).toBe(3);
    await clock.advance(8_499);
    expect(endpoint.polls).toBe(3);
    await clock.advance(1);
    expect(endpoint.polls).toBe(4);
  });

  it('learns how often the figures are renewed', async () => {
    const { clock, endpoint } = start({ stats: sampleStats(0, 1) });
    await clock.advance(0);
    await clock.advance(1_000);
    await clock.advance(1_000);
    endpoint.stats = sampleStats(5, 1);
    await clock.advance(2_000);
    expect(endpoint.polls).toBe(4);

    await clock.advance(4_499);
    expect(endpoint.polls).toBe(4);
    await clock.advance(1);
    expect(endpoint.polls).toBe(5);
  });

  it('knows what the last poll brought', async () => {
    const { clock, observation } = start();
    await clock.advance(0);

    expect(observation()?.task.cpu.vcpus).toBe(0.2);
  });

  it.each([
    ['/task', 10],
    ['/task/stats', 1],
  ] as const)('knows nothing once %s fails', async (path, span) => {
    const { clock, endpoint, messages, observation } = start({ stats: sampleStats(0, span) });
    await clock.advance(0);
    endpoint.failing = path;
    await clock.advance(span * 1_000);

    expect(observation()).toBeUndefined();
    expect(messages).toEqual([`task metadata endpoint failed: ${path}: HTTP 500`]);
  });

  it.each([
    ['lacks inactive_file', { usage: 9, stats: { anon: 5, file: 3 } }, 1],
    ['is complete', { usage: 9, stats: { anon: 5, file: 3, inactive_file: 2 } }, 0],
    ['has no details yet', { usage: 9 }, 0],
  ])(
    'tells of memory in percent that cannot be known, once: that of a container %s',
    async (_, memory, lines) => {
      const at = (second: number) => ({
        ...sampleStats(second),
        [APP]: sampleEntry(second, { memory_stats: memory }),
      });
      const { clock, endpoint, messages } = start({ stats: at(0) });
      await clock.advance(0);
      endpoint.stats = at(10);
      await clock.advance(9_500);

      expect(endpoint.polls).toBe(2);
      expect(messages).toEqual(
        Array(lines).fill(
          'memory statistics lack inactive_file: no utilized memory, no working set, no percentages of them; ee_task_memory_rss_bytes is there',
        ),
      );
    },
  );

  it('goes on with its deltas after a failure, and says so', async () => {
    const { clock, endpoint, messages, observation } = start();
    await clock.advance(0);
    endpoint.failing = '/task';
    await clock.advance(9_500);
    await clock.advance(1_000);
    endpoint.failing = undefined;
    endpoint.stats = sampleStats(20);
    await clock.advance(2_000);

    expect(observation()?.task.cpu.vcpus).toBe(0.2);
    expect(observation()?.task.blockIo.rates.write).toBe(2000);
    expect(messages).toEqual([
      'task metadata endpoint failed: /task: HTTP 500',
      'task metadata endpoint answers again',
    ]);
  });

  it('knows nothing while an answer is overdue', async () => {
    const { clock, endpoint, observation } = start();
    await clock.advance(0);
    endpoint.hanging = true;
    await clock.advance(3 * 9_500);
    expect(observation()).toBeDefined();
    await clock.advance(1);

    expect(observation()).toBeUndefined();
  });

  it('is ready after the first poll', async () => {
    const { clock, sampler, observation } = start();

    await clock.advance(0);
    await sampler.ready();

    expect(observation()).toBeDefined();
  });

  it('is ready after 2 s where the first poll takes longer', async () => {
    const { clock, sampler, observation } = start({ hanging: true });
    let ready = false;
    void sampler.ready().then(() => {
      ready = true;
    });
    await clock.advance(1_999);
    expect(ready).toBe(false);
    await clock.advance(1);

    expect(ready).toBe(true);
    expect(observation()).toBeUndefined();
  });

  it('survives a document that its readers do not', async () => {
    const task = {
      get Containers(): never {
        throw new TypeError('surprise');
      },
    };
    const { clock, endpoint, messages, observation } = start({ task });
    await clock.advance(0);

    expect(observation()).toBeUndefined();
    expect(messages).toEqual(['task metadata endpoint failed: TypeError: surprise']);
    endpoint.task = sampleTask();
    await clock.advance(1_000);
    expect(observation()).toBeDefined();
  });

  it('polls once more when it is to finish, and then no more', async () => {
    const { clock, endpoint, sampler, observation } = start();
    await clock.advance(0);
    endpoint.stats = sampleStats(3);
    await sampler.finish();
    expect(endpoint.polls).toBe(2);
    expect(observation()?.task.blockIo.rates.write).toBe(2000);
    await clock.advance(60_000);

    expect(endpoint.polls).toBe(2);
  });

  it('tells what each poll brought, and whether other figures of the same time are still to come', async () => {
    const { clock, endpoint, sampler, records } = start();
    await clock.advance(0);
    endpoint.stats = { ...sampleStats(0), ...pick(sampleStats(10), APP) };
    await clock.advance(9_500);
    endpoint.stats = sampleStats(10);
    await clock.advance(1_000);
    endpoint.failing = '/task';
    await clock.advance(8_500);
    expect(records).toEqual([
      { sampledAt: START + 0.25, settled: true },
      { sampledAt: START + 10, settled: false },
      { sampledAt: START + 10.25, settled: true },
    ]);

    endpoint.failing = undefined;
    endpoint.stats = { ...sampleStats(10), ...pick(sampleStats(20), APP) };
    await sampler.finish();
    expect(records.at(-1)).toEqual({ sampledAt: START + 20, settled: true });
  });
});

function pick(document: JsonObject, key: string): JsonObject {
  return { [key]: document[key] };
}

interface FakeEndpoint extends Endpoint {
  readonly reads: string[];
  readonly polls: number;
  task: JsonObject;
  stats: JsonObject;
  failing: string | undefined;
  hanging: boolean;
}

function start({ hanging = false, task = sampleTask(), stats = sampleStats(0) } = {}) {
  const clock = createClock();
  const endpoint: FakeEndpoint = {
    reads: [],
    get polls() {
      return endpoint.reads.filter((path) => path === '/task/stats').length;
    },
    task,
    stats,
    failing: undefined,
    hanging,
    async read(path): Promise<Answer> {
      endpoint.reads.push(path);
      if (endpoint.hanging) return new Promise(() => undefined);
      if (endpoint.failing === path) return { ok: false, code: '500', reason: 'HTTP 500' };
      return { ok: true, text: '', document: path === '/task' ? endpoint.task : endpoint.stats };
    },
    readEach: async () => ({ ok: false, code: '500', reason: 'HTTP 500' }),
    traffic: () => ({ requests: [], durations: [] }),
  };
  const messages: string[] = [];
  const records: { sampledAt: number | undefined; settled: boolean }[] = [];
  const sampler: Sampler = startSampler({
    endpoint,
    clock,
    record: ({ changed, settled }) => {
      for (const { observation } of changed) {
        records.push({ sampledAt: epochSeconds(observation.task.sampledAt), settled });
      }
    },
    log: (message) => messages.push(message),
  });
  const observation = () => sampler.known()?.live[0]?.observation;
  return { clock, endpoint, sampler, observation, messages, records };
}
