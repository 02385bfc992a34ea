import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { encode } from '../../lambda/emf/encode.ts';
import { groupsOf } from '../../lambda/grouping/grouping.ts';
import type { LogEvent } from '../../lambda/model/delivery/event.ts';
import { Drops } from '../../lambda/model/samples/drops.ts';
import type { Series } from '../../lambda/model/samples/sample.ts';
import { directivesOf, manyValuesOf, problemsOf, type ValueCounts, valuesOf } from './events.ts';
import { pointsOf, settings, UNITS } from './generated-points.ts';

/** Whatever is to be published, by whatever declarations: valid events, and nothing lost without being counted. */

it('gives valid events only, whatever is to be published', () => {
  fc.assert(
    fc.property(settings, (given) => {
      const { points, events, dropped } = run(given);
      expect(events.flatMap(problemsOf)).toEqual([]);
      const offered = new Set(points.map((point) => point.series));
      expect(dropped.filter((each) => !offered.has(each))).toEqual([]);
      expect(new Set(dropped).size).toBe(dropped.length);
    }),
    { numRuns: 100 },
  );
});

it('publishes all that is not counted as dropped', () => {
  fc.assert(
    fc.property(settings, (given) => {
      const { points, events, dropped } = run(given);
      const lost = new Set(dropped);
      const published = points.filter((point) => !lost.has(point.series));
      const totals: Record<string, number> = {};
      const add = (name: string, value: number) => {
        totals[name] = (totals[name] ?? 0) + value;
      };
      for (const {
        series: { name },
        value,
        publications,
        interval,
      } of published) {
        const rates = publications.filter(({ rate }) => rate).length;
        if (interval !== undefined && rates > 0 && rates === publications.length) continue;
        add(name, typeof value === 'number' ? value : value.sum);
      }
      const found: Record<string, number> = {};
      for (const event of events) {
        for (const [name, value] of Object.entries(numbersOf(event))) {
          if (!isPerSecond(event, name)) found[name] = (found[name] ?? 0) + value;
        }
      }
      for (const name of ['m1', 'm2', 'code', 'größe', 'c1', 'c2', 'h1']) {
        expect([name, found[name] ?? 0]).toEqual([name, expect.closeTo(totals[name] ?? 0, 3)]);
      }
    }),
    { numRuns: 100 },
  );
});

function run(given: Parameters<typeof pointsOf>[0]) {
  const points = pointsOf(given);
  const dropped: Series[] = [];
  const drops = new Drops((_, each) => dropped.push(each));
  const destination = { logGroup: 'g', logStream: 's' };
  const events = encode(groupsOf(points, drops), { units: UNITS }, () => destination, drops);
  return { points, events, dropped };
}

/** Differences alone are published per second. */
function isPerSecond(event: LogEvent, name: string): boolean {
  const namespaces = directivesOf(event)
    .filter(({ Metrics }) => Metrics.some(({ Name }) => Name === name))
    .map(({ Namespace }) => Namespace);
  return (
    /^c\d$/.test(name) && namespaces.length > 0 && namespaces.every((each) => each === 'rates')
  );
}

/** What each field of an event adds up to. */
function numbersOf(event: Parameters<typeof valuesOf>[0]): Record<string, number> {
  const many = Object.entries(manyValuesOf(event)).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.reduce((sum, each) => sum + each, 0) : (value as ValueCounts).Sum,
  ]);
  return { ...valuesOf(event), ...Object.fromEntries(many) };
}
