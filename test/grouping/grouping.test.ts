import { describe, expect, it } from '@jest/globals';
import { groupsOf } from '../../lambda/grouping/grouping.ts';
import { Drops } from '../../lambda/model/samples/drops.ts';
import type { Point } from '../../lambda/model/samples/point.ts';
import { labelsOf } from '../../lambda/model/samples/sample.ts';
import { MINUTE, series } from '../series/samples.ts';

const WEB = labelsOf({ job: 'web' });
const APP = labelsOf({ job: 'app' });

/** What the events of them look like, `test/emf` has. */
describe('groupsOf', () => {
  it('puts points with the same labels and minute together, at the time of the latest', () => {
    const groups = groupsOf(
      [point('a', 1, 10), point('b', 2, 20.5), point('a', 3, MINUTE), point('a', 4, 5, APP)],
      new Drops(),
    );
    expect(
      groups.map(({ labels, timestamp, metrics }) => [labels, timestamp, names(metrics)]),
    ).toEqual([
      [WEB, 20, ['a', 'b']],
      [WEB, MINUTE, ['a']],
      [APP, 5, ['a']],
    ]);
  });

  it('gives one value, several values, or what stands for many', () => {
    const bin = (value: number) => ({ value, count: 2, from: value, to: value });
    const [group] = groupsOf(
      [
        point('one', 1),
        point('several', 5, 2),
        point('several', 4, 1),
        point('grown', 2, 1, WEB, 1_000),
        point('grown', 3, 2, WEB, 1_000),
        point('many', { bins: [bin(1)], sum: 3 }, 1),
        point('many', { bins: [bin(7)], sum: 15 }, 2),
      ],
      new Drops(),
    );
    expect(Object.fromEntries(group!.metrics.map(({ name, value }) => [name, value]))).toEqual({
      one: 1,
      several: [4, 5],
      grown: 5,
      many: { bins: [bin(1), bin(7)], sum: 18 },
    });
  });

  it('takes a step for each point and each group', () => {
    let steps = 0;
    groupsOf([point('a', 1), point('b', 2), point('a', 1, MINUTE)], new Drops(), () => {
      steps += 1;
    });
    expect(steps).toBe(5);
  });
});

function point(
  name: string,
  value: Point['value'],
  timestamp = 0,
  labels = WEB,
  interval?: number,
): Point {
  return { series: series(name), labels, value, timestamp, interval, publications: [] };
}

function names(metrics: readonly { readonly name: string }[]): readonly string[] {
  return metrics.map(({ name }) => name);
}
