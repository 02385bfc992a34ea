import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MemoryBudget } from '../../lambda/decode/memory/budget.ts';
import { decodeOpenMetrics, openMetricsMemory } from '../../lambda/decode/openmetrics/decoder.ts';
import { decodeText, textMemory } from '../../lambda/decode/text/decoder.ts';
import { DecodeError } from '../../lambda/decode/tokens/error.ts';
import type { Sample, Wanted } from '../../lambda/model/samples/sample.ts';
import { describeWithFixtures, FIXTURES } from '../fixtures.ts';
import { anyEdit, edited } from './exposition-arbitraries.ts';
import { readLines } from './lines/reader.ts';
import { SMALL_EXPOSITIONS } from './small-expositions.ts';

/** Samples are compared with what the lines say. */
const AS_WRITTEN = { normalizeBounds: false };

/** Inputs of this file's tests together. */
const INPUTS = Number(process.env.FARGAUGE_FUZZ_INPUTS ?? 100_000);

/** Each is one edit away from the one before that could be decoded. */
const INPUTS_PER_RUN = 10;

/** Far more than it takes on an idle core. */
const TIMEOUT_MS = 120_000 + INPUTS * 3;

/** Little, so that memories are full most of the time and start anew now and then. */
const CAPACITY = 30_000;

/** Bytes that one byte of an exposition can make a memory grow by: a name of one letter in a line of four. */
const GROWTH = 400;

/** Samples and the rule that is broken, or the message of an error. */
type Outcome =
  | { samples: readonly Sample[]; unwanted: number; breach?: string | undefined }
  | string;

interface Format {
  cold(body: Buffer, wanted?: Wanted): Outcome;
  warm(body: Buffer): Outcome;
  /** With one memory for each choice. */
  warmWith(body: Buffer, wanted: Wanted): Outcome;
  /** With one memory for all choices. */
  changing(body: Buffer, wanted: Wanted): Outcome;
  /** Milliseconds. */
  timestampOf(text: string): number;
  /** Whether a line gives the others of its point a start instead of a sample. */
  mayBeStart(name: string): boolean;
}

/** What may be wanted of an exposition: nothing, and about half of the names or of the families. */
const CHOICES: readonly Wanted[] = [
  () => false,
  ({ name }) => isOdd(name),
  ({ family, type }) => isOdd(family + type),
];

const budget = new MemoryBudget(CAPACITY);
const text = memoriesOf(() => textMemory(budget));
const openMetrics = memoriesOf(() => openMetricsMemory(budget));

const FORMATS: readonly Format[] = [
  {
    cold: (body, wanted) =>
      outcomeOf(() => decodeText(body, textMemory(), { wanted, ...AS_WRITTEN })),
    warm: (body) => outcomeOf(() => decodeText(body, text.all, AS_WRITTEN)),
    warmWith: (body, wanted) =>
      outcomeOf(() => decodeText(body, text.of(wanted), { wanted, ...AS_WRITTEN })),
    changing: (body, wanted) =>
      outcomeOf(() => decodeText(body, text.changing, { wanted, ...AS_WRITTEN })),
    timestampOf: Number,
    mayBeStart: () => false,
  },
  {
    cold: (body, wanted) =>
      outcomeOf(() => decodeOpenMetrics(body, openMetricsMemory(), { wanted, ...AS_WRITTEN })),
    warm: (body) => outcomeOf(() => decodeOpenMetrics(body, openMetrics.all, AS_WRITTEN)),
    warmWith: (body, wanted) =>
      outcomeOf(() => decodeOpenMetrics(body, openMetrics.of(wanted), { wanted, ...AS_WRITTEN })),
    changing: (body, wanted) =>
      outcomeOf(() => decodeOpenMetrics(body, openMetrics.changing, { wanted, ...AS_WRITTEN })),
    timestampOf: (seconds) => Math.round(Number(seconds) * 1000),
    mayBeStart: (name) => name.endsWith('_created'),
  },
];

const { stackTraceLimit } = Error;

// Most inputs give an error, and its stack would take longer than all the rest.
beforeAll(() => {
  Error.stackTraceLimit = 0;
});

afterAll(() => {
  Error.stackTraceLimit = stackTraceLimit;
});

it(
  'Decoders give the samples that are written and wanted, or an error, after any edits of small expositions',
  () => fuzz(SMALL_EXPOSITIONS, INPUTS / 2),
  TIMEOUT_MS,
);

describeWithFixtures('Fuzzing with real expositions', 'expositions', () => {
  const folder = join(FIXTURES, 'expositions');
  const texts = readdirSync(folder)
    .filter((file) => /\.(?:prom|om)$/.test(file))
    .map((file) => readFileSync(join(folder, file), 'latin1'));

  it(
    'Decoders give the samples that are written and wanted, or an error, after any edits of real expositions',
    () => fuzz(texts, INPUTS / 2),
    TIMEOUT_MS,
  );
});

/** @param originals one character for each byte */
function fuzz(originals: readonly string[], inputs: number): void {
  let decoded = 0;
  let refused = 0;
  const anyOriginal = fc
    .record({ original: fc.constantFrom(...originals), from: fc.nat(), lines: fc.nat(12) })
    .map(({ original, from, lines }) => excerpt(original, from, lines + 1));
  fc.assert(
    fc.property(
      anyOriginal,
      fc.array(anyEdit, { minLength: INPUTS_PER_RUN, maxLength: INPUTS_PER_RUN }),
      (original, edits) => {
        let last = original;
        for (const edit of edits) {
          const next = edited(last, edit);
          const body = Buffer.from(next, 'latin1');
          const results = FORMATS.map((format) => check(body, format));
          for (const result of results) {
            if (result) decoded++;
            else refused++;
          }
          // Who edits what is broken already mostly learns nothing new.
          last = results.includes(true) ? next : original;
        }
      },
    ),
    { numRuns: Math.ceil(inputs / INPUTS_PER_RUN) },
  );
  // Else it would say little about samples, or about errors.
  expect(Math.min(decoded, refused) / (decoded + refused)).toBeGreaterThan(0.1);
}

/** @returns whether it was decoded */
function check(body: Buffer, format: Format): boolean {
  const cold = format.cold(body);
  assertSame(format.warm(body), cold);
  assertSame(format.warm(body), cold);
  const wanted = CHOICES[body.length % CHOICES.length] as Wanted;
  const chosen = chosenOf(cold, wanted);
  assertSame(format.cold(body, wanted), chosen);
  assertSame(format.warmWith(body, wanted), chosen);
  assertSame(format.warmWith(body, wanted), chosen);
  assertSame(format.changing(body, wanted), chosen);
  assert.ok(budget.bytes <= CAPACITY * 1.25 + GROWTH * body.length, `${budget.bytes} bytes`);
  if (typeof cold === 'string') return false;
  assertWritten(cold.samples, body.toString(), format);
  return true;
}

/** What is left of an exposition, decoded as a whole, of which only so much is wanted. */
function chosenOf(all: Outcome, wanted: Wanted): Outcome {
  if (typeof all === 'string') return all;
  const samples = all.samples.filter(({ series }) => wanted(series));
  return { ...all, samples, unwanted: all.samples.length - samples.length };
}

/** Checks that the samples are the lines of the text, in their order, and that none is missing. */
function assertWritten(samples: readonly Sample[], body: string, format: Format): void {
  const lines = readLines(body);
  const starts = new Set<number | undefined>([undefined]);
  let index = 0;
  for (const { name, labels, value, timestamp } of lines) {
    const sample = samples[index];
    const time = timestamp === undefined ? undefined : format.timestampOf(timestamp);
    const same =
      sample !== undefined &&
      sample.series.name === name &&
      Object.is(sample.value, value) &&
      sample.timestamp === time &&
      Object.keys(sample.series.labels).length === labels.length &&
      labels.every(([key, text]) => sample.series.labels[key] === text);
    if (!same && format.mayBeStart(name)) {
      starts.add(Math.round(value * 1000));
      continue;
    }
    if (!same) assert.deepEqual(sample, { name, labels, value, timestamp }, body);
    index++;
  }
  assert.equal(index, samples.length, body);
  if (format === FORMATS[0]) for (const { value } of lines) starts.add(Math.round(value * 1000));
  for (const { start } of samples) assert.ok(starts.has(start), body);
}

function assertSame(outcome: Outcome, expected: Outcome): void {
  if (typeof outcome === 'string' || typeof expected === 'string') {
    assert.equal(outcome, expected);
    return;
  }
  const { samples, breach } = expected;
  const same =
    outcome.breach === breach &&
    outcome.unwanted === expected.unwanted &&
    outcome.samples.length === samples.length &&
    samples.every((sample, index) => isSame(sample, outcome.samples[index]));
  if (!same) assert.deepEqual(outcome, expected);
}

function isSame(one: Sample, other: Sample | undefined): boolean {
  if (other === undefined) return false;
  const [labels, others] = [Object.entries(one.series.labels), other.series.labels];
  return (
    one.series.name === other.series.name &&
    one.series.family === other.series.family &&
    one.series.type === other.series.type &&
    Object.is(one.value, other.value) &&
    one.timestamp === other.timestamp &&
    one.start === other.start &&
    labels.length === Object.keys(others).length &&
    labels.every(([key, text]) => others[key] === text)
  );
}

function memoriesOf<Memory>(newMemory: () => Memory) {
  const byChoice = new Map(CHOICES.map((wanted) => [wanted, newMemory()]));
  return {
    all: newMemory(),
    changing: newMemory(),
    of: (wanted: Wanted) => byChoice.get(wanted) as Memory,
  };
}

function isOdd(name: string): boolean {
  let sum = 0;
  for (let at = 0; at < name.length; at++) sum += name.charCodeAt(at);
  return sum % 2 === 1;
}

/** An error of any other kind is a failure of the test. */
function outcomeOf(decode: () => Outcome): Outcome {
  try {
    return decode();
  } catch (error) {
    if (error instanceof DecodeError) return error.message;
    throw error;
  }
}

/** Up to `count` lines from anywhere, ended as the whole is. */
function excerpt(whole: string, from: number, count: number): string {
  const lines = whole.split('\n').slice(0, -1);
  const start = from % lines.length;
  const end = whole.trimEnd().endsWith('# EOF') && start + count < lines.length ? '# EOF\n' : '';
  const kept = lines.slice(start, start + count).map((line) => `${line}\n`);
  return kept.join('') + end;
}
