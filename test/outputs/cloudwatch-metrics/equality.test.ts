import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { encode } from '../../../lambda/emf/encode.ts';
import { groupsOf } from '../../../lambda/grouping/grouping.ts';
import { Drops } from '../../../lambda/model/samples/drops.ts';
import type { Point } from '../../../lambda/model/samples/point.ts';
import type { Series } from '../../../lambda/model/samples/sample.ts';
import { StoredMetrics, type StoredPeriod } from '../../cloudwatch/stored.ts';
import { pointsOf, settings, UNITS } from '../../emf/generated-points.ts';
import { sent } from './sent.ts';

/** Digits in which sums agree that were added up in another order. */
const DIGITS = 9;

it('stores in CloudWatch what the events of the same points store, whatever is to be published', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(settings, { maxLength: 3 }), async (given) => {
      const targets = given.map((setting) => pointsOf(setting).filter(hasEvents));
      const { stored, dropped } = ofEvents(targets);
      const data = await sent(targets, { units: UNITS });
      expect(data.problems).toEqual([]);
      expect(new Set(data.dropped)).toEqual(new Set([...dropped, ...unpublished(targets)]));
      const storedOfData = new StoredMetrics();
      for (const request of data.requests) storedOfData.addRequest(request);
      expect(storedOfData.periods.map(rounded)).toEqual(stored.periods.map(rounded));
    }),
    { numRuns: 50 },
  );
});

/** Whether an event has room for it: not beside labels of 1 MB, nor under the name of the member that holds the directives. */
function hasEvents({ series, labels }: Point): boolean {
  const characters = Object.values(labels).reduce((sum, { length }) => sum + length, 0);
  return series.name !== '_aws' && characters < 1_000_000;
}

/** What the events of targets store, and what is dropped. */
function ofEvents(targets: readonly (readonly Point[])[]) {
  const stored = new StoredMetrics();
  const dropped: Series[] = [];
  for (const points of targets) {
    const drops = new Drops((_, series) => dropped.push(series));
    const destination = { logGroup: 'g', logStream: 's' };
    stored.addEvents(encode(groupsOf(points, drops), { units: UNITS }, () => destination, drops));
  }
  return { stored, dropped };
}

/** Those that an event keeps as plain fields. */
function unpublished(targets: readonly (readonly Point[])[]): readonly Series[] {
  return targets
    .flat()
    .filter(({ publications }) => publications.length === 0)
    .map(({ series }) => series);
}

function rounded([key, { count, sum, least, greatest, values }]: readonly [string, StoredPeriod]) {
  const of = (value: number) => Number(value.toPrecision(DIGITS));
  const occurred = [...values].map(([value, times]) => [value, of(times)] as const);
  return [key, of(count), of(sum), least, greatest, occurred.sort(([one], [two]) => one - two)];
}
