import { describe, expect, it } from '@jest/globals';
import type { Series } from '../../lambda/model/samples/sample.ts';
import type { Target } from '../../lambda/model/targets/target.ts';
import { RelabelMemory } from '../../lambda/scrape/relabel-memory.ts';
import { limits, series, target } from '../series/samples.ts';

const SERIES = Array.from({ length: 100 }, (_, index) => series(`m${index}`));
const RULES: Target['metricRelabeling'] = [];
const targetCalled = (id: string, more: Partial<Target> = {}) =>
  target({ id, metricRelabeling: RULES, ...more });

/** One scrape of a target: how many of its series were known. */
function scrape(memory: RelabelMemory, of: Target, all: readonly Series[]): number {
  const outcomes = memory.of(of, all.length);
  let known = 0;
  for (const each of all) {
    if (outcomes.has(each)) known++;
    else outcomes.learn(each, each);
  }
  return known;
}

describe('the memory of metric relabeling', () => {
  it('knows what it has learnt, also that a series was dropped', () => {
    const memory = new RelabelMemory();
    const of = targetCalled('a');
    memory.of(of, 1).learn(SERIES[0]!, undefined);
    const outcomes = memory.of(of, 1);
    expect([outcomes.has(SERIES[0]!), outcomes.get(SERIES[0]!)]).toEqual([true, undefined]);
    expect(outcomes.has(SERIES[1]!)).toBe(false);
    expect(memory.size).toBe(1);
  });

  it('keeps the targets apart', () => {
    const memory = new RelabelMemory();
    scrape(memory, targetCalled('a'), SERIES);
    expect(scrape(memory, targetCalled('b'), SERIES)).toBe(0);
    expect(scrape(memory, targetCalled('a'), SERIES)).toBe(100);
  });

  it.each<[string, Partial<Target>]>([
    ['labels', { labels: { job: 'other' } }],
    ['rules', { metricRelabeling: [] }],
    ['honor_labels', { honorLabels: true }],
    ['limits', { limits: limits({ labels: 5 }) }],
    ['limits of names', { limits: limits({ labelNameBytes: 5 }) }],
    ['limits of values', { limits: limits({ labelValueBytes: 5 }) }],
  ])('forgets a target that has other %s', (_, more) => {
    const memory = new RelabelMemory();
    scrape(memory, targetCalled('a'), SERIES);
    expect(scrape(memory, targetCalled('a', more), SERIES)).toBe(0);
    expect(memory.size).toBe(100);
  });

  it('learns no more once it is full, and stays of use for what it knows', () => {
    const memory = new RelabelMemory(150);
    const [a, b] = [targetCalled('a'), targetCalled('b')];
    for (let round = 0; round < 5; round++) {
      expect(scrape(memory, a, SERIES)).toBe(round === 0 ? 0 : 100);
      expect(scrape(memory, b, SERIES)).toBe(round === 0 ? 0 : 50);
      expect(memory.size).toBe(150);
    }
  });

  it('makes room for new targets in place of those that are gone', () => {
    const memory = new RelabelMemory(100);
    scrape(memory, targetCalled('gone'), SERIES);
    const known: number[] = [];
    for (let round = 0; round < 8; round++) {
      known.push(scrape(memory, targetCalled('new'), SERIES));
      expect(memory.size).toBeLessThanOrEqual(100);
    }
    expect(known.at(-1)).toBe(100);
  });

  it('clears away the series of a target that has ever new ones', () => {
    const memory = new RelabelMemory();
    for (let round = 0; round < 50; round++) {
      const fresh = SERIES.map(({ name }) => series(name));
      scrape(memory, targetCalled('a'), fresh);
      expect(memory.size).toBeLessThanOrEqual(2 * 100 + 1_000 + 100);
    }
  });
});
