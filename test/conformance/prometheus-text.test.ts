import { expect, it } from '@jest/globals';
import { decodeText, type TextMemory, textMemory } from '../../lambda/decode/text/decoder.ts';
import { DecodeError } from '../../lambda/decode/tokens/error.ts';
import { describeWithFixtures, fixtureJson } from '../fixtures.ts';

interface ExpectedSample {
  name: string;
  labels: Record<string, string>;
  value: number | string;
  timestamp?: number;
}

interface Case {
  name: string;
  input?: string;
  inputBase64?: string;
  ok: boolean;
  /** What the Prometheus server does, which counts where prometheus/common is stricter. */
  server: 'up' | 'down';
  families?: { name: string; type: string; samples: ExpectedSample[] }[];
  error?: { line: number };
}

describeWithFixtures('Prometheus text format 0.0.4', 'prometheus-text', () => {
  const cases = fixtureJson<Case[]>('prometheus-text', 'cases.json');
  const valid = cases.filter(({ ok }) => ok);
  const broken = cases.filter(({ ok, server }) => !ok && server === 'down');
  const breaches = cases.filter(({ ok, server }) => !ok && server === 'up');

  it.each(valid.map((c) => [c.name, c] as const))(
    '%s is read as expected, cold and warm',
    (_, c) => {
      const memory = textMemory();
      const expected = flatten(c);
      expect(decode(c, memory)).toEqual(expected);
      expect(decode(c, memory)).toEqual(expected);
    },
  );

  it.each(broken.map((c) => [c.name, c] as const))('%s is refused at its line', (_, c) => {
    let error: unknown;
    try {
      decode(c, textMemory());
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(DecodeError);
    expect(error).toMatchObject({ line: c.error!.line });
  });

  it.each(breaches.map((c) => [c.name, c] as const))(
    '%s is taken as the server takes it, and the line is told',
    (_, c) => {
      const { breach } = decodeText(bodyOf(c), textMemory());
      expect(breach ?? 'none').toMatch(new RegExp(`^line ${c.error!.line}: `));
    },
  );
});

function bodyOf({ input, inputBase64 }: Case): Buffer {
  return input === undefined ? Buffer.from(inputBase64!, 'base64') : Buffer.from(input);
}

/** The libraries leave `le` and `quantile` as they are written. */
function decode(c: Case, memory: TextMemory) {
  const { samples: all } = decodeText(bodyOf(c), memory, { normalizeBounds: false });
  const samples = all.map(({ series, value, timestamp }) => ({
    family: series.family,
    type: series.type,
    name: series.name,
    labels: { ...series.labels },
    value,
    ...(timestamp === undefined ? {} : { timestamp }),
  }));
  return [...Map.groupBy(samples, ({ family }) => family).values()].flat();
}

/** The expected samples, family by family in the order of their first samples. */
function flatten(c: Case) {
  return c.families!.flatMap(({ name, type, samples }) =>
    samples.map((sample) => ({
      family: name,
      type: type === 'untyped' ? 'unknown' : type,
      ...sample,
      value: Number(String(sample.value).replace('Inf', 'Infinity')),
    })),
  );
}
