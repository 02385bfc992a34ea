import { CreateLogStreamCommand } from '@aws-sdk/client-cloudwatch-logs';
import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PUT_LOG_EVENTS, putLogEvents } from '../../../cli/demo/aws/logs/put-events.ts';
import { LogStore } from '../../../cli/demo/aws/logs/store.ts';
import type { AwsError } from '../../../cli/demo/aws/protocol/protocol.ts';
import type { DeliveryOutcome, LogEvent } from '../../../lambda/model/delivery/event.ts';
import { eventBytes, MAX_EVENT_BYTES } from '../../../lambda/model/delivery/event-size.ts';
import type { LogsSender } from '../../../lambda/outputs/cloudwatch-logs/api.ts';
import { cloudWatchLogsOutput } from '../../../lambda/outputs/cloudwatch-logs/cloudwatch-logs.ts';
import { logEvent, putRequestOf } from '../events.ts';

const NOW = Date.UTC(2026, 4, 1, 12);
const HOUR = 3_600_000;

/** What a request meets: nothing, or an error that may pass or not. */
type Weather = 'fair' | 'ThrottlingException' | 'ServiceUnavailableException' | 'InvalidParameter';

/** CloudWatch Logs in the same process: the stand-in's rules, without a socket, and requests that fail in turn. */
class Logs {
  readonly store = new LogStore('arn:aws:logs:us-east-1:123456789012', () => NOW);
  /** What was against the rules. */
  readonly broken: string[] = [];
  readonly #weather: Iterator<Weather>;

  constructor(weather: readonly Weather[]) {
    for (const group of ['g', 'h']) this.store.putGroup(group);
    this.#weather = weather[Symbol.iterator]();
  }

  get sender(): LogsSender {
    const send = async (command: unknown) => this.#send(command);
    return { send } as unknown as LogsSender;
  }

  #send(command: unknown): unknown {
    if (command instanceof CreateLogStreamCommand) {
      const { logGroupName = '', logStreamName = '' } = command.input;
      this.store.putStream(logGroupName, logStreamName);
      return {};
    }
    const request = putRequestOf(command);
    const { value = 'fair' } = this.#weather.next();
    if (value !== 'fair') throw Object.assign(new Error(value), { name: value, ...status(value) });
    try {
      return putLogEvents(this.store, request);
    } catch (error) {
      const { type, message } = error as AwsError;
      if (type !== 'ResourceNotFoundException') this.broken.push(message);
      throw Object.assign(new Error(message), { name: type, ...status('InvalidParameter') });
    }
  }
}

function status(weather: Weather) {
  const httpStatusCode = weather === 'ServiceUnavailableException' ? 503 : 400;
  return { $metadata: { httpStatusCode } };
}

const weather = fc.array(
  fc.constantFrom<Weather>(
    ...(['fair', 'fair', 'fair', 'fair'] as const),
    ...(['ThrottlingException', 'ServiceUnavailableException', 'InvalidParameter'] as const),
  ),
);

const few = fc.integer({ min: 0, max: 3 });
const many = fc.integer({ min: PUT_LOG_EVENTS.batchEvents - 10, max: 11_000 });

/** Events that are alike: a few of any size, or more than fit into a batch of small ones. */
const batch = fc.record({
  size: fc.oneof(
    { weight: 8, arbitrary: fc.record({ count: few, length: fc.nat(MAX_EVENT_BYTES + 100) }) },
    { weight: 8, arbitrary: fc.record({ count: few, length: fc.nat(300) }) },
    { weight: 1, arbitrary: fc.record({ count: many, length: fc.nat(10) }) },
  ),
  letter: fc.constantFrom('x', 'ä', '€'),
  logGroup: fc.constantFrom('g', 'g', 'g', 'h'),
  logStream: fc.constantFrom('s', 's', 's', 't'),
  timestamp: fc.oneof(
    fc.integer({ min: NOW - 3 * 24 * HOUR, max: NOW + HOUR }),
    fc.integer({ min: NOW - 16 * 24 * HOUR, max: NOW + 4 * HOUR }),
    fc.constantFrom(Number.NaN, -1, 0.5, NOW - 14 * 24 * HOUR, NOW + 2 * HOUR),
  ),
});

/** An event for each hour of two days. */
const HOURLY = Array.from({ length: 48 }, (_, hours) => ({
  size: { count: 1, length: 10 },
  letter: 'x' as const,
  logGroup: 'g' as const,
  logStream: 's' as const,
  timestamp: NOW - hours * HOUR,
}));

type Batch = typeof batch extends fc.Arbitrary<infer T> ? T : never;

it('every batch keeps the rules, and every event is accepted once or rejected with a reason', async () => {
  const writes = fc.array(fc.array(batch, { maxLength: 3 }), { maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(writes, weather, async (given, requests) => {
      const logs = new Logs(requests);
      const offered = given.map((batches, write) =>
        batches.flatMap((each, index) => eventsOf(each, index, write)),
      );
      const output = cloudWatchLogsOutput({
        client: logs.sender,
        maxAttempts: 3,
        random: () => 0,
        // So that batches are sent before they are full, too.
        maxBufferedBytes: 2_000_000,
      });
      const delivery = output.open(new AbortController().signal);
      const outcomes: Promise<DeliveryOutcome>[] = [];
      for (const events of offered) {
        await delivery.ready();
        outcomes.push(delivery.write(events));
      }
      const report = await delivery.close();

      expect(logs.broken).toEqual([]);
      const counts = (await Promise.all(outcomes)).map(({ accepted, rejected }) => ({
        accepted,
        all: [...rejected.values()].reduce((sum, count) => sum + count, accepted),
      }));
      expect(counts.map(({ all }) => all)).toEqual(offered.map(({ length }) => length));
      const stored = logs.store.events();
      expect(stored).toHaveLength(counts.reduce((sum, { accepted }) => sum + accepted, 0));
      expect(report.events).toBe(stored.length);
      expect(report.bytes).toBe(stored.reduce((sum, { message }) => sum + eventBytes(message), 0));
      const rejected = Object.values(report.rejected).reduce((sum, count) => sum + count, 0);
      expect(report.events + rejected).toBe(offered.flat().length);
      // Each message is another one, so none was delivered twice.
      const messages = new Set(stored.map(({ message }) => message));
      expect(messages.size).toBe(stored.length);
      const known = new Set(offered.flat().map(({ message }) => message));
      expect([...messages].every((message) => known.has(message))).toBe(true);
    }),
    { numRuns: 50, examples: [[[HOURLY], []]] },
  );
});

/** Events of which each has another message, unless it is empty. */
function eventsOf({ size, letter, ...more }: Batch, batch: number, write: number): LogEvent[] {
  const letters = letter.repeat(size.length / Buffer.byteLength(letter));
  return Array.from({ length: size.count }, (_, index) =>
    logEvent({ ...more, message: letters && `${write}.${batch}.${index} ${letters}` }),
  );
}
