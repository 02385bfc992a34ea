import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MAX_COUNTED, MAX_VALUES } from '../../lambda/rules/held-back.ts';
import { MetricBudget } from '../../lambda/rules/metric-budget.ts';
import type { DeclaredSet } from '../../lambda/rules/publication-list.ts';

const MINUTE = 60_000;
const WINDOW = 180;
const BY_JOB_AND_ID: DeclaredSet = {
  options: { namespace: 'n', storageResolution: 60, rate: false },
  names: ['id', 'job'],
};

/** A budget, and one cycle that asks for these ids of a metric: those that are admitted. */
function budgetOf(limit: number) {
  const budget = new MetricBudget({ limit, windowMs: WINDOW * MINUTE });
  const cycle = (minute: number, ids: Iterable<number>, metric = 'm') => {
    budget.begin(minute * MINUTE);
    return [...ids].filter((id) => admits(budget, id, metric));
  };
  return { budget, cycle };
}

function admits(budget: MetricBudget, id: number, metric = 'm'): boolean {
  return budget.admits(BY_JOB_AND_ID, metric, { id: `id-${id}`, job: 'app' });
}

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);

describe('a metric budget', () => {
  it('admits as many metrics as it has room for, and those again and again', () => {
    const { budget, cycle } = budgetOf(3);
    expect(cycle(0, [1, 2, 3, 4, 5])).toEqual([1, 2, 3]);
    expect(cycle(1, [5, 4, 3, 2, 1])).toEqual([3, 2, 1]);
    expect(budget.report()).toMatchObject({ limit: 3, known: 3, heldBack: 2 });
  });

  it('counts a metric once, however often it is asked for', () => {
    const { budget, cycle } = budgetOf(3);
    expect(cycle(0, [1, 1, 1, 2, 2, 3])).toHaveLength(6);
    cycle(1, [4, 4, 5]);
    expect(budget.report()).toMatchObject({ known: 3, heldBack: 2 });
  });

  it('has room again for what was not seen within the window', () => {
    const { cycle } = budgetOf(2);
    expect(cycle(0, [1, 2, 3])).toEqual([1, 2]);
    expect(cycle(10, [2, 3])).toEqual([2]);
    expect(cycle(WINDOW - 1, [3])).toEqual([]);
    expect(cycle(WINDOW, [3, 4])).toEqual([3]);
    expect(cycle(WINDOW + 1, [2])).toEqual([2]);
  });

  it('starts its report anew in each cycle', () => {
    const { budget, cycle } = budgetOf(1);
    cycle(0, [1, 2]);
    cycle(1, [1]);
    expect(budget.report()).toEqual({ limit: 1, known: 1, heldBack: 0, examples: [] });
  });

  it('never admits more than its limit within a window, whatever comes', () => {
    const cycles = fc.array(fc.record({ pause: fc.nat(80), ids: fc.array(fc.nat(40)) }));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10 }), cycles, (limit, days) => {
        const { cycle } = budgetOf(limit);
        const published: { minute: number; id: number }[] = [];
        let minute = 0;
        for (const { pause, ids } of days) {
          minute += pause;
          for (const id of cycle(minute, ids)) published.push({ minute, id });
          const within = published.filter((each) => each.minute > minute - WINDOW);
          expect(new Set(within.map(({ id }) => id)).size).toBeLessThanOrEqual(limit);
        }
      }),
    );
  });
});

describe('what a budget holds back', () => {
  it('is told by metric, with the label that has the most values', () => {
    const { budget, cycle } = budgetOf(1);
    cycle(0, upTo(1));
    for (const id of upTo(10)) admits(budget, id, 'many');
    for (const id of upTo(2)) admits(budget, id, 'few');
    admits(budget, 0, 'one');
    expect(budget.report()).toMatchObject({
      heldBack: 13,
      examples: [
        { metric: 'many', combinations: 10, label: 'id', values: 10, example: 'id-0' },
        { metric: 'few', combinations: 2, label: 'id', values: 2, example: 'id-0' },
        { metric: 'one', combinations: 1 },
      ],
    });
    expect(budget.report().examples[2]).not.toHaveProperty('label');
  });

  it('is counted in bounded memory', () => {
    const { budget, cycle } = budgetOf(1);
    cycle(0, upTo(MAX_COUNTED + 10));
    expect(budget.report()).toMatchObject({
      known: 1,
      heldBack: MAX_COUNTED,
      examples: [{ metric: 'm', combinations: MAX_COUNTED, label: 'id', values: MAX_VALUES }],
    });
  });

  it('has five examples at most', () => {
    const { budget, cycle } = budgetOf(1);
    cycle(0, [0]);
    for (const id of upTo(100)) admits(budget, id, `metric-${id}`);
    expect(budget.report().heldBack).toBe(100);
    expect(budget.report().examples).toHaveLength(5);
  });
});

describe('an exported budget', () => {
  it('goes on in another process, with the age of each metric', () => {
    const { budget, cycle } = budgetOf(3);
    cycle(0, [1]);
    cycle(100, [2, 3]);
    const exported = budget.export();
    expect(exported.combinations.byteLength).toBe(3 * 8);

    const next = budgetOf(3);
    next.budget.import(exported);
    expect(next.cycle(150, [4, 3, 2])).toEqual([3, 2]);
    expect(next.cycle(WINDOW, [4, 5])).toEqual([4]);
  });

  it('does not make younger metrics older', () => {
    const { budget, cycle } = budgetOf(1);
    cycle(0, [1]);
    const exported = budget.export();
    cycle(100, [1]);
    budget.import(exported);
    expect(cycle(WINDOW + 50, [2])).toEqual([]);
  });

  it('goes on for all that was known, though the limit be lower now', () => {
    const { budget, cycle } = budgetOf(3);
    cycle(0, [1, 2, 3]);
    const next = budgetOf(1);
    next.budget.import(budget.export());
    expect(next.cycle(1, [4, 3, 2, 1])).toEqual([3, 2, 1]);
  });

  it('must be one', () => {
    expect(() => budgetOf(1).budget.import({ combinations: new Uint8Array(9), asOf: 0 })).toThrow(
      new RangeError('expected 8 bytes for each known metric, got 9 bytes'),
    );
  });
});

describe('a budget that is shared', () => {
  /** Shares a budget as the members of a collector do: each has a part of the room, and tells what is new. */
  const memberOf = (limit: number) => {
    const { budget, cycle } = budgetOf(limit);
    const known = new MetricBudget({ limit, windowMs: WINDOW * MINUTE });
    return { budget, cycle, known };
  };

  it('admits what others know, and only so many new metrics as there is room for', () => {
    const other = budgetOf(10);
    other.cycle(0, [1, 2]);
    const { budget } = memberOf(10);
    budget.begin(0);
    budget.share({ known: other.budget.export(), room: 1 });
    expect([1, 2, 3, 4].filter((id) => admits(budget, id))).toEqual([1, 2, 3]);
    expect(budget.report()).toMatchObject({ limit: 10, known: 3, heldBack: 1 });
  });

  it('counts what is known here alone for the room, until others know it', () => {
    const { budget, cycle } = memberOf(10);
    cycle(0, [1]);
    budget.share({ room: 1 });
    expect([1, 2].filter((id) => admits(budget, id))).toEqual([1]);
    budget.share({ known: budget.export(), room: 1 });
    expect([1, 2, 3].filter((id) => admits(budget, id))).toEqual([1, 2]);
  });

  it('tells what others do not know, and of what goes on a quarter of the window later again', () => {
    const { budget, cycle, known } = memberOf(10);
    cycle(0, [1, 2]);
    expect(budget.exportFresh().combinations.byteLength).toBe(2 * 8);
    known.import(budget.exportFresh());
    known.begin(0);
    budget.share({ known: known.export(), room: 8 });
    cycle(WINDOW / 4, [1]);
    expect(budget.exportFresh().combinations.byteLength).toBe(0);
    cycle(WINDOW / 4 + 1, [1]);
    expect(budget.exportFresh().combinations.byteLength).toBe(8);
    known.import(budget.exportFresh());
    known.begin(WINDOW * MINUTE);
    // Of the other nothing was heard for the window.
    expect(known.report().known).toBe(1);
  });
});
