import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { decodeOpenMetrics, openMetricsMemory } from '../../lambda/decode/openmetrics/decoder.ts';
import { decodeText, textMemory } from '../../lambda/decode/text/decoder.ts';
import type { MetricType, Sample } from '../../lambda/model/samples/sample.ts';
import { describeWithFixtures, FIXTURES, fixtureJson } from '../fixtures.ts';

interface Exposition {
  file: string;
  format: string;
  samples: number;
  /** Families that have samples, by type. */
  families: Record<string, number>;
  samplesWithTimestamp?: number;
  note?: string;
}

describeWithFixtures('Real expositions', 'expositions', () => {
  const all = fixtureJson<Exposition[]>('expositions', 'index.json');
  const expositions = all.filter(({ format }) => format === 'text-0.0.4');
  const ofOpenMetrics = all.filter(({ format }) => format === 'openmetrics-1.0.0');
  const memory = textMemory();

  it.each(expositions.map((e) => [e.file, e] as const))(
    '%s has as many samples and families as its index says, cold and warm',
    (file, { samples: count, families, samplesWithTimestamp = 0 }) => {
      const body = readFileSync(join(FIXTURES, 'expositions', file));
      for (let scrape = 0; scrape < 2; scrape++) {
        const { samples } = decodeText(body, memory);
        expect(samples).toHaveLength(count);
        expect(samples.filter(({ timestamp }) => timestamp !== undefined)).toHaveLength(
          samplesWithTimestamp,
        );
        expect(familiesByType(samples)).toEqual(families);
      }
    },
  );

  const openMetrics = openMetricsMemory();

  it.each(ofOpenMetrics.map((e) => [e.file, e] as const))(
    '%s has as many samples, start times and families as its index says, cold and warm',
    (file, { samples: count, families, note }) => {
      const body = readFileSync(join(FIXTURES, 'expositions', file));
      const created = body.toString().match(/^\w+_created[ {]/gm)?.length ?? 0;
      for (let scrape = 0; scrape < 2; scrape++) {
        const { samples, breach } = decodeOpenMetrics(body, openMetrics);
        expect(samples).toHaveLength(count - created);
        expect(new Set(samples.map(({ start }) => start)).size > 1).toBe(created > 0);
        expect(familiesByType(samples)).toEqual(families);
        // What is said about a file is that it breaks rules of the specification.
        expect(breach !== undefined).toBe(note !== undefined);
      }
    },
  );
});

function familiesByType(samples: readonly Sample[]): Record<string, number> {
  const counts = { counter: 0, gauge: 0, histogram: 0, summary: 0, untyped: 0 };
  const types = new Map<string, MetricType>();
  for (const { series } of samples) types.set(series.family, series.type);
  for (const type of types.values()) {
    if (type === 'unknown') counts.untyped++;
    else if (type in counts) counts[type as keyof typeof counts]++;
    else throw new Error(`expected a type of the text format, got ${type}`);
  }
  return counts;
}
