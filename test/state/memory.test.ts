import { beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryState, type Remembered } from '../../lambda/state/memory.ts';

let state: MemoryState;

beforeEach(() => {
  state = new MemoryState();
});

const remembered = (value: number, timestamp = 0): Remembered => ({ value, timestamp });
const updates = (entries: Record<string, Remembered>) => new Map(Object.entries(entries));
const of = (target: string) => Object.fromEntries(state.of(target).series);

describe('the memory of a target', () => {
  it('is empty before anything was committed', () => {
    expect(state.of('a')).toEqual({ series: new Map(), baseline: undefined });
    expect(state.size).toBe(0);
  });

  it('holds what was committed for it, and nothing of other targets', () => {
    state.commit('a', updates({ x: remembered(1), y: remembered(2) }));
    state.commit('b', updates({ x: remembered(3) }));
    expect(of('a')).toEqual({ x: remembered(1), y: remembered(2) });
    expect(of('b')).toEqual({ x: remembered(3) });
    expect(state.size).toBe(3);
  });

  it('keeps the series that a later commit does not name', () => {
    state.commit('a', updates({ x: remembered(1), y: remembered(2) }));
    state.commit('a', updates({ y: remembered(5), z: remembered(6) }));
    expect(of('a')).toEqual({ x: remembered(1), y: remembered(5), z: remembered(6) });
  });

  it('does not share the map of a commit', () => {
    const committed = updates({ x: remembered(1) });
    state.commit('a', committed);
    committed.clear();
    expect(of('a')).toEqual({ x: remembered(1) });
  });
});

describe('the baseline of a target', () => {
  it('is the last cycle before the target was first seen, until it was scraped', () => {
    state.completed(100);
    expect(state.of('a').baseline).toBe(100);
    state.completed(200);
    state.commit('a', new Map());
    expect(state.of('a').baseline).toBe(100);
    expect(state.of('b').baseline).toBe(200);
  });

  it('is the last scrape that was committed, from then on', () => {
    state.commit('a', new Map(), 150);
    state.completed(200);
    state.commit('a', new Map());
    expect(state.of('a').baseline).toBe(150);
  });
});

describe('forgetting', () => {
  it.each([
    ['keeps a value of that time', 100, true],
    ['drops an older one', 101, false],
  ])('%s', (_, before, kept) => {
    state.commit('a', updates({ x: remembered(1, 100), y: remembered(2, 200) }));
    state.forgetBefore(before);
    expect(of('a')).toEqual({ ...(kept && { x: remembered(1, 100) }), y: remembered(2, 200) });
  });

  it('lets go of targets without any series left, and of no others', () => {
    state.commit('a', updates({ x: remembered(1, 100) }));
    state.commit('b', updates({ x: remembered(1, 200) }));
    state.forgetBefore(150);
    expect(of('a')).toEqual({});
    expect(of('b')).toEqual({ x: remembered(1, 200) });
    expect(state.size).toBe(1);
  });
});
