import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { publishCycle } from '../../../lambda/report/self-metrics.ts';
import { publishDispatch } from '../../../lambda/shards/dispatch-report.ts';
import { decodeKnownMetrics, encodeKnownMetrics } from '../../../lambda/shards/metrics/known.ts';
import { shareOf } from '../../../lambda/shards/metrics/room.ts';
import { declarationOf } from '../../collect/parts.ts';
import { type CycleCourse, DividedWorld } from '../divided-world.ts';

const SLOW = 120_000;
const TARGETS = 24;
const LIMIT = 10;
const WINDOW_MS = 3 * 60 * 60_000;

/** More cycles than it takes until all that there is room for is known. */
const ENOUGH = 24;

const worlds: DividedWorld[] = [];

afterEach(async () => {
  for (const each of worlds.splice(0)) await each[Symbol.asyncDispose]();
});

/** A collector of targets of which each has a metric, and all together one more where that is asked for. */
async function worldOf(shards: number, limit: number, haveCommon = false) {
  const dimensions = haveCommon ? [['job'], ['instance']] : [['job']];
  const declarations = [declarationOf({ selectors: ['^requests_total$'], dimensions })];
  const metricBudget = { limit, windowMs: WINDOW_MS };
  const world = await DividedWorld.start(TARGETS, { shards }, { declarations, metricBudget });
  worlds.push(world);
  return world;
}

async function cycles(world: DividedWorld, count: number, course: CycleCourse = {}) {
  let last: Awaited<ReturnType<DividedWorld['cycle']>> | undefined;
  for (let n = 0; n < count; n++) {
    for (const [id, value] of world.applications.counters) {
      world.applications.counters.set(id, value + 1);
    }
    last = await world.cycle(course);
  }
  return last!;
}

/** Cycles until so many metrics are known, and then until each shard has had its turn: what is left goes to one after the other. */
async function settle(world: DividedWorld, known: number) {
  for (let n = 0; n < ENOUGH; n++) {
    const { dispatched } = await cycles(world, 1);
    if (dispatched.report.metricsKnown === known) return cycles(world, world.plan.shards ?? 1);
  }
  throw new Error(`expected ${known} metrics to be known after ${ENOUGH} cycles`);
}

const heldBackIn = ({ reports }: Awaited<ReturnType<typeof cycles>>) =>
  [...reports.values()].reduce((sum, { budget }) => sum + (budget?.heldBack ?? 0), 0);

describe('the metric budget of a collector whose targets are divided', () => {
  it.each([1, 2, 5, 16])('is that of all shards together: %s shards', async (shards) => {
    const world = await worldOf(shards, LIMIT);
    const last = await settle(world, LIMIT);
    expect(world.published().size).toBe(LIMIT);
    expect(last.dispatched.report).toMatchObject({
      metricsKnown: LIMIT,
      metricsFailure: undefined,
    });
    expect(heldBackIn(last)).toBe(TARGETS - LIMIT);
  });

  it('counts a metric once that several shards publish', async () => {
    const world = await worldOf(4, TARGETS + 1, true);
    const last = await settle(world, TARGETS + 1);
    expect(last.dispatched.report.metricsKnown).toBe(TARGETS + 1);
    expect(heldBackIn(last)).toBe(0);
    expect(world.published().size).toBe(TARGETS);
  });

  it.each([
    [2, 5],
    [5, 1],
  ])(
    'goes on for the same metrics with another number of shards: from %s to %s',
    async (before, after) => {
      const world = await worldOf(before, LIMIT);
      await settle(world, LIMIT);
      const published = [...world.published().keys()].sort();
      world.plan = { shards: after };
      world.output.accepted.length = 0;
      await settle(world, LIMIT);
      expect([...world.published().keys()].sort()).toEqual(published);
    },
  );

  it('goes on for the same metrics where each shard is in another environment in each cycle', async () => {
    const world = await worldOf(4, LIMIT);
    await settle(world, LIMIT);
    const published = [...world.published().keys()].sort();
    for (let turn = 1; turn < 5; turn++) {
      await cycles(world, 1, { runsIn: (shard) => (shard + turn) % 4 });
    }
    expect([...world.published().keys()].sort()).toEqual(published);
  });

  it('makes no request more for each shard where nothing is new', async () => {
    const world = await worldOf(3, LIMIT);
    await settle(world, LIMIT);
    const before = world.s3.requests.length;
    await cycles(world, 1);
    // The discovery: manifest, list of objects, what is known, manifest. Each shard: its state twice.
    expect(world.s3.requests.length - before).toBe(4 + 3 * 2);
  });

  it.each([
    [
      'cannot be understood',
      Buffer.from('no metrics'),
      'cannot be read; the shards report theirs again',
    ],
    ['is gone', undefined, 'is missing; the shards report theirs again'],
  ])('holds where what is known %s: the shards tell it again', async (_, bytes, failure) => {
    const world = await worldOf(3, LIMIT);
    await settle(world, LIMIT);
    const key = 'states/state/metrics/known';
    if (bytes === undefined) world.s3.objects.delete(key);
    else world.s3.objects.set(key, bytes);
    const { dispatched } = await cycles(world, 1);
    expect(dispatched.report.metricsFailure).toContain(failure);
    const last = await settle(world, LIMIT);
    expect(last.dispatched.report).toMatchObject({
      metricsKnown: LIMIT,
      metricsFailure: undefined,
    });
    expect(world.published().size).toBe(LIMIT);
  });

  it(
    'never lets more through, however shards move, fail and become more or fewer',
    async () => {
      const step = fc.record({
        shards: fc.integer({ min: 1, max: 6 }),
        turn: fc.nat(5),
        failing: fc.option(fc.nat(5)),
        restarting: fc.option(fc.nat(5)),
      });
      const steps = fc.array(step, { minLength: 1, maxLength: 12 });
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 1, max: 30 }), steps, async (limit, all) => {
          const world = await worldOf(1, limit);
          for (const { shards, turn, failing, restarting } of all) {
            world.plan = { shards };
            if (restarting !== null) world.restart(restarting);
            await cycles(world, 1, {
              runsIn: (shard) => (shard + turn) % 6,
              fails: (shard) => shard === failing,
            });
          }
          expect(world.published().size).toBeLessThanOrEqual(limit);
        }),
        { numRuns: 15 },
      );
    },
    SLOW,
  );
});

describe('what is told of it', () => {
  it('is the number of known metrics once, by the discovery', async () => {
    const world = await worldOf(3, LIMIT);
    const { dispatched, reports } = await settle(world, LIMIT);
    const counted: [string, number][] = [];
    const metrics = {
      addMetric: (name: string, _: string, value: number) => counted.push([name, value]),
      addMetadata: () => undefined,
    } as never;
    publishDispatch(dispatched.report, metrics);
    for (const report of reports.values()) publishCycle(report, metrics, true);
    expect(counted.filter(([name]) => name === 'MetricsKnown')).toEqual([['MetricsKnown', LIMIT]]);
  });
});

describe('the room of a cycle', () => {
  it('is divided without a rest, each shard in its turn', () => {
    fc.assert(
      fc.property(fc.nat(1_000), fc.integer({ min: 1, max: 50 }), fc.nat(), (room, shards, n) => {
        const shares = Array.from({ length: shards }, (_, shard) =>
          shareOf(room, shard, shards, n),
        );
        expect(shares.reduce((sum, share) => sum + share)).toBe(room);
        expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
      }),
    );
    const ofFirst = [0, 1, 2].map((cycle) => shareOf(1, 0, 3, cycle));
    expect(ofFirst.toSorted()).toEqual([0, 0, 1]);
  });
});

describe('stored metrics', () => {
  it.each([
    ['nothing', new Uint8Array()],
    ['something else', new TextEncoder().encode('<html>a page of some other server</html>')],
    [
      'a part of them',
      encodeKnownMetrics({ asOf: 1, combinations: new Uint8Array(8) }).slice(0, 20),
    ],
    [
      'another version',
      encodeKnownMetrics({ asOf: 1, combinations: new Uint8Array(8) }).fill(9, 4, 5),
    ],
  ])('are refused where they are %s', (_, bytes) => {
    expect(() => decodeKnownMetrics(bytes)).toThrow(/^expected known metrics/);
  });
});
