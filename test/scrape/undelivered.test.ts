import { expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { Undelivered } from '../../lambda/scrape/undelivered.ts';

const NEVER = new AbortController().signal;

/** Asks for room, and notes the name once there is. */
function asking(undelivered: Undelivered) {
  const admitted: string[] = [];
  const ask = async (name: string, bytes: number, signal = NEVER) => {
    const release = await undelivered.admit(bytes, signal);
    admitted.push(release === undefined ? `not ${name}` : name);
    return release;
  };
  return { admitted, ask };
}

it('answers get in in their order while they fit, and the others when room is given back', async () => {
  const { admitted, ask } = asking(new Undelivered(10));
  const first = ask('a', 6);
  const others = [ask('b', 4), ask('c', 1), ask('d', 10)];
  const release = await first;
  await others[0];
  expect(admitted).toEqual(['a', 'b']);
  release?.();
  (await others[1])?.();
  expect(admitted).toEqual(['a', 'b', 'c']);
  (await others[0])?.();
  await others[2];
  expect(admitted).toEqual(['a', 'b', 'c', 'd']);
});

it('one gets in whatever its size, where nothing else is undelivered', async () => {
  const undelivered = new Undelivered(10);
  const { ask, admitted } = asking(undelivered);
  const release = await ask('giant', 1_000);
  const waiting = ask('small', 1);
  release?.();
  await waiting;
  expect(admitted).toEqual(['giant', 'small']);
});

it('one that waited for too long takes nothing, and is in nobody’s way', async () => {
  const undelivered = new Undelivered(10);
  const { ask, admitted } = asking(undelivered);
  const over = new AbortController();
  await ask('a', 6);
  const waiting = [ask('large', 9, over.signal), ask('small', 4)];
  over.abort();
  await Promise.all(waiting);
  expect(admitted).toEqual(['a', 'not large', 'small']);
  expect(undelivered.used).toBe(10);
  expect(await undelivered.admit(1, AbortSignal.abort())).toBeUndefined();
});

it('more than one is never more than fits, and all is given back in the end', async () => {
  const answers = fc.array(fc.record({ bytes: fc.nat(20), turns: fc.nat(5) }), { minLength: 1 });
  await fc.assert(
    fc.asyncProperty(answers, async (all) => {
      const undelivered = new Undelivered(10);
      const inside: number[] = [];
      const deliver = async ({ bytes, turns }: { bytes: number; turns: number }) => {
        const release = await undelivered.admit(bytes, NEVER);
        inside.push(bytes);
        const sum = inside.reduce((a, b) => a + b);
        expect(sum <= 10 || inside.filter(Boolean).length === 1).toBe(true);
        for (let turn = 0; turn < turns; turn++) await Promise.resolve();
        inside.splice(inside.indexOf(bytes), 1);
        release?.();
      };
      await Promise.all(all.map(deliver));
      expect(undelivered.used).toBe(0);
    }),
  );
});
