import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Collector } from '../../lambda/collect.ts';
import { labelsOf, type Sample, type Series } from '../../lambda/model/samples/sample.ts';
import type { CycleReport } from '../../lambda/report/report.ts';
import { MAX_AGE_MS, MAX_AHEAD_MS } from '../../lambda/series/convert.ts';
import { MemoryState } from '../../lambda/state/memory.ts';
import { documentOf, manyValuesOf, problemsOf, valuesOf } from '../emf/events.ts';
import { ALL_TYPES, MINUTE, series, target } from '../series/samples.ts';
import { configWith, declarationOf, fixedDiscovery, scriptedScraper } from './parts.ts';
import { type RecordingOutput, recordingOutput } from './recording-output.ts';

/**
 * Properties of the stages between the scrape and the delivery, for any samples: names, labels and values that mean
 * something to a stage come often, so that they come together.
 */

const START = Date.UTC(2026, 4, 1);

const DIMENSION_NAMES = ['job', 'code', 'm1', 'ClusterName', 'prom_metric_type'];
const ODD_NAMES = ['__proto__', '_aws', 'é', ':x', 'l'.repeat(251)];
const LABEL_NAMES = ['job', 'code', 'm1', 'ClusterName', 'exported_job', 'exported_code'];
const METRIC_NAMES = ['m1', 'm2', 'code', 'job'];
const ODD_METRIC_NAMES = ['_aws', '__proto__', 'größe', ' ', 'n'.repeat(256)];

const labelName = oftenOf(LABEL_NAMES, ODD_NAMES);
const labelValue = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('a', 'b') },
  fc.constantFrom('', ' ', '\t', 'é', 'a\nb', 'x'.repeat(1024), 'x'.repeat(1025)),
  fc.string(),
);
const labels = fc
  .dictionary(labelName, labelValue, { maxKeys: 5 })
  .map((entries) => labelsOf(entries));
const value = fc.oneof(
  fc.integer({ min: 0, max: 100 }),
  fc.double(),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, -Number.MAX_VALUE, 2 ** 360, 2 ** 361, -0),
);
const timeOfSample = oftenOf(
  [undefined, undefined, 0],
  [-1, 1, -MINUTE, -MAX_AGE_MS - MINUTE, 2 * MAX_AHEAD_MS],
);

/** Samples of few sets of labels and few names, so that many share an event or repeat another. */
const some = fc.array(labels, { minLength: 1, maxLength: 3 }).chain((sets) => {
  const ofSet = fc.constantFrom(...sets);
  const anySeries = fc.oneof(
    fc.record({
      name: fc.oneof(oftenOf(METRIC_NAMES, ODD_METRIC_NAMES), fc.string({ maxLength: 4 })),
      type: oftenOf(['gauge', 'counter'], ALL_TYPES),
      labels: ofSet,
    }),
    fc.record({
      name: fc.constantFrom('s', 's_sum', 's_count'),
      type: fc.constantFrom('summary', 'unknown'),
      labels: ofSet,
    }),
    fc.record({
      name: fc.constantFrom('mh_bucket', 'mh_bucket', 'mh_bucket', 'mh_sum', 'mh_count', 'mh'),
      type: fc.constantFrom('histogram', 'histogram', 'gaugehistogram', 'unknown'),
      labels: fc
        .tuple(ofSet, fc.constantFrom('1', '2', '2.0', '+Inf', 'x', ''))
        .map(([set, le]) => labelsOf(set, { le })),
    }),
  );
  return fc.array(fc.record({ of: anySeries, value, time: timeOfSample }), { maxLength: 40 });
});

/** Many metrics with the same labels: more than one directive holds, or more than one event. */
const crowd = fc
  .tuple(fc.integer({ min: 99, max: 230 }), fc.constantFrom(1, 1_000_000))
  .map(([count, length]) => {
    const filled = labelsOf({ filler: 'x'.repeat(length) });
    return Array.from({ length: count }, (_, i) => ({
      of: { name: 'm'.repeat(200) + i, type: 'gauge' as const, labels: filled },
      value: i,
      time: undefined,
    }));
  });

const scrapes = fc.oneof({ weight: 9, arbitrary: some }, { weight: 1, arbitrary: crowd });

/** Sorted, as the loader leaves them. */
const dimensionSet = fc
  .uniqueArray(oftenOf(DIMENSION_NAMES, ODD_NAMES), { maxLength: 2 })
  .map((names) => names.toSorted());

const rules = fc.record({
  declarations: fc.array(
    fc
      .record({
        selectors: fc.constantFrom([''], ['^m'], ['1$', 'code'], []),
        dimensions: fc.array(dimensionSet, { maxLength: 3 }),
      })
      .map(declarationOf),
    { maxLength: 3 },
  ),
  logUnmatched: fc.boolean(),
  units: fc.constantFrom(new Map(), new Map([['m1', 'Count']])),
});

const setting = fc.record({
  rules,
  honorLabels: fc.boolean(),
  targetLabels: labels.map((own) => dropEmpty({ job: 'j', ...own })),
  clusterName: fc.constantFrom(undefined, '', 'prod'),
});

it('whatever the samples are, each is published or counted, and each event is valid', async () => {
  await fc.assert(
    fc.asyncProperty(setting, scrapes, scrapes, async (given, first, second) => {
      const { output, cycle } = start(given);
      for (const scrape of [first, second]) {
        const { samples } = await cycle(scrape);
        const dropped = Object.values(samples.dropped).reduce((sum, count) => sum + count, 0);
        expect(output.events.flatMap(problemsOf)).toEqual([]);
        expect(samples.scraped).toBe(scrape.length);
        expect(samples.published + dropped).toBe(scrape.length);
        // Differences of one minute are one number, and the parts of a histogram are one value.
        const alone = scrape.every(
          ({ of, time }) => !of.name.startsWith('mh') && time === undefined,
        );
        if (alone) expect(samples.published).toBe(numbersIn(output));
        else expect(samples.published).toBeGreaterThanOrEqual(numbersIn(output));
        const { declarations, logUnmatched } = given.rules;
        const metrics = output.events.reduce((sum, event) => sum + event.metrics, 0);
        if (declarations.length === 0) expect(metrics).toBe(0);
        else if (!logUnmatched && alone) expect(metrics).toBe(samples.published);
      }
    }),
    { numRuns: 150 },
  );
});

it('whatever the samples are, a gauge is published with its own value or not at all', async () => {
  await fc.assert(
    fc.asyncProperty(setting, some, async (given, scrape) => {
      const gauges = scrape.map((each) => ({
        ...each,
        of: { ...each.of, type: 'gauge' as const },
      }));
      const { output, cycle } = start(given);
      await cycle(gauges);
      for (const [name, number] of output.events.flatMap((event) =>
        Object.entries(valuesOf(event)),
      )) {
        const values = gauges.filter(({ of }) => of.name === name).map((each) => each.value + 0);
        expect(values).toContain(number);
      }
    }),
    { numRuns: 100 },
  );
});

it('whatever the labels are, events hold those of the target and the series', async () => {
  await fc.assert(
    fc.asyncProperty(setting, labels, async (given, ofSeries) => {
      const emf = { declarations: [], logUnmatched: false, units: new Map() };
      const { output, cycle } = start({ ...given, rules: emf });
      await cycle([
        { of: { name: 'metric', type: 'gauge', labels: ofSeries }, value: 1, time: undefined },
      ]);
      const texts = Object.entries(documentOf(output.events[0]!)).filter(
        ([name]) => name !== 'metric',
      );
      const expected = [
        ...Object.entries(given.targetLabels).filter(
          ([name]) => !(given.honorLabels && name in ofSeries),
        ),
        ...Object.entries(dropEmpty(ofSeries)),
      ].filter(([name]) => name !== '_aws');
      for (const [name, text] of expected) {
        // A scraped label in conflict is there under another name.
        expect(
          texts.filter(([other, value]) => other.endsWith(name) && value === text),
        ).not.toEqual([]);
      }
    }),
    { numRuns: 150 },
  );
});

/** Nine times of ten one of the first list. */
function oftenOf<T>(often: readonly T[], seldom: readonly T[]): fc.Arbitrary<T> {
  return fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom(...often) },
    { weight: 1, arbitrary: fc.constantFrom(...seldom) },
  );
}

interface GivenSample {
  readonly of: Pick<Series, 'name'> & { readonly type: string; readonly labels: Series['labels'] };
  readonly value: number;
  /** Milliseconds from the time of the scrape. */
  readonly time: number | undefined;
}

type Setting = typeof setting extends fc.Arbitrary<infer T> ? T : never;

/** A collector of one target whose scrapes are given, one a minute. */
function start({ rules: emf, honorLabels, targetLabels, clusterName }: Setting): {
  output: RecordingOutput;
  cycle(scrape: readonly GivenSample[]): Promise<CycleReport>;
} {
  const output = recordingOutput();
  let now = START;
  let samples: Sample[] = [];
  const collector = new Collector({
    config: {
      ...configWith(emf),
      clusterName,
      logs: { group: '/{ServiceName}/{JobName}{ClusterName}' },
    },
    discovery: fixedDiscovery([target({ labels: targetLabels, honorLabels })]),
    scraper: scriptedScraper(
      () => now,
      () => samples,
    ),
    state: new MemoryState(),
    outputs: [output],
    now: () => now,
  });
  return {
    output,
    cycle: (scrape) => {
      now += MINUTE;
      output.events.length = 0;
      samples = scrape.map(({ of: { name, type, labels: own }, value: raw, time }) => ({
        series: series(name, {
          family: /^(summary|.*histogram)$/.test(type)
            ? name.replace(/_(bucket|sum|count)$/, '')
            : name,
          type: type as Series['type'],
          labels: own,
        }),
        value: raw,
        start: raw % 3 === 0 ? now - MINUTE / 2 : undefined,
        ...(time !== undefined && { timestamp: now + time }),
      }));
      return collector.collect(60_000);
    },
  };
}

function numbersIn({ events }: RecordingOutput): number {
  return events.reduce((sum, event) => {
    const arrays = Object.values(manyValuesOf(event)).filter((many) => Array.isArray(many));
    return sum + Object.keys(valuesOf(event)).length + arrays.flat().length;
  }, 0);
}

function dropEmpty(given: Readonly<Record<string, string>>): Record<string, string> {
  return labelsOf(Object.fromEntries(Object.entries(given).filter(([, text]) => text !== '')));
}
