import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { eventBytes } from '../../../lambda/model/delivery/event-size.ts';
import {
  type LogBatch,
  LogBatches,
  type NewEvent,
} from '../../../lambda/outputs/cloudwatch-logs/batch.ts';
import { BufferPool } from '../../../lambda/outputs/cloudwatch-logs/events-text.ts';
import {
  MAX_BATCH_BYTES,
  MAX_BATCH_EVENTS,
  MAX_BATCH_SPAN_MS,
} from '../../../lambda/outputs/cloudwatch-logs/limits.ts';
import { PendingWrite } from '../../../lambda/outputs/delivery/pending-write.ts';
import { logEvent } from '../events.ts';

const write = new PendingWrite(Infinity);
const sent = (bytes: number, more: Parameters<typeof logEvent>[0] = {}): NewEvent => ({
  event: logEvent({ timestamp: 0, ...more }),
  bytes,
  write,
});

function batchesOf(events: readonly NewEvent[]): LogBatch[] {
  const batches = new LogBatches(new BufferPool());
  const full = events.map((event) => batches.add(event)).filter((batch) => batch !== undefined);
  return [...full, ...batches.takeAll()];
}

const sizes = (batches: readonly LogBatch[]) => batches.map((batch) => batch.events().length);

describe('a batch', () => {
  it('counts UTF-8 bytes and 26 for each event', () => {
    expect(eventBytes('a€😀')).toBe(1 + 3 + 4 + 26);
  });

  it('is full at exactly the largest number of bytes', () => {
    const half = MAX_BATCH_BYTES / 2;
    expect(sizes(batchesOf([sent(half), sent(half), sent(27)]))).toEqual([2, 1]);
    expect(sizes(batchesOf([sent(half), sent(half + 1)]))).toEqual([1, 1]);
  });

  it('is full at exactly the largest number of events', () => {
    const events = Array.from({ length: MAX_BATCH_EVENTS + 1 }, () => sent(27));
    expect(sizes(batchesOf(events))).toEqual([MAX_BATCH_EVENTS, 1]);
  });

  it('holds the events of one group and stream', () => {
    const events = [
      sent(27, { logGroup: 'a' }),
      sent(27, { logStream: 't' }),
      sent(27, { logGroup: 'a' }),
    ];
    expect(sizes(batchesOf(events))).toEqual([2, 1]);
  });

  it('has its events in the order of their times, and of their arrival where times are equal', () => {
    const [batch] = batchesOf([
      sent(27, { timestamp: 2, message: 'c' }),
      sent(27, { timestamp: 1, message: 'a' }),
      sent(27, { timestamp: 1, message: 'b' }),
    ]);
    expect(JSON.parse(batch!.body().toString())).toEqual({
      logGroupName: 'g',
      logStreamName: 's',
      logEvents: [
        { timestamp: 1, message: 'a' },
        { timestamp: 1, message: 'b' },
        { timestamp: 2, message: 'c' },
      ],
    });
    expect(batch!.events().map(({ timestamp }) => timestamp)).toEqual([1, 1, 2]);
  });

  it('never holds more than its limits, and no event is lost or doubled', () => {
    const anyEvent = fc.record({
      bytes: fc.integer({ min: 27, max: MAX_BATCH_BYTES }),
      logStream: fc.constantFrom('s', 't'),
      timestamp: fc.integer({ min: 0, max: 3 * MAX_BATCH_SPAN_MS }),
    });
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 60 }), (events) => {
        const all = events.map(({ bytes, ...more }, index) =>
          sent(bytes, { ...more, message: `${index}` }),
        );
        const batches = batchesOf(all);
        for (const batch of batches) {
          const inside = batch.events();
          const times = inside.map(({ timestamp }) => timestamp);
          expect(inside.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(batch.bytes);
          expect(batch.bytes).toBeLessThanOrEqual(MAX_BATCH_BYTES);
          expect(times).toEqual(times.toSorted((a, b) => a - b));
          expect(times.at(-1)! - times[0]!).toBeLessThanOrEqual(MAX_BATCH_SPAN_MS);
        }
        const inRequests = batches.flatMap((batch) => {
          const { logEvents, logStreamName: logStream } = JSON.parse(batch.body().toString());
          return logEvents.map((event: object) => ({ ...event, logStream }));
        });
        const given = all.map(({ event: { message, timestamp, logStream } }) => ({
          ...{ message, timestamp, logStream },
        }));
        const byMessage = (one: { message: string }, other: { message: string }) =>
          Number(one.message) - Number(other.message);
        expect(inRequests.toSorted(byMessage)).toEqual(given);
      }),
    );
  });
});
