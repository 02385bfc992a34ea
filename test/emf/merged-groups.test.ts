import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { accepted, encode } from '../../lambda/emf/encode.ts';
import { isMergeable, MergedGroups } from '../../lambda/emf/merged-groups.ts';
import { groupsOf } from '../../lambda/grouping/grouping.ts';
import type { LogEvent } from '../../lambda/model/delivery/event.ts';
import { Drops } from '../../lambda/model/samples/drops.ts';
import type { Point } from '../../lambda/model/samples/point.ts';
import type { Publication, Publications } from '../../lambda/model/samples/publication.ts';
import { type Labels, labelsOf, type Series } from '../../lambda/model/samples/sample.ts';
import { StoredMetrics, type StoredPeriod } from '../cloudwatch/stored.ts';
import { MINUTE, series } from '../series/samples.ts';
import { documentOf, manyValuesOf, problemsOf } from './events.ts';
import { pointsOf, settings, UNITS } from './generated-points.ts';

const DESTINATION = { logGroup: 'g', logStream: 's' };

/** Digits in which sums agree that were added up in another order. */
const DIGITS = 9;

/** One list for all that are published alike, as the rules give. */
const lists = new Map<string, Publications>();

describe('values of several tasks in one event', () => {
  it('store in CloudWatch what events of one task each store', () => {
    fc.assert(
      fc.property(fc.array(settings, { maxLength: 4 }), (given) => {
        const targets = given.map((setting, index) => ofTask(pointsOf(setting), `task${index}`));
        const [apart, merged] = [encodeApart(targets), encodeMerged(targets)];
        expect(merged.events.flatMap(problemsOf)).toEqual([]);
        expect(new Set(merged.dropped)).toEqual(new Set(apart.dropped));
        expect(storedBy(merged.events)).toEqual(storedBy(apart.events));
        expect(merged.events.length).toBeLessThanOrEqual(apart.events.length);
      }),
      { numRuns: 60 },
    );
  });

  it('are the greatest first, a hundred an event, which names the tasks of its extremes', () => {
    const tasks = Array.from({ length: 150 }, (_, index) => `task${index}`);
    const { events } = encodeMerged(
      tasks.map((task, index) => [point('cpu', (index * 7) % 150, task)]),
    );
    const documents = events.map(documentOf);
    const byRank = Array.from({ length: 150 }, (_, rank) => 149 - rank);
    expect(documents.map(({ cpu }) => cpu)).toEqual([byRank.slice(0, 100), byRank.slice(100)]);
    const taskOf = (value: number) =>
      tasks[tasks.findIndex((_, index) => (index * 7) % 150 === value)];
    expect(
      documents.map(({ TaskIdOfGreatest, TaskIdOfLeast }) => [TaskIdOfGreatest, TaskIdOfLeast]),
    ).toEqual([
      [{ cpu: taskOf(149) }, { cpu: taskOf(50) }],
      [{ cpu: taskOf(49) }, { cpu: taskOf(0) }],
    ]);
  });

  it('have the labels that all of them share', () => {
    const zones = ['a', 'a', 'b'];
    const { events } = encodeMerged(
      zones.map((zone, index) => [
        point('cpu', index, `task${index}`, { ServiceName: 'web', zone, region: 'r' }),
      ]),
      { zone: true, region: true, ServiceName: true },
    );
    expect(events.map(documentOf)).toEqual([
      {
        _aws: expect.anything(),
        ServiceName: 'web',
        region: 'r',
        TaskIdOfGreatest: { cpu: 'task2' },
        TaskIdOfLeast: { cpu: 'task0' },
        cpu: [2, 1, 0],
      },
    ]);
  });

  it('are those of one task alone as before', () => {
    const { events } = encodeMerged([
      [point('cpu', 1, 'only'), point('cpu', 2, 'only', {}, 1_000)],
    ]);
    expect(events.map(documentOf)).toEqual([
      { _aws: expect.anything(), TaskId: 'only', cpu: [2, 1] },
    ]);
  });

  it.each<[string, Partial<Parameters<typeof pointWith>[0]>]>([
    ['another service', { labels: { ServiceName: 'other' } }],
    ['another container', { labels: { container_name: 'other' } }],
    ['another label of the series', { labels: { code: '500' } }],
    ['another minute', { offset: MINUTE }],
    ['a dimension of the task', { dimensions: [['TaskId']] }],
    ['a resolution of a second', { storageResolution: 1 }],
    ['no task', { isOfTask: false }],
  ])('are apart from those of %s', (_, other) => {
    const { events } = encodeMerged([[pointWith({})], [pointWith({ task: 'task1', ...other })]]);
    expect(events).toHaveLength(2);
    expect(encodeMerged([[pointWith({})], [pointWith({ task: 'task1' })]]).events).toHaveLength(1);
  });

  it('are one distribution, whose equal ranges are added up', () => {
    const bin = (value: number, count: number) => ({
      value,
      count,
      from: value - 1,
      to: value + 1,
    });
    const { events } = encodeMerged([
      [point('h', { bins: [bin(1, 2), bin(5, 1)], sum: 7 }, 'task0')],
      [point('h', { bins: [bin(1, 3), bin(9, 1)], sum: 12 }, 'task1')],
    ]);
    expect(events.map(documentOf)).toEqual([
      {
        _aws: expect.anything(),
        TaskIdOfGreatest: { h: 'task1' },
        TaskIdOfLeast: { h: 'task0' },
        h: { Values: [1, 5, 9], Counts: [5, 1, 1], Min: 0, Max: 10, Count: 7, Sum: 19 },
      },
    ]);
  });

  it('weigh as many as there are', () => {
    const merged = new MergedGroups();
    const owner = { drops: new Drops() };
    const groups = groupsOf([point('cpu', 1, 'a'), point('cpu', 2, 'a', {}, 1_000)], owner.drops);
    for (const group of groups) merged.add(group, {}, DESTINATION, owner);
    expect(merged.weight).toBe(2);
    merged.takeAll();
    expect([merged.weight, merged.takeAll()]).toEqual([0, []]);
  });

  it('leave a label alone that has the name of the member for tasks', () => {
    const labels = { TaskIdOfGreatest: 'mine', ServiceName: 'web' };
    const { events } = encodeMerged([
      [point('cpu', 1, 'a', labels)],
      [point('cpu', 2, 'b', labels)],
    ]);
    expect(events.map(documentOf)).toEqual([
      {
        _aws: expect.anything(),
        ...labels,
        TaskIdOfLeast: { cpu: 'a' },
        cpu: [2, 1],
      },
    ]);
  });
});

/** As points of one task, which an event has room for. */
function ofTask(points: readonly Point[], task: string): Point[] {
  const sets = new Map<Labels, Labels>();
  return points
    .filter(({ labels }) => Object.values(labels).join('').length < 1_000_000)
    .map((each) => {
      const labels = sets.get(each.labels) ?? labelsOf(each.labels, { TaskId: task });
      sets.set(each.labels, labels);
      return { ...each, labels, publications: listOf(each.publications) };
    });
}

function listOf(publications: Publications): Publications {
  const key = JSON.stringify(publications);
  const list = lists.get(key) ?? publications;
  lists.set(key, list);
  return list;
}

function point(
  name: string,
  value: Point['value'],
  task: string,
  labels: Labels = {},
  offset = 0,
): Point {
  return pointWith({ name, value, task, labels, offset });
}

function pointWith({
  name = 'cpu',
  value = 1,
  task = 'task0',
  isOfTask = true,
  labels = {},
  offset = 0,
  dimensions = [[]],
  storageResolution = 60,
}: {
  readonly name?: string;
  readonly value?: Point['value'];
  readonly task?: string;
  /** @default true */
  readonly isOfTask?: boolean;
  readonly labels?: Labels;
  readonly offset?: number;
} & Partial<Pick<Publication, 'dimensions' | 'storageResolution'>>): Point {
  return {
    series: series(name),
    labels: known(labelsOf(labels, isOfTask ? { TaskId: task } : {})),
    value,
    timestamp: Date.UTC(2026, 4, 1) + offset,
    publications: listOf([{ namespace: 'ns', dimensions, storageResolution, rate: false }]),
  };
}

/** One object for equal labels, as all series of a target with them have. */
function known(labels: Labels): Labels {
  const key = JSON.stringify(labels);
  const same = knownLabels.get(key) ?? labels;
  knownLabels.set(key, same);
  return same;
}

const knownLabels = new Map<string, Labels>();

interface Encoded {
  readonly events: readonly LogEvent[];
  readonly dropped: readonly Series[];
}

function encodeApart(targets: readonly (readonly Point[])[]): Encoded {
  const dropped: Series[] = [];
  const events = targets.flatMap((points) => {
    const drops = new Drops((_, each) => dropped.push(each));
    return encode(groupsOf(points, drops), { units: UNITS }, () => DESTINATION, drops);
  });
  return { events, dropped };
}

/** @param ofTarget labels that are of the target, and not of the series */
function encodeMerged(
  targets: readonly (readonly Point[])[],
  ofTarget: Readonly<Record<string, true>> = {},
): Encoded {
  const dropped: Series[] = [];
  const merged = new MergedGroups();
  const events: LogEvent[] = [];
  const drops = new Drops((_, each) => dropped.push(each));
  const write = (groups: Parameters<typeof encode>[0]) =>
    events.push(...encode(groups, { units: UNITS }, () => DESTINATION, drops));
  for (const points of targets) {
    const groups = groupsOf(points, drops);
    write(groups.filter((group) => !isMergeable(group)));
    for (const group of groups.filter(isMergeable)) {
      const labels = Object.entries(group.labels).filter(([name]) => ofTarget[name]);
      merged.add(accepted(group, drops), Object.fromEntries(labels), DESTINATION, { drops });
    }
  }
  write(merged.takeAll().map(({ group }) => group));
  for (const event of events) {
    for (const values of Object.values(manyValuesOf(event))) {
      if (Array.isArray(values)) expect(values.length).toBeLessThanOrEqual(100);
    }
  }
  return { events, dropped };
}

function storedBy(events: readonly LogEvent[]) {
  const stored = new StoredMetrics();
  stored.addEvents(events);
  return stored.periods.map(rounded);
}

function rounded([key, { count, sum, least, greatest, values }]: readonly [string, StoredPeriod]) {
  const of = (value: number) => Number(value.toPrecision(DIGITS));
  const occurred = [...values].map(([value, times]) => [value, of(times)] as const);
  return [key, of(count), of(sum), least, greatest, occurred.sort(([one], [two]) => one - two)];
}
