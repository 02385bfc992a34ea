import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { boundsOfInstance } from '../../../sidecar/history/bounds.ts';
import { type Excerpt, HISTORY_MS, History } from '../../../sidecar/history/history.ts';
import { type Position, readPosition, writePosition } from '../../../sidecar/history/position.ts';
import type { SubjectSample } from '../../../sidecar/history/track.ts';
import { since } from './since.ts';

/** The begin of a minute, in milliseconds. */
const START = 1_777_615_200_000;
const MINUTE = 60_000;

describe('A client that takes whole minutes', () => {
  it('gets a minute once every subject has a sample of the next one', () => {
    const history = new History(START);
    const at = (ms: number, ...subjects: string[]) =>
      history.record(
        subjects.map((subject) => sample(START + ms, subject)),
        START + ms + 500,
        new Set(['a', 'b']),
      );
    at(10_000, 'a', 'b');
    at(58_000, 'a', 'b');
    const first = history.excerpt(since(0), START + 59_000);
    expect(times(first)).toEqual([]);
    at(61_000, 'a');
    const second = history.excerpt(first.until, START + 62_000);
    expect(times(second)).toEqual([]);
    // A sample of that minute which its subject gets late.
    at(59_500, 'b');
    at(62_000, 'b');
    expect(times(history.excerpt(second.until, START + 63_000))).toEqual([
      ['a', 10_000],
      ['a', 58_000],
      ['b', 10_000],
      ['b', 58_000],
      ['b', 59_500],
    ]);
  });

  it('does not wait for one that is silent for half a minute', () => {
    const history = new History(START);
    history.record([sample(START + 10_000, 'a'), sample(START + 10_000, 'gone')], START + 10_000);
    history.record([sample(START + 61_000, 'a')], START + 61_000);
    const { until } = history.excerpt(since(0), START + 39_000);
    expect(times(history.excerpt(until, START + 61_000))).toEqual([
      ['a', 10_000],
      ['gone', 10_000],
    ]);
    // Nobody is awaited where the endpoint fails.
    const rest = history.excerpt(until, START + 92_000);
    expect(times(rest)).toHaveLength(3);
    expect(times(history.excerpt(rest.until, START + 93_000))).toEqual([]);
  });

  it('gets all of a task that has ended, and does not wait for it', () => {
    const history = new History(START, boundsOfInstance(2, 2));
    const record = (ms: number, task: string, hasEnded: boolean) =>
      history.record([{ ...sample(START + ms, task), task }], START + ms, new Set(['a', 'b']), {
        task,
        bytes: 1,
        hasEnded,
      });
    record(10_000, 'a', false);
    record(11_000, 'b', false);
    record(20_000, 'b', true);
    const page = history.excerpt(since(0), START + 21_000);
    expect(times(page)).toEqual([
      ['b', 11_000],
      ['b', 20_000],
    ]);
    record(61_000, 'a', false);
    const next = history.excerpt(page.until, START + 62_000);
    expect(times(next)).toEqual([['a', 10_000]]);
    // One that was only missed goes on.
    record(63_000, 'b', false);
    record(121_000, 'a', false);
    record(121_000, 'b', false);
    expect(times(history.excerpt(next.until, START + 122_000))).toEqual([
      ['a', 61_000],
      ['b', 63_000],
    ]);
  });

  it('gets the rest of a minute of which it has a part', () => {
    const history = new History(START);
    for (const ms of [10_000, 20_000]) history.record([sample(START + ms)], START + ms);
    const immediate = history.excerpt(since(0));
    for (const ms of [30_000, 61_000]) history.record([sample(START + ms)], START + ms);
    const whole = history.excerpt(immediate.until, START + 61_000);
    expect(times(whole)).toEqual([['a', 30_000]]);
    // And one that wants no whole minutes any more gets what was held back.
    expect(times(history.excerpt(whole.until))).toEqual([['a', 61_000]]);
  });

  it('is told where the ring no longer has what was held back for it', () => {
    const history = new History(START);
    const last = HISTORY_MS / 1_000 + 40;
    const until = { recorded: START + 50_000, before: START / 1_000 };
    for (let s = 1; s <= last; s += 1)
      history.record([sample(START + s * 1_000)], START + s * 1_000);
    expect(history.excerpt(until, START + last * 1_000).since).toBe(until.recorded + 1);
    expect(history.excerpt({ ...until, before: START / 1_000 + 40 }).since).toBe(until.recorded);
  });

  it('gets a page of what was held back, cut between two times, where it is too large', () => {
    const history = new History(START, boundsOfInstance(600, 600));
    const subjects = Array.from({ length: 600 }, (_, index) =>
      `container ${String(index).padStart(3, '0')}`.padEnd(1_500, 'x'),
    );
    const record = (second: number) =>
      history.record(
        subjects.map((subject) => sample(START + second * 1_000, subject)),
        START + second * 1_000,
      );
    for (let second = 1; second <= 57; second += 8) record(second);
    let position = history.excerpt(since(0), START + 58_000).until;
    record(61);
    const seen: unknown[] = [];
    let pages = 0;
    for (let more = true; more; pages += 1) {
      const excerpt = history.excerpt(position, START + 62_000);
      for (const [subject, time] of times(excerpt)) seen.push(`${subject.slice(0, 13)} ${time}`);
      ({ until: position, more } = excerpt);
    }
    expect(pages).toBe(2);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toHaveLength(600 * 8);
  });

  it('and every other client gets each point once, in whatever order they ask', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 20, maxLength: 80 }), (steps) => {
        const { truth, clients } = lived(steps);
        for (const { seen } of clients) expect(seen.toSorted()).toEqual(truth.toSorted());
      }),
    );
  });

  it('gets all points of a minute on one page, if no subject is silent', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 20, maxLength: 80 }), (steps) => {
        const { clients } = lived(steps, true);
        const pages = clients[0]!.pages.slice(0, -1);
        const minutes = pages.flatMap((page) => [...new Set(page.map(minuteOf))]);
        expect(minutes).toHaveLength(new Set(minutes).size);
      }),
    );
  });
});

/** What happens next: time passes, a poll finds samples that are so old, and a client asks; its answer may be lost. */
const step = fc.record({
  passes: fc.integer({ min: 200, max: 11_000 }),
  ages: fc.tuple(fc.integer({ min: 0, max: 9_000 }), fc.integer({ min: 0, max: 9_000 })),
  renewed: fc.tuple(fc.boolean(), fc.boolean()),
  client: fc.option(fc.integer({ min: 0, max: 2 })),
  whole: fc.boolean(),
  isLost: fc.boolean(),
});

interface Client {
  cursor: string;
  readonly pages: string[][];
  readonly seen: string[];
}

/** The first client always wants whole minutes, the second one never does, the third one now and then. */
function lived(
  steps: readonly (typeof step extends fc.Arbitrary<infer S> ? S : never)[],
  all = false,
) {
  let now = START;
  const history = new History(now);
  const truth: string[] = [];
  const newest = new Map<string, number>();
  const clients = [0, 1, 2].map((): Client => ({ cursor: '0', pages: [], seen: [] }));
  const ask = (client: Client, whole: boolean, isLost: boolean) => {
    const position = readPosition(client.cursor) as Position;
    const excerpt = history.excerpt(position, whole ? now : undefined);
    if (isLost) return;
    const page = times(excerpt).map(([subject, time]) => `${subject} ${time}`);
    client.cursor = writePosition(excerpt.until);
    client.pages.push(page);
    client.seen.push(...page);
  };
  for (const { passes, ages, renewed, client, whole, isLost } of steps) {
    now += passes;
    const samples = ['a', 'b'].flatMap((subject, index) => {
      const time = now - ages[index]!;
      if (!(all || renewed[index]) || time <= (newest.get(subject) ?? 0)) return [];
      newest.set(subject, time);
      truth.push(`${subject} ${time - START}`);
      return [sample(time, subject)];
    });
    history.record(samples, now, new Set(['a', 'b']));
    if (client === null) continue;
    ask(clients[client]!, client === 0 || (client === 2 && whole), isLost);
  }
  for (const client of clients) ask(client, false, false);
  return { truth, clients };
}

function minuteOf(point: string): string {
  const [subject, time] = point.split(' ');
  return `${subject} ${Math.floor(Number(time) / MINUTE)}`;
}

function sample(time: number, subject = 'a'): SubjectSample {
  return {
    subject,
    labels: { container_name: subject },
    time: time / 1_000,
    values: [{ name: 'load', labels: {}, value: 1 }],
  };
}

/** Subject and time of each point, in milliseconds since the start. */
function times(excerpt: Excerpt): [string, number][] {
  return excerpt.traces('load').flatMap(({ series, points }) => {
    const [, subject = ''] = /container_name="([^"]*)"/.exec(series) ?? [];
    return [...points().times].map((time): [string, number] => [
      subject,
      Math.round(time * 1_000) - START,
    ]);
  });
}
