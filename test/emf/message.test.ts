import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MessageWriter } from '../../lambda/emf/message.ts';
import type { Publication } from '../../lambda/model/samples/publication.ts';
import { labelsOf } from '../../lambda/model/samples/sample.ts';

const TIME = 1_700_000_000_000;

const PUBLICATION: Publication = {
  namespace: 'name"space',
  dimensions: [['job'], []],
  storageResolution: 60,
  rate: false,
};
const LISTS = [[], [PUBLICATION], [PUBLICATION, { ...PUBLICATION, namespace: 'other' }]];

/** Names and values with all that JSON must escape, and some that JavaScript's objects put first. */
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.constantFrom('job', '1', '', '\ud800', '"', '\\', '\u0000', 'x'.repeat(300)),
);

/** V8 13.6 reads a name of one character that is escaped as a backslash: `JSON.parse('{"a":1,"\\n":2}')` after one with a backslash. */
const name = text.filter((each) => each.length !== 1 || JSON.stringify(each).length === 3);

const fields = fc.uniqueArray(
  fc.record({
    name: name.filter((each) => each !== '_aws'),
    value: fc.oneof(fc.double({ noNaN: true }).filter(Number.isFinite), fc.array(fc.integer())),
    publications: fc.constantFrom(...LISTS),
    points: fc.constant([]),
  }),
  { selector: ({ name }) => name, minLength: 1, maxLength: 250 },
);

describe('the text of an event', () => {
  it('is what JSON.stringify makes of its labels and fields, whatever they are', () => {
    fc.assert(
      fc.property(fc.dictionary(name, text), fields, (given, ofEvent) => {
        const labels = labelsOf(given);
        const { message } = new MessageWriter(new Map()).write(
          { labels, timestamp: TIME },
          ofEvent,
        );
        const { _aws, ...members } = JSON.parse(message);
        const expected = labelsOf(labels) as Record<string, unknown>;
        delete expected._aws;
        for (const { name, value } of ofEvent) expected[name] = value;
        expect(members).toEqual(JSON.parse(JSON.stringify(expected)));
        // The same length only if no member is there twice.
        expect(message).toHaveLength(JSON.stringify(JSON.parse(message)).length);
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ['standard', 60 as const, { Name: 'm', Unit: 'Bytes' }],
    ['high', 1 as const, { Name: 'm', Unit: 'Bytes', StorageResolution: 1 }],
  ])(
    'has the unit of a metric, and its resolution if it is not the standard: %s',
    (_, storageResolution, definition) => {
      const writer = new MessageWriter(new Map([['m', 'Bytes']]));
      const publications = [{ ...PUBLICATION, storageResolution }];
      const field = { name: 'm', value: 1, publications, points: [] };
      // The second time from what the writer remembers.
      for (const timestamp of [TIME, TIME + 1]) {
        const { message, metrics } = writer.write({ labels: labelsOf({ job: 'app' }), timestamp }, [
          field,
        ]);
        expect(metrics).toBe(1);
        expect(JSON.parse(message)).toEqual({
          _aws: {
            Timestamp: timestamp,
            CloudWatchMetrics: [
              { Namespace: 'name"space', Dimensions: [['job'], []], Metrics: [definition] },
            ],
          },
          job: 'app',
          m: 1,
        });
      }
    },
  );

  it('is right after more names and labels than its writer remembers', () => {
    const writer = new MessageWriter(new Map());
    const wrong: string[] = [];
    for (let index = 0; index < 20_000; index++) {
      const field = { name: `m${index}`, value: index, publications: [PUBLICATION], points: [] };
      const labels = labelsOf({ pod: `p${index}` });
      const { message } = writer.write({ labels, timestamp: TIME }, [field]);
      if (!message.endsWith(`,"pod":"p${index}","m${index}":${index}}`)) wrong.push(message);
    }
    expect(wrong).toEqual([]);
  });
});
