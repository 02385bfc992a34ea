import { expect, it } from '@jest/globals';
import { decodeOpenMetrics, openMetricsMemory } from '../../lambda/decode/openmetrics/decoder.ts';
import { DecodeError } from '../../lambda/decode/tokens/error.ts';
import { describeWithFixtures, fixtureJson } from '../fixtures.ts';

interface Case {
  name: string;
  input: string;
  shouldParse: boolean;
}

describeWithFixtures('OpenMetrics 1.0', 'openmetrics', () => {
  const cases = fixtureJson<Case[]>('openmetrics', 'cases.json');
  const memory = openMetricsMemory();

  it.each(cases.map((c) => [c.name, c] as const))(
    '%s is told right from wrong, cold and warm',
    (_, { input, shouldParse }) => {
      for (let scrape = 0; scrape < 3; scrape++) {
        expect(problemOf(input, memory) === undefined).toBe(shouldParse);
      }
    },
  );
});

/** Why an exposition is not valid: what cannot be read in it, or the rule that it breaks. */
function problemOf(input: string, memory = openMetricsMemory()): string | undefined {
  try {
    return decodeOpenMetrics(Buffer.from(input), memory).breach;
  } catch (error) {
    if (error instanceof DecodeError) return error.message;
    throw error;
  }
}
