import assert from 'node:assert/strict';
import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compilePattern } from '../../lambda/config/values/pattern.ts';
import { Drops } from '../../lambda/model/samples/drops.ts';
import { labelsOf, type MetricType, type Sample } from '../../lambda/model/samples/sample.ts';
import type { TypeOverride } from '../../lambda/model/settings/config.ts';
import { NameFilter } from '../../lambda/series/name-filter.ts';

const NAMES = ['', '_bucket', '_sum', '_count', '_gsum', '_gcount', '_total', '_sum_count'].flatMap(
  (suffix) => [`x${suffix}`, `y${suffix}`],
);
const TYPES: readonly MetricType[] = ['unknown', 'histogram', 'gaugehistogram', 'summary', 'gauge'];
const LABELS = [{}, { le: '1' }, { le: '+Inf' }, { quantile: '0.5' }];

const anySample: fc.Arbitrary<Sample> = fc
  .record({
    name: fc.constantFrom(...NAMES),
    type: fc.oneof(fc.constant('unknown' as const), fc.constantFrom(...TYPES)),
    labels: fc.constantFrom(...LABELS),
  })
  .map(({ name, type, labels }) => {
    // As decoders find it.
    const family = type === 'unknown' || type === 'gauge' ? name : name.replace(/_[a-z]+$/, '');
    return { series: { name, family, type, labels: labelsOf(labels) }, value: 1 };
  });

const anyOverrides: fc.Arbitrary<readonly TypeOverride[]> = fc.constantFrom(
  [],
  [],
  [{ metric: compilePattern('^x$'), type: 'histogram' }],
  [{ metric: compilePattern('^y'), type: 'summary' }],
);

/** What is taken, and what is dropped for other reasons than that no declaration wants it. */
function outcomeOf(
  scrape: readonly Sample[],
  selected: ReadonlySet<string>,
  overrides: readonly TypeOverride[],
) {
  const selects = (name: string) => selected.has(name);
  const filter = new NameFilter(overrides, { mayWant: selects, selects });
  const drops = new Drops();
  const taken = [...filter.take(scrape, drops)];
  const { no_declaration: unwanted = 0, ...others } = Object.fromEntries(drops.counts);
  return { filter, taken, unwanted, others };
}

it('what may not be taken can be left out, and nothing but its number is missing', () => {
  let leftOut = 0;
  let taken = 0;
  fc.assert(
    fc.property(
      fc.array(anySample, { maxLength: 12 }),
      fc.uniqueArray(fc.constantFrom(...NAMES), { maxLength: 2 }),
      anyOverrides,
      (scrape, names, overrides) => {
        const selected = new Set(names);
        const all = outcomeOf(scrape, selected, overrides);
        const rest = scrape.filter(({ series }) => all.filter.mayTake(series));
        const some = outcomeOf(rest, selected, overrides);
        assert.deepEqual(some.taken, all.taken);
        assert.deepEqual(some.others, all.others);
        assert.equal(some.unwanted + scrape.length - rest.length, all.unwanted);
        leftOut += scrape.length - rest.length;
        taken += all.taken.length;
      },
    ),
    { numRuns: 5_000 },
  );
  expect(Math.min(leftOut, taken)).toBeGreaterThan(1_000);
});

it('the buckets of a histogram of which only the count is selected may not be taken', () => {
  const selects = (name: string) => name === 'x_count';
  const filter = new NameFilter([], { mayWant: selects, selects });
  const kindOf = (name: string) => ({ name, family: 'x', type: 'histogram' }) as const;
  expect(filter.mayTake(kindOf('x_count'))).toBe(true);
  expect(filter.mayTake(kindOf('x_bucket'))).toBe(false);
});
