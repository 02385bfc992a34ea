import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from '@jest/globals';
import fc from 'fast-check';
import { MemoryBudget } from '../../../lambda/decode/memory/budget.ts';
import { textMemory } from '../../../lambda/decode/text/decoder.ts';
import { describeWithFixtures, FIXTURES } from '../../fixtures.ts';
import { anyEdit, anyExpositions, anyValidExposition, edited } from '../exposition-arbitraries.ts';
import { sampleLines } from '../lines/reader.ts';
import { outcomeOf, type PlainSample } from './outcome.ts';

/** Far more than the 5 s that it takes on an idle core. */
const TIMEOUT_MS = 120_000;

/** From one that holds next to nothing to one that holds everything. */
const anyCapacity = fc.constantFrom(1, 1_500, 4_000, 1_000_000);

describe('Decoding with a memory', () => {
  it(
    'gives the samples that were written, for the first, the second and the third time',
    () => {
      const memory = textMemory();
      fc.assert(
        fc.property(anyValidExposition, ({ body, samples }) => {
          assert.deepEqual(outcomeOf(body), samples);
          assert.deepEqual(outcomeOf(body, memory), samples);
          assert.deepEqual(outcomeOf(body, memory), samples);
        }),
        { numRuns: 4_000 },
      );
    },
    TIMEOUT_MS,
  );

  it(
    'gives what decoding without one gives, error or samples, whatever it remembers',
    () => {
      fc.assert(
        fc.property(anyExpositions, anyCapacity, (bodies, capacity) => {
          const memory = textMemory(new MemoryBudget(capacity));
          for (const body of bodies) {
            assert.deepEqual(outcomeOf(body, memory), outcomeOf(body));
          }
        }),
        { numRuns: 8_000 },
      );
    },
    TIMEOUT_MS,
  );

  it(
    'gives no sample that is not a line of the exposition, with its name, labels and value',
    () => {
      const memory = textMemory(new MemoryBudget(10_000));
      fc.assert(
        fc.property(anyExpositions, (bodies) => {
          for (const body of bodies) assertWritten(outcomeOf(body, memory), body.toString());
        }),
        { numRuns: 4_000 },
      );
    },
    TIMEOUT_MS,
  );
});

describeWithFixtures('Decoding real expositions with a memory', 'expositions', () => {
  const folder = join(FIXTURES, 'expositions');
  const texts = readdirSync(folder)
    .filter((file) => file.endsWith('.prom'))
    .map((file) => readFileSync(join(folder, file), 'latin1'));

  it(
    'gives what decoding without one gives, after any change of them',
    () => {
      const anyExcerpt = fc
        .record({ text: fc.constantFrom(...texts), from: fc.nat(), lines: fc.integer({ max: 60 }) })
        .map(({ text, from, lines }) => excerpt(text, from, lines));
      fc.assert(
        fc.property(
          anyExcerpt,
          fc.array(fc.array(anyEdit, { maxLength: 3 }), { minLength: 2, maxLength: 5 }),
          anyCapacity,
          (original, edits, capacity) => {
            const memory = textMemory(new MemoryBudget(capacity));
            for (const some of edits) {
              const body = Buffer.from(some.reduce(edited, original), 'latin1');
              assert.deepEqual(outcomeOf(body, memory), outcomeOf(body));
            }
          },
        ),
        { numRuns: 4_000 },
      );
    },
    TIMEOUT_MS,
  );

  it('gives the same the second time, for all of them in one memory', () => {
    const memory = textMemory();
    for (let round = 0; round < 3; round++) {
      for (const text of texts) {
        const body = Buffer.from(text, 'latin1');
        assert.deepEqual(outcomeOf(body, memory), outcomeOf(body));
      }
    }
  });
});

/** Checks that each sample is one line of the text, and each line that is no comment a sample. */
function assertWritten(outcome: PlainSample[] | string, text: string): void {
  if (typeof outcome === 'string') return;
  const lines = sampleLines(text);
  assert.equal(outcome.length, lines.length);
  for (const [index, { name, labels, value }] of outcome.entries()) {
    const line = lines[index]!;
    const unescaped = line.replaceAll('\\', '');
    for (const part of [name, ...labels.flat()]) {
      assert.ok(unescaped.includes(part.replaceAll('\\', '')), line);
    }
    const numbers = line
      .match(/[+-]?(?:Inf|NaN|\d[\d.]*(?:e[+-]?\d+)?)/g)
      ?.map((literal) => Number(literal.replace('Inf', 'Infinity')));
    assert.ok(
      numbers?.some((number) => Object.is(number, value)),
      line,
    );
  }
}

/** Up to `count` lines from anywhere. */
function excerpt(text: string, from: number, count: number): string {
  const lines = text.split('\n').slice(0, -1);
  const start = from % lines.length;
  return lines
    .slice(start, start + Math.max(count, 1))
    .map((line) => `${line}\n`)
    .join('');
}
