import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ByteBudget } from '../../../../lambda/scrape/http/bytes/budget.ts';

const MEBIBYTE = 2 ** 20;

/** A body of a budget, and what became of it. */
function open(budget: ByteBudget) {
  const body = { refused: [] as string[], ready: 0, grow, close };
  const account = budget.open((message) => body.refused.push(message));
  function grow(bytes: number): 'at once' | 'waits' {
    const room = account.grow(bytes);
    room?.then(() => body.ready++);
    return room === undefined ? 'at once' : 'waits';
  }
  function close() {
    account.close();
  }
  return body;
}

/** Lets promises that are settled run what waits for them. */
const settled = () => setTimeout(0);

describe('A budget of bytes', () => {
  it('has room for bodies until only the reserve is left', () => {
    const budget = new ByteBudget(100);
    const [one, other] = [open(budget), open(budget)];
    expect(one.grow(40)).toBe('at once');
    expect(other.grow(35)).toBe('at once');
    expect(budget.used).toBe(75);
    expect(one.grow(41)).toBe('waits');
    expect(budget.used).toBe(76);
  });

  it('has one body at a time go on into the reserve, in the order of asking', async () => {
    const budget = new ByteBudget(100);
    const [one, other, third] = [open(budget), open(budget), open(budget)];
    for (const body of [one, other, third]) body.grow(25);
    other.grow(35);
    one.grow(30);
    third.grow(30);
    await settled();
    expect([one.ready, other.ready, third.ready]).toEqual([0, 1, 0]);
    // The one in the reserve need not wait for others.
    expect(other.grow(50)).toBe('at once');
    other.close();
    await settled();
    expect([one.ready, third.ready]).toEqual([1, 1]);
    expect(budget.used).toBe(60);
    expect([one, other, third].flatMap(({ refused }) => refused)).toEqual([]);
  });

  it('refuses the largest body where there is no room even so', async () => {
    const budget = new ByteBudget(100 * MEBIBYTE);
    const [small, large, growing] = [open(budget), open(budget), open(budget)];
    small.grow(5 * MEBIBYTE);
    large.grow(60 * MEBIBYTE);
    growing.grow(10 * MEBIBYTE);
    growing.grow(50 * MEBIBYTE);
    await settled();
    expect(large.refused).toEqual([
      'expected the bodies that are read at a time to fit into 100.0 MiB, got the largest of them',
    ]);
    expect([small.refused, growing.refused, growing.ready]).toEqual([[], [], 1]);
    expect(budget.used).toBe(55 * MEBIBYTE);
    // Nothing more comes of one that was refused.
    expect(large.grow(90 * MEBIBYTE)).toBe('at once');
    expect(budget.used).toBe(55 * MEBIBYTE);
  });

  it('refuses a body that is too large alone, at once', () => {
    const budget = new ByteBudget(100 * MEBIBYTE);
    const body = open(budget);
    expect(body.grow(100 * MEBIBYTE + 1)).toBe('at once');
    expect(body.refused).toEqual([
      'expected the bodies that are read at a time to fit into 100.0 MiB, got more than that alone',
    ]);
    expect(budget.used).toBe(0);
  });

  it('refuses the body in the reserve that stands still while others wait', async () => {
    const budget = new ByteBudget(100 * MEBIBYTE, 1);
    const [stalled, other] = [open(budget), open(budget)];
    stalled.grow(70 * MEBIBYTE);
    expect(stalled.grow(80 * MEBIBYTE)).toBe('waits');
    const room = new Promise<void>((resolve) => {
      const account = budget.open(() => undefined);
      account.grow(10 * MEBIBYTE)?.then(resolve);
    });
    await room;
    expect(stalled.refused).toEqual([
      'expected the bodies that are read at a time to fit into 100.0 MiB, got one that stood still for 1 ms while others waited',
    ]);
    expect(other.grow(5 * MEBIBYTE)).toBe('at once');
  });

  it('is never overdrawn, and serves every body in the end', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 }), {
          minLength: 1,
          maxLength: 30,
        }),
        async (bodies) => {
          const budget = new ByteBudget(100, 60_000);
          let highest = 0;
          let refused = 0;
          const reading = bodies.map(async (steps) => {
            const refusal = Promise.withResolvers<'refused'>();
            const account = budget.open(() => refusal.resolve('refused'));
            let bytes = 0;
            for (const step of steps) {
              bytes = Math.min(bytes + step, 60);
              const outcome = await Promise.race([account.grow(bytes), refusal.promise]);
              highest = Math.max(highest, budget.used);
              if (outcome === 'refused') {
                refused++;
                return;
              }
            }
            account.close();
          });
          await Promise.all(reading);
          expect(highest).toBeLessThanOrEqual(100);
          expect(budget.used).toBe(0);
          expect(refused).toBeLessThan(bodies.length);
        },
      ),
      { numRuns: 200 },
    );
  });
});
