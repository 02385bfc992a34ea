import { describe, expect, it } from '@jest/globals';
import { type Excerpt, HISTORY_MS, History } from '../../../sidecar/history/history.ts';
import { type SubjectSample, TRACK_ROWS } from '../../../sidecar/history/track.ts';
import { since } from './since.ts';

/** Milliseconds. */
const START = 1_777_615_200_000;

describe('The history', () => {
  it('gives every point after a time, oldest first, each with its own time', () => {
    const history = new History(START);
    for (const second of [1, 2, 3]) history.record([sample(second)], START + second * 1000);

    expect(points(history.excerpt(since(0)))).toEqual([
      [1, START / 1000 + 1],
      [2, START / 1000 + 2],
      [3, START / 1000 + 3],
    ]);
    expect(points(history.excerpt(since(START + 2000)))).toEqual([[3, START / 1000 + 3]]);
    expect(points(history.excerpt(since(START + 1999))).map(([value]) => value)).toEqual([2, 3]);
  });

  it('loses and doubles nothing for a client that goes on from the end of its last page', () => {
    const history = new History(START);
    const seen: number[] = [];
    let cursor = since(0);
    for (let second = 1; second <= 700; second += 1) {
      // The points of two polls within the same millisecond are two.
      history.record([sample(second)], START + Math.floor(second / 3));
      if (second % 7 !== 0) continue;
      const excerpt = history.excerpt(cursor);
      seen.push(...points(excerpt).map(([value]) => value));
      cursor = excerpt.until;
    }

    expect(seen).toEqual(Array.from({ length: 700 }, (_, index) => index + 1));
  });

  it('counts in times of recording: a point of an earlier time that comes later is not lost', () => {
    const history = new History(START);
    history.record([sample(10, 'a')], START + 11_000);
    const { until } = history.excerpt(since(0));
    history.record([sample(9, 'b')], START + 12_000);

    expect(points(history.excerpt(until), 'b')).toEqual([[9, START / 1000 + 9]]);
  });

  it('goes on where the clock is set back, with cursors that increase', () => {
    const history = new History(START);
    history.record([sample(1)], START);
    const { until } = history.excerpt(since(0));
    history.record([sample(2)], START - 3_600_000);
    const next = history.excerpt(until);

    expect(next.until.recorded).toBeGreaterThan(until.recorded);
    expect(points(next)).toHaveLength(1);
  });

  it.each([
    ['the same time', 5],
    ['an earlier time', 4],
    ['a time of 15 minutes before', 5 - HISTORY_MS / 1000],
  ])('passes over a sample of %s', (_, second) => {
    const history = new History(START);
    history.record([sample(5)], START);
    history.record([sample(second)], START + 1000);

    expect(points(history.excerpt(since(0))).map(([value]) => value)).toEqual([5]);
  });

  it('begins anew with a source whose clock was set back for longer than it reaches', () => {
    const history = new History(START);
    history.record([sample(5)], START);
    history.record([sample(-3600)], START + 1000);
    history.record([sample(-3599)], START + 2000);

    expect(points(history.excerpt(since(0))).map(([value]) => value)).toEqual([-3600, -3599]);
  });

  it('gives each series its own values, also beside those that had the values of another', () => {
    const history = new History(START);
    for (const [second, one, other, third] of [
      [1, 5, 5, 8],
      [2, 6, 7, 9],
    ] as const) {
      const values = Object.entries({ one, other, third }).map(([name, value]) => ({
        ...{ name, value },
        labels: {},
      }));
      const time = START / 1000 + second;
      history.record([{ subject: 'task', labels: {}, time, values }], START + second * 1000);
    }
    const valuesOf = (name: string) =>
      history
        .excerpt(since(0))
        .traces(name)
        .flatMap(({ points: of }) => [...of().values]);
    expect(['one', 'other', 'third'].map(valuesOf)).toEqual([
      [5, 6],
      [5, 7],
      [8, 9],
    ]);
  });

  it('says that there is nothing of the time before it began', () => {
    const history = new History(START);
    history.record([sample(1)], START + 1_000);
    expect(history.excerpt(since(0)).since).toBe(START - 1);
  });

  it('says how far it reaches back: 15 minutes', () => {
    const history = new History(START);
    const last = HISTORY_MS / 10_000 + 10;
    for (let n = 1; n <= last; n += 1) history.record([sample(n * 10)], START + n * 10_000);
    const excerpt = history.excerpt(since(START));

    expect(excerpt.since).toBe(START + last * 10_000 - HISTORY_MS);
    expect(points(excerpt)).toHaveLength(HISTORY_MS / 10_000);
    expect(history.excerpt(since(excerpt.since + 1)).since).toBe(excerpt.since + 1);
  });

  it('never needs more room, and says so where points come faster than once a second', () => {
    const history = new History(START);
    for (let n = 1; n <= 2 * TRACK_ROWS; n += 1) history.record([sample(n)], START + n);
    const excerpt = history.excerpt(since(0));

    expect(excerpt.since).toBe(START + TRACK_ROWS + 1);
    expect(points(excerpt).map(([value]) => value)).toEqual(
      Array.from({ length: TRACK_ROWS - 1 }, (_, index) => TRACK_ROWS + 2 + index),
    );
  });

  it('leaves out what is overwritten while a page is read', () => {
    const history = new History(START);
    for (let n = 1; n <= TRACK_ROWS; n += 1) history.record([sample(n)], START + n);
    const excerpt = history.excerpt(since(0));
    history.record([sample(TRACK_ROWS + 1)], START + TRACK_ROWS + 1);
    history.record([sample(TRACK_ROWS + 2)], START + TRACK_ROWS + 2);

    expect(points(excerpt)[0]?.[0]).toBe(3);
    expect(points(excerpt).at(-1)?.[0]).toBe(TRACK_ROWS);
  });

  it('has no points for who asks for the future, and tells the right cursor', () => {
    const history = new History(START);
    history.record([sample(1)], START + 1000);
    const excerpt = history.excerpt(since(START + 60_000));

    expect(excerpt).toMatchObject({ until: since(START + 1000), more: false });
    expect(points(excerpt)).toEqual([]);
  });

  it('has a cursor before there is a point', () => {
    const history = new History(START);
    const { until } = history.excerpt(since(0));
    history.record([sample(1)], START);

    expect(points(history.excerpt(until))).toHaveLength(1);
  });

  it('cuts a page that would be too large between two polls, oldest first', () => {
    const history = new History(START);
    const subjects = Array.from({ length: 30 }, (_, index) =>
      `container ${index}`.padEnd(200, 'x'),
    );
    for (let n = 1; n <= 900; n += 1) {
      history.record(
        subjects.map((subject) => sample(n, subject)),
        START + n * 1000,
      );
    }
    const values = new Map<string, number[]>();
    let cursor = since(0);
    let pages = 0;
    for (let more = true; more; pages += 1) {
      const excerpt = history.excerpt(cursor);
      let bytes = 0;
      for (const { series, points } of excerpt.traces('load')) {
        const list = values.get(series) ?? [];
        values.set(series, list);
        for (const value of points().values) {
          list.push(value);
          bytes += series.length + 20;
        }
      }
      expect(bytes).toBeLessThan(4 * 1024 * 1024);
      ({ until: cursor, more } = excerpt);
    }

    expect(pages).toBeGreaterThan(1);
    expect(values.size).toBe(30);
    for (const list of values.values()) {
      expect(list).toEqual(Array.from({ length: 900 }, (_, index) => index + 1));
    }
  });

  it('has as many subjects as a task has containers, and no more', () => {
    const history = new History(START);
    const samples = Array.from({ length: 100 }, (_, index) => sample(1, `container ${index}`));
    history.record(samples, START);

    expect(history.excerpt(since(0)).traces('load')).toHaveLength(33);
  });

  it('gives the place of the container that ended first to a new one', () => {
    const history = new History(START);
    history.record(
      Array.from({ length: 33 }, (_, n) => sample(1, `container ${n}`)),
      START,
    );
    const present = new Set(Array.from({ length: 30 }, (_, n) => `container ${n + 1}`));
    // Another one that is gone has newer points.
    history.record([sample(2, 'container 0')], START + 1000, new Set(['container 0', ...present]));
    history.record([sample(3, 'new')], START + 2000, new Set(['new', ...present]));

    const subjects = history.excerpt(since(0)).traces('load');
    expect(subjects).toHaveLength(33);
    expect(points(history.excerpt(since(0)), 'container 31')).toEqual([]);
    expect(points(history.excerpt(since(0)), 'container 0')).toHaveLength(2);
    expect(points(history.excerpt(since(0)), 'new')).toEqual([[3, START / 1000 + 3]]);
    expect(history.lost).toEqual(new Map([['container_gone', 1]]));
  });

  it('loses nothing where the points of a container that is gone were taken', () => {
    const history = new History(START);
    for (let n = 0; n < 100; n += 1) {
      history.record([sample(n, `container ${n}`)], START + n * 1000);
      history.excerpt(since(0)).take();
    }

    expect(history.lost.size).toBe(0);
  });

  it('keeps a container that has figures, although none of this poll', () => {
    const history = new History(START);
    history.record([sample(1, 'slow')], START);
    for (let n = 0; n < 100; n += 1) {
      const present = new Set(['slow', `container ${n}`]);
      history.record([sample(n, `container ${n}`)], START + n * 1000, present);
    }

    expect(points(history.excerpt(since(0)), 'slow')).toEqual([[1, START / 1000 + 1]]);
  });

  it('keeps the new ones out, and counts their points, where all containers are there', () => {
    const history = new History(START);
    const all = Array.from({ length: 40 }, (_, n) => sample(1, `container ${n}`));
    history.record(all, START);

    expect(points(history.excerpt(since(0)), 'container 0')).toHaveLength(1);
    expect(history.lost).toEqual(new Map([['too_many_containers', 7]]));
  });

  it('goes on with the series of a container that is gone, where another comes with its labels', () => {
    const history = new History(START);
    for (let n = 0; n < 100; n += 1) {
      const labels = { container_name: 'app' };
      history.record([{ ...sample(n, `id ${n}`), labels }], START + n * 1000);
    }

    expect(points(history.excerpt(since(0)), 'app').map(([value]) => value)).toHaveLength(100);
    expect(history.lost.size).toBe(0);
  });

  it('has a series once, even where two containers have the same labels', () => {
    const history = new History(START);
    history.record([sample(1, 'a'), { ...sample(1, 'b'), labels: { container_name: 'a' } }], START);

    expect(history.excerpt(since(0)).traces('load')).toHaveLength(1);
    expect(history.lost).toEqual(new Map([['same_labels', 1]]));
  });

  it('has no point where a figure was not known', () => {
    const history = new History(START);
    history.record([sample(1)], START + 1000);
    history.record([{ ...sample(2), values: [] }], START + 2000);
    history.record([sample(3)], START + 3000);

    expect(points(history.excerpt(since(0))).map(([value]) => value)).toEqual([1, 3]);
  });

  it('knows the points that no client has', () => {
    const history = new History(START);
    for (let n = 1; n <= 9; n += 1) history.record([sample(n)], START + n * 1000);
    expect(untaken(history)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);

    history.excerpt(since(0));
    expect(untaken(history)).toHaveLength(9);
    history.excerpt(since(START + 6000)).take();
    expect(untaken(history)).toEqual([1, 2, 3, 4, 5, 6]);
    const late = history.excerpt(since(START + 4000));
    history.record([sample(10)], START + 10_000);
    late.take();
    expect(untaken(history)).toEqual([1, 2, 3, 4, 10]);
  });
});

function sample(second: number, subject = 'a'): SubjectSample {
  return {
    subject,
    labels: { container_name: subject },
    time: START / 1000 + second,
    values: [{ name: 'load', labels: { base: 'task' }, value: second }],
  };
}

/** Value and time of each point of a subject. */
function points(excerpt: Excerpt, subject = 'a'): [value: number, time: number][] {
  const trace = excerpt.traces('load').find(({ series }) => series.includes(`="${subject}"`));
  if (trace === undefined) return [];
  const { values, times } = trace.points();
  return [...values]
    .map((value, row): [number, number] => [value, times[row]!])
    .filter(([value]) => !Number.isNaN(value));
}

function untaken(history: History): number[] {
  return [...history.untaken()].flatMap(({ points: list }) => list.map(({ value }) => value));
}
