import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { Slots } from '../../lambda/scrape/slots.ts';

/** Tasks that end when they are told to, and which of them have begun. */
function tasks() {
  const begun: number[] = [];
  const ends = new Map<number, () => void>();
  return {
    begun,
    run: (item: number) => {
      begun.push(item);
      return new Promise<void>((resolve) => ends.set(item, resolve));
    },
    end: async (item: number) => {
      ends.get(item)?.();
      await setTimeout(0);
    },
  };
}

const LONG_MS = 60_000;

describe('Slots', () => {
  it('run so many tasks at a time, in their order, and resolve with the last', async () => {
    const { begun, run, end } = tasks();
    let over = false;
    const all = new Slots(2, 10, LONG_MS).run([1, 2, 3], run).then(() => {
      over = true;
    });
    expect(begun).toEqual([1, 2]);
    await end(2);
    expect(begun).toEqual([1, 2, 3]);
    await end(3);
    expect(over).toBe(false);
    await end(1);
    await all;
    expect(over).toBe(true);
  });

  it('give the place of a task that only waits to another, which goes on all the same', async () => {
    const { begun, run, end } = tasks();
    const begins = Promise.withResolvers<void>();
    const all = new Slots(1, 2, 1).run([1, 2, 3], (item) => {
      if (item === 2) begins.resolve();
      return run(item);
    });
    await begins.promise;
    await setTimeout(5);
    // The most that may be under way.
    expect(begun).toEqual([1, 2]);
    await end(2);
    expect(begun).toEqual([1, 2, 3]);
    await end(1);
    await end(3);
    await all;
  });

  it('have nothing to do without tasks', async () => {
    await expect(new Slots(1, 1).run([], () => Promise.resolve())).resolves.toBeUndefined();
  });

  it('reject with the error of a task', async () => {
    const failing = () => Promise.reject(new Error('defect'));
    await expect(new Slots(1, 1).run([1], failing)).rejects.toThrow('defect');
  });
});
