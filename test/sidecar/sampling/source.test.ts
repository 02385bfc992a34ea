import { describe, expect, it } from '@jest/globals';
import type { Answer, DocumentPath } from '../../../sidecar/sampling/endpoint.ts';
import { createSource } from '../../../sidecar/sampling/source.ts';
import { APP, SIDECAR, sampleContainer, sampleEntry, sampleTask } from '../sample-documents.ts';

describe('The two documents, read again and again', () => {
  it('are both read the first time', async () => {
    const { read } = start();

    expect(await read(0)).toEqual(['/task/stats', '/task']);
  });

  it('are read once a second and once in ten seconds', async () => {
    const { read } = start();
    const taskReads: number[] = [];
    for (let second = 0; second <= 30; second++) {
      if ((await read(second)).includes('/task')) taskReads.push(second);
    }

    expect(taskReads).toEqual([0, 10, 20, 30]);
  });

  it('are both read each time where that is seldom', async () => {
    const { read } = start();
    await read(0);

    expect(await read(9.5, 9.5)).toEqual(['/task/stats', '/task']);
  });

  it.each<[string, Record<string, unknown>]>([
    [
      'a container comes',
      { [APP]: sampleEntry(0), [SIDECAR]: sampleEntry(0), new: sampleEntry(0) },
    ],
    ['a container goes (EC2)', { [APP]: {}, [SIDECAR]: sampleEntry(0) }],
    ['a container goes (Fargate)', { [APP]: null, [SIDECAR]: sampleEntry(0) }],
    ['one follows another', { [APP]: sampleEntry(0), new: sampleEntry(0) }],
    [
      'a container gives up most of its memory',
      { [APP]: sampleEntry(0, { memory_stats: { usage: 99_000_000 } }), [SIDECAR]: sampleEntry(0) },
    ],
    ['a container counts anew', { [APP]: sampleEntry(-1), [SIDECAR]: sampleEntry(0) }],
  ])('are both read where %s, and for 5 s after that', async (_, stats) => {
    const { read, answers } = start();
    await read(0);
    expect(await read(1)).toEqual(['/task/stats']);
    answers.set('/task/stats', found(stats));

    const taskReads: number[] = [];
    for (let second = 2; second <= 12; second++) {
      if ((await read(second)).includes('/task')) taskReads.push(second);
    }

    expect(taskReads).toEqual([2, 3, 4, 5, 6]);
  });

  it('are both read again after /task failed', async () => {
    const { read, answers, source } = start();
    const task = answers.get('/task')!;
    answers.set('/task', { ok: false, code: '500', reason: 'HTTP 500' });
    expect(await source.read(1_000)).toEqual({ ok: false, reason: '/task: HTTP 500' });
    answers.set('/task', task);

    expect(await read(1)).toEqual(['/task/stats', '/task']);
    expect(await read(2)).toEqual(['/task/stats']);
  });

  it('are not both asked for where the statistics fail', async () => {
    const { read, answers } = start();
    answers.set('/task/stats', { ok: false, code: '500', reason: 'HTTP 500' });

    expect(await read(0)).toEqual(['/task/stats']);
  });
});

function found(document: unknown): Answer {
  return { ok: true, text: '', document };
}

describe('A document of more containers than a task has', () => {
  it('is a reading that failed', async () => {
    const { answers, source } = start();
    const Containers = Array.from({ length: 257 }, (_, n) => sampleContainer(`${n}`, 'app'));
    answers.set('/task', found(sampleTask({ Containers })));

    expect(await source.read(1000)).toEqual({
      ok: false,
      reason: '/task: expected at most 256 containers, got 257',
    });
  });
});

function start() {
  let now = 0;
  let reads: string[] = [];
  const answers = new Map<DocumentPath, Answer>([
    ['/task', found(sampleTask())],
    ['/task/stats', found({ [APP]: sampleEntry(0), [SIDECAR]: sampleEntry(0) })],
  ]);
  const endpoint = {
    async read(path: DocumentPath): Promise<Answer> {
      reads.push(path);
      return answers.get(path)!;
    },
    traffic: () => ({ requests: [], durations: [] }),
  };
  const source = createSource(endpoint, () => now);
  return {
    answers,
    source,
    /** Which documents are read at this second. */
    async read(second: number, pauseSeconds = 1): Promise<string[]> {
      now = second * 1000;
      reads = [];
      await source.read(pauseSeconds * 1000);
      return reads;
    },
  };
}
