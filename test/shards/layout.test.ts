import { describe, expect, it } from '@jest/globals';
import {
  type Layout,
  nextLayout,
  PATIENCE_MS,
  type ShardPlan,
  type StoredStates,
} from '../../lambda/shards/layout.ts';

const FIXED: ShardPlan = { shards: 4 };
const AUTOMATIC: ShardPlan = { shards: 40, targetsPerShard: 1_000 };
const NOTHING: StoredStates = { isComplete: false, isUndivided: false };
const COMPLETE: StoredStates = { isComplete: true, isUndivided: false };

const layout = (shards: number, more: Partial<Layout> = {}): Layout => ({
  number: 7,
  shards,
  since: 0,
  ...more,
});

describe('the first layout', () => {
  it('begins with nothing', () => {
    expect(nextLayout(undefined, 0, FIXED, NOTHING, 5)).toEqual({
      number: 1,
      shards: 4,
      since: 5,
    });
  });

  it('begins with the state of a collector that was not divided', () => {
    const stored = { isComplete: false, isUndivided: true };
    expect(nextLayout(undefined, 0, FIXED, stored, 5)).toEqual({
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
    expect(nextLayout(current, targets, AUTOMATIC, COMPLETE, 1).shards).toBe(then);
  });

  it('never changes back and forth for the same number of targets', () => {
    for (let targets = 0; targets < 12_000; targets += 37) {
      for (const shards of [1, 2, 5, 12]) {
        const once = nextLayout(layout(shards), targets, AUTOMATIC, COMPLETE, 1);
        const { inherits: _, ...settled } = once;
        expect(nextLayout(settled, targets, AUTOMATIC, COMPLETE, 2).shards).toBe(once.shards);
      }
    }
  });
});

describe('another layout', () => {
  it('begins with the states of the one before', () => {
    expect(nextLayout(layout(3), 0, FIXED, COMPLETE, 5)).toEqual({
      number: 8,
      shards: 4,
      since: 5,
      inherits: { number: 7, shards: 3 },
    });
  });

  it('is none where nothing changes', () => {
    const current = layout(4);
    expect(nextLayout(current, 0, FIXED, COMPLETE, 5)).toBe(current);
  });

  it('waits until each shard of the current one has a state', () => {
    const current = layout(3, { inherits: { number: 6, shards: 2 } });
    expect(nextLayout(current, 0, FIXED, NOTHING, 5)).toBe(current);
    const settled = nextLayout(current, 0, FIXED, COMPLETE, 5);
    expect(settled).toEqual(layout(3));
    expect(nextLayout(settled, 0, FIXED, COMPLETE, 6)).toMatchObject({ number: 8, shards: 4 });
  });

  it('does not wait for ever', () => {
    const current = layout(3);
    expect(nextLayout(current, 0, FIXED, NOTHING, PATIENCE_MS)).toBe(current);
    expect(nextLayout(current, 0, FIXED, NOTHING, PATIENCE_MS + 1)).toMatchObject({ shards: 4 });
  });

  it('begins with the state of a collector that was not divided meanwhile', () => {
    const stored = { isComplete: true, isUndivided: true };
    const next = nextLayout(layout(4), 0, FIXED, stored, 5);
    expect(next).toMatchObject({ number: 8, inherits: 'undivided' });
    // Not once more while the shards have not taken it over.
    expect(nextLayout(next, 0, FIXED, { ...stored, isComplete: false }, 6)).toBe(next);
    expect(nextLayout(next, 0, FIXED, stored, 7)).not.toHaveProperty('inherits');
  });
});
