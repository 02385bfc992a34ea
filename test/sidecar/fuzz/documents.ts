import fc from 'fast-check';
import { sampleStats, sampleTask } from '../sample-documents.ts';
import { sampleInstance } from '../sample-instance.ts';
import { editBytes, editsOf } from './edits.ts';
import { CHANGES, tamper } from './tampering.ts';

/** What JSON is made of, and what is hard to read: long, deep, cut off, or no UTF-8. */
const PIECES = [
  ...['"', '\\', '\\u', '\\u0000', '\\ud83d', '\\ud83d\\ude00', '[', ']', '{', '}', ',', ':'],
  ...['null', 'true', '-', '-0', '1e999', '1e-999', '0x1', '01', '.5', '5.', '__proto__', '\0'],
  ...[
    '\xff',
    '\xc3\xa9',
    '\xc0\x80',
    '\xed\xa0\x80',
    '\xf0\x9f\x98\x80',
    '\xf0\x9f',
    '\xef\xbb\xbf',
  ],
  ...['"constructor":', '"__proto__":{"a":1},', '"2026-05-01T06:00:00.123456789123Z"'],
  ...['9'.repeat(400), `0.${'0'.repeat(400)}1`, '['.repeat(60_000), '{"":'.repeat(20_000)],
  ...[`"${'x'.repeat(200_000)}"`, `"${'\\u20ac'.repeat(20_000)}"`, ' '.repeat(70_000)],
].map((text) => Buffer.from(text, 'latin1'));

/** Documents of the task metadata endpoint that are broken here and there; some of them are whole. */
export const BROKEN_DOCUMENT = broken(
  fc.oneof(
    fc.constant(sampleTask()),
    fc.nat(3_600).map((second) => sampleStats(second)),
    fc.jsonValue(),
  ),
);

/** Most tasks of a document: a daemon shows 100, and counts the others. */
const TASKS = 120;

/** The same of all tasks of an instance: some elements are missing, null or there twice, and the statistics may have others. */
export const BROKEN_INSTANCE = broken(
  fc
    .record({
      tasks: fc.integer({ min: 1, max: TASKS }),
      second: fc.nat(3_600),
      isStats: fc.boolean(),
      places: fc.array(fc.nat(TASKS), { maxLength: 4 }),
      kept: fc.nat(TASKS),
    })
    .map(({ tasks, second, isStats, places, kept }) => {
      const { tasks: documents, stats } = sampleInstance(tasks, second);
      const elements: unknown[] = [...(isStats ? stats : documents)];
      for (const place of places) {
        if (place % 3 === 0) elements[place % elements.length] = null;
        else if (place % 3 === 1) elements.push(elements[place % elements.length]);
        else elements.length = Math.min(elements.length, kept);
      }
      return elements;
    }),
);

function broken(documents: fc.Arbitrary<unknown>): fc.Arbitrary<Buffer> {
  return fc
    .record({ document: documents, changes: CHANGES, edits: editsOf(PIECES, 8) })
    .map(({ document, changes, edits }) => {
      const text = JSON.stringify(tamper(document, changes)) ?? '';
      return editBytes(Buffer.from(text), edits);
    });
}
