import { beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryState } from '../../lambda/state/memory.ts';
import { advance, at, cycle, remembered } from './states.ts';

const FORGET_AFTER = 1_000;

let state: MemoryState;

beforeEach(() => {
  state = new MemoryState(FORGET_AFTER);
});

describe('the series of a target', () => {
  it('are none before anything was committed', () => {
    state.see([{ id: 'a' }], 0);
    expect(remembered(state, 'a', 'x')).toEqual({});
    expect(remembered(state, 'never seen', 'x')).toEqual({});
    expect(state.sizes).toEqual({ targets: 1, series: 0 });
  });

  it('are what was committed for it, and nothing of other targets', async () => {
    await cycle(state, 0, { a: advance(0, { x: at(1), y: at(2) }), b: advance(0, { x: at(3) }) });
    expect(remembered(state, 'a', 'x', 'y', 'z')).toEqual({ x: at(1), y: at(2) });
    expect(remembered(state, 'b', 'x', 'y', 'z')).toEqual({ x: at(3) });
    expect(state.sizes).toEqual({ targets: 2, series: 3 });
  });

  it('stay where a later commit does not name them', async () => {
    await cycle(state, 0, { a: advance(0, { y: at(1), x: at(2) }) });
    await cycle(state, 1, {
      a: advance(1, { z: at(6, 1), y: at(5, 1), 'a key before': at(7, 1) }),
    });
    expect(remembered(state, 'a', 'x', 'y', 'z', 'a key before')).toEqual({
      x: at(2),
      y: at(5, 1),
      z: at(6, 1),
      'a key before': at(7, 1),
    });
  });

  it('share their keys with other targets, whatever order they come in', async () => {
    await cycle(state, 0, {
      a: advance(0, { x: at(1), y: at(2) }),
      b: advance(0, { y: at(3), x: at(4) }),
    });
    const [a, b] = [...state.snapshot.targets.values()];
    expect(a?.keys).toBe(b?.keys);
    expect(remembered(state, 'b', 'x', 'y')).toEqual({ x: at(4), y: at(3) });
  });

  it('cannot be committed for a target that is not seen', () => {
    expect(() => state.commit('a', advance(0, {}))).toThrow(
      new TypeError('Expected a target that was seen in this cycle, got a'),
    );
  });
});

describe('the baseline of a target', () => {
  it('is unknown as long as no cycle was complete', async () => {
    await cycle(state, 0, { a: undefined }, { complete: false });
    expect(state.of('a').baseline).toBeUndefined();
  });

  it('is the last complete cycle before it was first seen, until it is committed', async () => {
    await cycle(state, 0, {});
    await cycle(state, 60, {}, { complete: false });
    await cycle(state, 120, { a: undefined });
    await cycle(state, 180, { a: undefined });
    expect(state.of('a').baseline).toBe(0);
    await cycle(state, 240, { a: advance(241, {}) });
    expect(state.of('a').baseline).toBe(241);
  });

  it('is begun anew, and its series with it, where a later task has its address', async () => {
    state.see([{ id: 'a', startedAt: 10 }], 60);
    state.commit('a', advance(60, { x: at(5, 60) }, '59'));
    await state.end({ now: 60, completedAt: 55 });

    state.see([{ id: 'a', startedAt: 10 }], 120);
    expect(remembered(state, 'a', 'x')).toEqual({ x: at(5, 60) });
    state.see([{ id: 'a', startedAt: 100 }], 120);
    expect(remembered(state, 'a', 'x')).toEqual({});
    expect(state.of('a')).toMatchObject({ baseline: 55, cursor: undefined });
  });
});

it('a task stays itself where the clock of the collector is behind its start', () => {
  state.see([{ id: 'a', startedAt: 5_000 }], 60);
  state.commit('a', advance(60, { x: at(5, 60) }));
  state.see([{ id: 'a', startedAt: 5_000 }], 120);
  expect(remembered(state, 'a', 'x')).toEqual({ x: at(5, 60) });
});

describe('the cursor of a target with a history', () => {
  it('is the last that it gave', async () => {
    expect(state.of('a').cursor).toBeUndefined();
    await cycle(state, 60, { a: advance(60, {}, '55') });
    expect(state.of('a').cursor).toBe('55');
    await cycle(state, 120, { a: advance(120, {}) });
    expect(state.of('a').cursor).toBe('55');
  });
});

describe('forgetting', () => {
  it.each([
    ['keeps what was seen as long ago as allowed', 1_100, true],
    ['drops what was seen before', 1_101, false],
  ])('%s', async (_, now, kept) => {
    await cycle(state, 100, { a: advance(100, { x: at(1, 100), y: at(2, 100) }) });
    await cycle(state, 200, { a: advance(200, { y: at(2, 200) }) });
    await cycle(state, 650, { a: undefined });
    await cycle(state, now, { a: undefined });
    expect(remembered(state, 'a', 'x', 'y')).toEqual({
      ...(kept && { x: at(1, 100) }),
      y: at(2, 200),
    });
  });

  it('keeps what is seen, however old a time it brings', async () => {
    await cycle(state, 5_000, { a: advance(5_000, { x: at(1, 100) }) });
    expect(remembered(state, 'a', 'x')).toEqual({ x: at(1, 100) });
  });

  it('lets go of targets that are not seen any more, and of no others', async () => {
    await cycle(state, 0, { a: advance(0, { x: at(1) }), b: advance(0, { x: at(1) }) });
    await cycle(state, 500, { b: undefined });
    await cycle(state, 1_000, { b: undefined });
    expect(state.sizes).toEqual({ targets: 2, series: 2 });
    await cycle(state, 1_001, { b: undefined });
    expect(state.sizes).toEqual({ targets: 1, series: 0 });
    expect(state.of('b').baseline).toBe(0);
  });

  it.each<[string, ...number[]]>([
    ['a leap of the clock', 100_000],
    ['a leap that is set back again', 100_000, 101],
    ['a time in which there were no cycles', 601],
  ])('keeps what nobody could see after %s, for as long as that takes', async (_, ...times) => {
    await cycle(state, 100, { a: advance(100, { x: at(1, 100) }) });
    for (const time of times) await cycle(state, time, { a: undefined });
    const [last = 0] = times.slice(-1);
    for (const later of [400, 800, 999]) {
      await cycle(state, last + later, { a: undefined });
      expect(remembered(state, 'a', 'x')).toEqual({ x: at(1, 100) });
    }
    await cycle(state, Math.max(last, 100) + 1_001, { a: undefined });
    expect(remembered(state, 'a', 'x')).toEqual({});
  });

  it('waits in a process that starts with a wrong clock, too', async () => {
    await cycle(state, 100, { a: advance(100, { x: at(1, 100) }) });
    const restarted = new MemoryState(FORGET_AFTER);
    restarted.absorb(state.snapshot);
    for (const now of [100_000, 100_400]) {
      await cycle(restarted, now, { a: undefined });
      expect(remembered(restarted, 'a', 'x')).toEqual({ x: at(1, 100) });
    }
  });
});

describe('a state that does not fit into its memory', () => {
  const series = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, n) => [`series ${n}`, at(n)]));
  const CAPACITY = 100_000;

  beforeEach(() => {
    state = new MemoryState(FORGET_AFTER, CAPACITY);
  });

  it('forgets the target that takes most, and says so', async () => {
    await cycle(state, 0, { small: advance(0, series(10)) });
    state.see([{ id: 'logs\nbig' }], 1);
    state.commit('logs\nbig', advance(1, series(5_000)));
    expect(state.sizes).toEqual({ targets: 2, series: 10 });
    expect(await state.end({ now: 1, completedAt: 1, knownMetrics: undefined })).toEqual(
      expect.objectContaining({
        forgotten: 5_000,
        errors: [
          'Expected the state of all targets to fit into 0.1 MiB. Fargauge forgot 5000 series of the largest targets, whose counters begin anew: big',
        ],
      }),
    );
    expect(remembered(state, 'small', 'series 1')).toEqual({ 'series 1': at(1) });
  });

  it('keeps a key once for all targets that have it, and counts it once', async () => {
    const own = (name: string) => advance(0, { ...series(300), [`series of ${name}`]: at(1) });
    const targets = Object.fromEntries(Array.from('abcde', (name) => [name, own(name)]));
    expect(await cycle(state, 0, targets)).toMatchObject({ forgotten: 0, errors: [] });
    expect(state.sizes).toEqual({ targets: 5, series: 5 * 301 });
    expect(remembered(state, 'e', 'series 299', 'series of e', 'series of d')).toEqual({
      'series 299': at(299),
      'series of e': at(1),
    });
    const large = Object.fromEntries(Array.from({ length: 1_000 }, (_, n) => [`own ${n}`, at(n)]));
    expect(await cycle(state, 1, { ...targets, large: advance(1, large) })).toMatchObject({
      forgotten: 1_000,
    });
  });

  it('says so once', async () => {
    await cycle(state, 0, { big: advance(0, series(5_000)) });
    expect(state.forgotten()).toEqual({ forgotten: 0, errors: [] });
  });

  it('has keys that targets share only once', async () => {
    const all = Array.from({ length: 50 }, (_, n) => [`t${n}`, advance(0, series(50))] as const);
    await cycle(state, 0, Object.fromEntries(all));
    expect(state.sizes).toEqual({ targets: 50, series: 2_500 });
  });

  it('does not grow by series that are others in each cycle', async () => {
    for (let now = 0; now < 50; now++) {
      const renewed = Object.fromEntries(
        Array.from({ length: 100 }, (_, n) => [`${now} ${n}`, at(1)]),
      );
      await cycle(state, now, { small: advance(now, { x: at(now) }), big: advance(now, renewed) });
      expect(state.sizes.series * 32).toBeLessThan(CAPACITY);
      expect(remembered(state, 'small', 'x')).toEqual({ x: at(now) });
    }
  });

  it('takes no more of what was stored, either', async () => {
    const large = new MemoryState(FORGET_AFTER);
    await cycle(large, 0, { small: advance(0, { x: at(1) }), big: advance(0, series(5_000)) });
    state.absorb(large.snapshot);
    expect(state.sizes).toEqual({ targets: 2, series: 1 });
  });
});
