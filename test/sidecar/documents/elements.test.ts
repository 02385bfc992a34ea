import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ElementReader } from '../../../sidecar/documents/elements.ts';

describe('The reader of an array that comes in pieces', () => {
  it('gives the elements of any array, however it is cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.jsonValue(), { maxLength: 6 }),
        fc.boolean(),
        fc.array(fc.nat(400), { maxLength: 12 }),
        (array, isSpaced, cuts) => {
          const text = JSON.stringify(array, undefined, isSpaced ? 2 : 0);
          const { elements, isComplete } = read(piecesOf(text, cuts));

          expect(isComplete).toBe(true);
          expect(elements).toEqual(JSON.parse(text));
        },
      ),
      { numRuns: 500 },
    );
  });

  it.each<[string, string, unknown[]]>([
    ['brackets in texts', '["]", {"a": "}{["}, "["]', [']', { a: '}{[' }, '[']],
    ['quotation marks in texts', '["\\"", "\\\\", "\\\\\\",[", 1]', ['"', '\\', '\\",[', 1]],
    [
      'null among others',
      ' [ null , {"a":[1,{"b":null}]},null ] ',
      [null, { a: [1, { b: null }] }, null],
    ],
    ['nothing', '[ \n]', []],
  ])('reads %s, in pieces of one character too', (_, text, elements) => {
    expect(read([text])).toEqual({ elements, isComplete: true });
    expect(read([...text])).toEqual({ elements, isComplete: true });
  });

  it.each<[string, string, unknown[]]>([
    ['no JSON', '[{"a":1},{"a":wrong},{"a":2}]', [{ a: 1 }, undefined, { a: 2 }]],
    ['empty', '[1,,2]', [1, undefined, 2]],
    ['brackets that match in number alone', '[1,{"a":[}},2]', [1, undefined, 2]],
  ])('loses no element but the one that is %s', (_, text, elements) => {
    expect(read([text]).elements).toEqual(elements);
  });

  it.each([
    ['nothing', ''],
    ['an object', '{"a":[1]}'],
    ['null', 'null'],
    ['a page', '<html>[1]</html>'],
    ['the beginning of an array', '[{"a":1},{"b":'],
    ['an array that is closed as an object', '[1}'],
    ['something behind it', '[1] []'],
  ])('does not take %s for an array', (_, text) => {
    expect(read([text]).isComplete).toBe(false);
    expect(read([...text]).isComplete).toBe(false);
  });
});

function read(pieces: readonly string[]): { elements: unknown[]; isComplete: boolean } {
  const elements: unknown[] = [];
  const reader = new ElementReader((element) => elements.push(element));
  for (const piece of pieces) reader.add(piece);
  return { elements, isComplete: reader.isComplete };
}

function piecesOf(text: string, cuts: readonly number[]): string[] {
  const places = [0, ...cuts.filter((cut) => cut < text.length), text.length].sort((a, b) => a - b);
  return places.slice(1).map((end, index) => text.slice(places[index], end));
}
