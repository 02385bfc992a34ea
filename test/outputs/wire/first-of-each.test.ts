import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FirstOfEach } from '../../../lambda/outputs/wire/first-of-each.ts';

describe('FirstOfEach', () => {
  it.each([
    ['a hash of its own for each', (text: string) => hashOf(text)],
    ['few hashes for many', (text: string) => hashOf(text) % 3],
    ['the same hash for all', () => -1],
  ])('numbers what is alike with the same number, with %s', (_, hash) => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 2 }), { maxLength: 100 }), (texts) => {
        const all = new FirstOfEach<string>((one, other) => one === other);
        const numbers = new Map<string, number>();
        for (const text of texts) {
          expect(all.has(hash(text), text)).toBe(numbers.has(text));
          const expected = numbers.get(text) ?? numbers.size;
          expect(all.add(hash(text), text)).toBe(expected);
          numbers.set(text, expected);
          expect(all.size).toBe(numbers.size);
        }
      }),
    );
  });
});

function hashOf(text: string): number {
  return [...text].reduce(
    (hash, character) => (hash * 31 + (character.codePointAt(0) ?? 0)) | 0,
    7,
  );
}
