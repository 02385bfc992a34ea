import { describe, expect, it } from '@jest/globals';
import {
  type Layout,
  nextLayout,
  PATIENCE_MS,
  type ShardPlan,
  type StoredStates,
  type TargetCount,
} from '../../../lambda/shards/objects/layout.ts';

const FIXED: ShardPlan = { shards: 4 };
const AUTOMATIC: ShardPlan = { shards: 40, targetsPerShard: 1_000 };
const NOTHING: StoredStates = { isComplete: false, isUndivided: false, cycles: 3 };
const COMPLETE: StoredStates = { isComplete: true, isUndivided: false, cycles: 3 };

const all = (count: number): TargetCount => ({ count, isComplete: true });

const layout = (shards: number, more: Partial<Layout> = {}): Layout => ({
  number: 7,
  shards,
  since: 0,
  ...more,
});

describe('the first layout', () => {
  it('begins with nothing', () => {
    expect(nextLayout(undefined, all(0), FIXED, NOTHING, 5)).toEqual({
      number: 1,
      shards: 4,
      since: 5,
    });
  });

  it('begins with the state of a collector that was not divided', () => {
    const stored = { ...NOTHING, isUndivided: true };
    expect(nextLayout(undefined, all(0), FIXED, stored, 5)).toEqual({
      number: 1,
      shards: 4,
      since: 5,
      inherits: 'undivided',
    });
  });
});

describe('the number of shards that follows the targets', () => {
  it.each([
    // What there is now, targets, what there is then.
    [undefined, 0, 1],
    [undefined, 1_000, 1],
    [undefined, 1_001, 2],
    [undefined, 10_000, 10],
    [undefined, 1_000_000, 40],
    [2, 2_001, 3],
    [2, 2_000, 2],
    // Fewer only when they are no fuller than 70 %.
    [2, 701, 2],
    [2, 700, 1],
    [10, 6_300, 9],
    [10, 6_301, 10],
    [10, 100, 1],
    [40, 1_000_000, 40],
  ])('%s shards are for %s targets %s', (now, targets, then) => {
    const current = now === undefined ? undefined : layout(now);
    expect(nextLayout(current, all(targets), AUTOMATIC, COMPLETE, 1).shards).toBe(then);
  });

  it('becomes no less where targets may be missing', () => {
    const some: TargetCount = { count: 100, isComplete: false };
    expect(nextLayout(layout(10), some, AUTOMATIC, COMPLETE, 1).shards).toBe(10);
    const more: TargetCount = { count: 10_001, isComplete: false };
    expect(nextLayout(layout(10), more, AUTOMATIC, COMPLETE, 1).shards).toBe(11);
  });

  it('never changes back and forth for the same number of targets', () => {
    for (let targets = 0; targets < 12_000; targets += 37) {
      for (const shards of [1, 2, 5, 12]) {
        const once = nextLayout(layout(shards), all(targets), AUTOMATIC, COMPLETE, 1);
        const { inherits: _, ...settled } = once;
        expect(nextLayout(settled, all(targets), AUTOMATIC, COMPLETE, 2).shards).toBe(once.shards);
      }
    }
  });
});

describe('another layout', () => {
  it('begins with the states of the one before', () => {
    expect(nextLayout(layout(3), all(0), FIXED, COMPLETE, 5)).toEqual({
      number: 8,
      shards: 4,
      since: 5,
      inherits: { number: 7, shards: 3 },
    });
  });

  it('is none where nothing changes', () => {
    const current = layout(4);
    expect(nextLayout(current, all(0), FIXED, COMPLETE, 5)).toBe(current);
  });

  it('waits until each shard of the current one has a state', () => {
    const current = layout(3, { inherits: { number: 6, shards: 2 } });
    expect(nextLayout(current, all(0), FIXED, NOTHING, 5)).toBe(current);
    const settled = nextLayout(current, all(0), FIXED, COMPLETE, 5);
    expect(settled).toEqual(layout(3));
    expect(nextLayout(settled, all(0), FIXED, COMPLETE, 6)).toMatchObject({ number: 8, shards: 4 });
  });

  it('does not wait for ever', () => {
    const current = layout(3);
    expect(nextLayout(current, all(0), FIXED, NOTHING, PATIENCE_MS)).toBe(current);
    expect(nextLayout(current, all(0), FIXED, NOTHING, PATIENCE_MS + 1)).toMatchObject({
      shards: 4,
    });
  });

  it('waits for a few cycles, however long these are apart', () => {
    const late = PATIENCE_MS * 10;
    const current = layout(3);
    expect(nextLayout(current, all(0), FIXED, { ...NOTHING, cycles: 2 }, late)).toBe(current);
    expect(nextLayout(current, all(0), FIXED, { ...NOTHING, cycles: 3 }, late).shards).toBe(4);
  });

  it('begins with the newest that has states, where nobody knows the current one', () => {
    const stored = { ...NOTHING, newest: { number: 7, shards: 3 } };
    expect(nextLayout(undefined, all(0), FIXED, stored, 5)).toEqual({
      number: 8,
      shards: 4,
      since: 5,
      inherits: { number: 7, shards: 3 },
    });
  });

  it('begins with the state of a collector that was not divided meanwhile', () => {
    const stored = { ...COMPLETE, isUndivided: true };
    const next = nextLayout(layout(4), all(0), FIXED, stored, 5);
    expect(next).toMatchObject({ number: 8, inherits: 'undivided' });
    expect(nextLayout(next, all(0), FIXED, NOTHING, 6)).toBe(next);
    expect(nextLayout(next, all(0), FIXED, COMPLETE, 7)).not.toHaveProperty('inherits');
  });
});
