import { expect, it } from '@jest/globals';
import type { Batch } from '../../../lambda/outputs/push/batch.ts';
import { BatchDelivery } from '../../../lambda/outputs/push/delivery.ts';
import { PendingSamples } from '../../../lambda/outputs/push/pending-samples.ts';
import { impatient, type Reply, startReceiver } from './receiver.ts';

/** More than a delivery keeps. */
const LARGE = 32 * 1024 * 1024;

const SILENCE: Reply = { with: () => undefined };

/** One sample in a batch that takes as much memory as it says. */
function batchOf(bytes: number) {
  const write = new PendingSamples();
  write.add(1);
  write.seal();
  const batch: Batch = {
    bytes,
    samples: 1,
    portions: [{ write, samples: 1 }],
    body: () => Buffer.from('x'),
    split: () => undefined,
  };
  return { batch, outcome: write.outcome };
}

function deliveryTo(url: string, now: { value: number }, signal: AbortSignal, patienceMs?: number) {
  const runtime = impatient({
    elapsed: () => now.value,
    wait: async (milliseconds) => {
      now.value += milliseconds;
    },
  });
  const options = {
    url: new URL(url),
    what: 'Push',
    headers: {},
    maxBodyBytes: 10,
    verdict: () => ({ rejected: 0, message: '' }),
    runtime,
  };
  return new BatchDelivery('push', options, signal, patienceMs);
}

it('a receiver that does not answer holds nobody up for long, and costs no more memory', async () => {
  await using receiver = await startReceiver(SILENCE);
  const now = { value: 1_000_000 };
  const deadline = new AbortController();
  const delivery = deliveryTo(receiver.url, now, deadline.signal, 2_000);
  const waiting = batchOf(LARGE);
  delivery.push(waiting.batch);

  await delivery.ready();
  expect(now.value).toBe(1_002_000);
  await delivery.ready();
  expect(now.value).toBe(1_002_000);
  const late = batchOf(1);
  delivery.push(late.batch);

  expect(await late.outcome).toEqual({ accepted: 0, rejected: new Map([['unavailable', 1]]) });
  deadline.abort();
  expect(await delivery.finish()).toMatchObject({
    events: 0,
    rejected: { unavailable: 1, deadline: 1 },
    errors: expect.arrayContaining([
      'Push has no room for more, because it has not answered for 2000 ms',
    ]),
  });
});

it('a receiver that nobody else has to wait with is waited for until the deadline', async () => {
  const now = { value: 1_000_000 };
  const answer = Promise.withResolvers<void>();
  await using receiver = await startReceiver({
    with: (socket) =>
      void answer.promise.then(() => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n')),
  });
  const delivery = deliveryTo(receiver.url, now, new AbortController().signal);
  const first = batchOf(LARGE);
  delivery.push(first.batch);

  const ready = delivery.ready();
  now.value += 60_000;
  const second = batchOf(1);
  delivery.push(second.batch);
  answer.resolve();
  await ready;

  expect(await first.outcome).toEqual({ accepted: 1, rejected: new Map() });
  expect(await second.outcome).toEqual({ accepted: 1, rejected: new Map() });
  expect(await delivery.finish()).toMatchObject({ rejected: {}, errors: [] });
});

it('a receiver that answers is waited for', async () => {
  await using receiver = await startReceiver({ status: 200 });
  const now = { value: 1_000_000 };
  const delivery = deliveryTo(receiver.url, now, new AbortController().signal);
  const first = batchOf(LARGE);
  delivery.push(first.batch);
  await first.outcome;
  await delivery.ready();
  const second = batchOf(LARGE);
  delivery.push(second.batch);
  expect(await second.outcome).toEqual({ accepted: 1, rejected: new Map() });
  expect(await delivery.finish()).toMatchObject({ events: 2, rejected: {}, errors: [] });
});
