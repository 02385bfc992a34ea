import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import type { Target } from '../../lambda/model/targets/target.ts';
import { POSTPONED_BYTES, Rounds, type VisitOptions } from '../../lambda/scrape/rounds.ts';

const targets = (...ids: string[]) => ids.map((id) => ({ id }) as Target);
const names = (count: number) => Array.from({ length: count }, (_, n) => `t${n}`);
const NEVER = Number.POSITIVE_INFINITY;

/** Resolves for one after the other, each when the one before has done what it does then: as answers are decoded. */
function inTurn(): () => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  return () => {
    last = last.then(() => setImmediate());
    return last;
  };
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/** Visits targets of which some are greedy while others wait. @returns the order of the visits */
async function run(rounds: Rounds, ids: readonly string[], isGreedy: (id: string) => boolean) {
  const visits: string[] = [];
  const turn = inTurn();
  await rounds.run(targets(...ids), NEVER, async ({ id }, { postponement }: VisitOptions) => {
    await turn();
    visits.push(id);
    if (!isGreedy(id)) return { bytes: 100 };
    return postponement?.isDue() ? 'postponed' : { bytes: POSTPONED_BYTES + 1 };
  });
  return visits;
}

describe('The rounds of a cycle', () => {
  it('visit a target that is greedy while others wait again, after them', async () => {
    expect(await run(new Rounds(), ['a', 'big', 'b', 'c'], (id) => id === 'big')).toEqual([
      'a',
      'big',
      'b',
      'c',
      'big',
    ]);
  });

  it('visit it last in the next cycle, once', async () => {
    const rounds = new Rounds();
    const isGreedy = (id: string) => id === 'big';
    await run(rounds, ['big', 'a', 'b'], isGreedy);
    expect(await run(rounds, ['big', 'a', 'b'], isGreedy)).toEqual(['a', 'b', 'big']);
    expect(await run(rounds, ['big', 'a', 'b'], () => false)).toEqual(['a', 'b', 'big']);
    // It has been like all others.
    expect(await run(rounds, ['big', 'a', 'b'], () => false)).toEqual(['big', 'a', 'b']);
  });

  it('postpone nobody where nobody else waits', async () => {
    expect(await run(new Rounds(), ['big'], () => true)).toEqual(['big']);
    // The last of them waits for nobody.
    expect(await run(new Rounds(), ['one', 'two'], () => true)).toEqual(['one', 'two', 'one']);
  });

  it('visit many that are all greedy less than twice each, and once in the next cycle', async () => {
    const rounds = new Rounds();
    const first = await run(rounds, names(100), () => true);
    expect(new Set(first)).toEqual(new Set(names(100)));
    expect(first.length).toBeLessThan(200);
    const second = await run(rounds, names(100), () => false);
    expect(second.toSorted()).toEqual(names(100).toSorted());
  });

  it('postpone each of a minority that is greedy, also where all of them come first', async () => {
    const [big, small] = [names(100), names(150).map((name) => `small ${name}`)];
    const visits = await run(new Rounds(), [...big, ...small], (id) => id.startsWith('t'));
    // All of the first round come before the first that is visited again.
    expect(visits.slice(0, 250)).toEqual([...big, ...small]);
  });

  it('tell which were greedy, and what they took', async () => {
    const greedy = await new Rounds().run(
      targets('a', 'big', 'b'),
      NEVER,
      async ({ id }, options) =>
        id !== 'big'
          ? { bytes: 100 }
          : options.postponement?.isDue()
            ? 'postponed'
            : { bytes: POSTPONED_BYTES + 1 },
    );
    expect(greedy.map(({ target, bytes }) => [target.id, bytes])).toEqual([
      ['big', POSTPONED_BYTES + 1],
    ]);
  });

  it('postpone a target whose samples take more CPU than is usual', async () => {
    const outcomes: [string, boolean][] = [];
    const inOrder = inTurn();
    await new Rounds().run(targets(...names(12), 'greedy', 'z'), NEVER, async ({ id }, options) => {
      const { turn, postponement } = options;
      await inOrder();
      turn.begin();
      try {
        const enough = id === 'greedy' ? cpuMs() + 2_000 : 0;
        while (cpuMs() < enough) turn.step();
        outcomes.push([id, true]);
        return { bytes: 1 };
      } catch {
        outcomes.push([id, false]);
        return postponement?.isDue() ? 'postponed' : { bytes: 1 };
      } finally {
        turn.end();
      }
    });
    expect(outcomes.filter(([, done]) => !done)).toEqual([['greedy', false]]);
    expect(outcomes.at(-1)).toEqual(['greedy', true]);
  });
});
