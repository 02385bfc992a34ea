import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { EventsText } from '../../../lambda/outputs/cloudwatch-logs/events-text.ts';

/** Texts of all kinds, and some larger than the first buffer. */
const message = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.json(),
  fc
    .tuple(fc.constantFrom('x', '"', '\u0001', 'ä', '😀'), fc.nat(40_000))
    .map(([text, count]) => text.repeat(count)),
);

it('is the JSON of a request, whatever the events are', () => {
  const events = fc.array(fc.record({ timestamp: fc.maxSafeNat(), message }), { minLength: 1 });
  fc.assert(
    fc.property(events, fc.string(), (logEvents, name) => {
      const text = new EventsText();
      const places = logEvents.map(({ timestamp, message }) => text.add(timestamp, message));
      const whole = { logGroupName: name, logStreamName: 's"', logEvents };
      expect(text.body(name, 's"', places).toString()).toBe(JSON.stringify(whole));
      const backwards = { ...whole, logEvents: logEvents.toReversed() };
      const reversed = text.body(name, 's"', places.toReversed()).toString();
      expect(reversed).toBe(JSON.stringify(backwards));
    }),
    { numRuns: 200 },
  );
});
