import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { BufferPool, EventsText } from '../../../lambda/outputs/cloudwatch-logs/events-text.ts';

/** Texts of all kinds, and some larger than the first buffer. */
const message = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.json(),
  fc
    .tuple(fc.constantFrom('x', '"', '\u0001', 'ä', '😀'), fc.nat(40_000))
    .map(([text, count]) => text.repeat(count)),
);

const pool = new BufferPool();

it('is the JSON of a request, whatever the events are, in a buffer that was used before', () => {
  const events = fc.array(fc.record({ timestamp: fc.maxSafeNat(), message }), { minLength: 1 });
  const name = fc.string({ maxLength: 512 });
  fc.assert(
    fc.property(events, name, name, (logEvents, logGroupName, logStreamName) => {
      const text = new EventsText(logGroupName, logStreamName, pool);
      const places = logEvents.map((event) => text.add(event.timestamp, event.message));
      const whole = { logGroupName, logStreamName, logEvents };
      expect(text.body().toString()).toBe(JSON.stringify(whole));
      const backwards = { ...whole, logEvents: logEvents.toReversed() };
      expect(text.body(places.toReversed()).toString()).toBe(JSON.stringify(backwards));
      text.release();
    }),
    { numRuns: 200 },
  );
});
