import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Collector } from '../../lambda/collect.ts';
import { AnswerDecoder } from '../../lambda/decode/answer.ts';
import { createDiscovery } from '../../lambda/discovery/discover.ts';
import { systemClock } from '../../lambda/model/waiting/clock.ts';
import { fetchExposition } from '../../lambda/scrape/http/exchange.ts';
import { Scraper } from '../../lambda/scrape/scrape.ts';
import { inheritanceOfShards } from '../../lambda/shards/inheritance.ts';
import type { ShardPlan } from '../../lambda/shards/objects/layout.ts';
import { ShardObjects } from '../../lambda/shards/objects/objects.ts';
import { encodeList } from '../../lambda/shards/objects/target-list.ts';
import { CycleLease } from '../../lambda/state/cycle-lease.ts';
import { s3Store } from '../../lambda/state/s3.ts';
import { StoredState } from '../../lambda/state/stored.ts';
import { DividedWorld, PLACE } from './divided-world.ts';

/** Property tests run real servers, many cycles each. */
const SLOW = 120_000;

let world: DividedWorld;
const worlds: DividedWorld[] = [];

afterEach(async () => {
  for (const each of worlds.splice(0)) await each[Symbol.asyncDispose]();
});

async function worldOf(targets: number, plan: ShardPlan): Promise<DividedWorld> {
  world = await DividedWorld.start(targets, plan);
  worlds.push(world);
  return world;
}

const grow = ({ applications: { counters } }: DividedWorld, by: number) => {
  for (const [id, value] of counters) counters.set(id, value + by);
};

const stored = ({ s3 }: DividedWorld) => [...s3.objects.keys()].sort();

describe('a collector whose targets are divided', () => {
  it('scrapes every target exactly once in a cycle', async () => {
    const { applications } = await worldOf(50, { shards: 4 });
    const { reports } = await world.cycle();
    expect([...reports.keys()].sort()).toEqual([0, 1, 2, 3]);
    expect([...applications.takeScrapes()].sort()).toEqual(
      applications.ids.map((id) => [id, 1]).sort(),
    );
    const up = [...reports.values()].map(({ targets }) => targets.up);
    expect(up.reduce((sum, each) => sum + each)).toBe(50);
    expect(Math.min(...up)).toBeGreaterThan(0);
  });

  it('has as many shards as its targets need', async () => {
    await worldOf(50, { shards: 40, targetsPerShard: 20 });
    const { reports } = await world.cycle();
    expect(reports.size).toBe(3);
  });

  it('writes a list again only where it has changed', async () => {
    const { s3 } = await worldOf(20, { shards: 3 });
    const { dispatched: first } = await world.cycle();
    expect(first.report.listsWritten).toBe(3);
    const requests = s3.requests.length;
    const { dispatched: second } = await world.cycle();
    expect(second.report.listsWritten).toBe(0);
    // The discovery: manifest, list of objects, manifest. Each shard: its state twice, and no list of targets.
    expect(s3.requests.length - requests).toBe(3 + 3 * 2);
  });

  it('writes a list again that another cycle has written, which failed', async () => {
    const { s3 } = await worldOf(10, { shards: 2 });
    await world.cycle();
    world.pass();
    s3.objects.set('states/state/lists/1', Buffer.from(await encodeList([])));
    s3.writtenAt.set('states/state/lists/1', world.now());
    world.restart(1);
    const { dispatched, reports } = await world.cycle();
    expect(dispatched.report.listsWritten).toBe(1);
    const up = [...reports.values()].map(({ targets }) => targets.up);
    expect(up.reduce((sum, each) => sum + each)).toBe(10);
  });

  it('has nothing to do with objects whose names begin as its own', async () => {
    const { s3 } = await worldOf(10, { shards: 2 });
    const others = ['state2', 'state2/1/0', 'state-old/manifest.json', 'state/9/0.corrupt-1'];
    for (const name of others) s3.objects.set(`states/${name}`, Buffer.from('another'));
    await world.cycle();
    world.plan = { shards: 3 };
    await world.cycle();
    const { dispatched } = await world.cycle();
    expect(dispatched.report.layout).toEqual({ number: 2, shards: 3, since: expect.any(Number) });
    expect(stored(world)).toEqual(expect.arrayContaining(others.map((name) => `states/${name}`)));
  });

  it('keeps nothing in S3 but its manifest, lists and states', async () => {
    await worldOf(10, { shards: 2 });
    await world.cycle();
    expect(stored(world)).toEqual([
      'states/state/1/0',
      'states/state/1/1',
      'states/state/lists/0',
      'states/state/lists/1',
      'states/state/manifest.json',
    ]);
  });
});

describe('another number of shards', () => {
  it.each([
    [2, 5],
    [5, 2],
    [3, 1],
  ])('loses and doubles nothing of a counter: from %s to %s', async (before, after) => {
    await worldOf(40, { shards: before });
    await world.cycle();
    grow(world, 10);
    await world.cycle();
    world.plan = { shards: after };
    grow(world, 100);
    const { dispatched } = await world.cycle();
    expect(dispatched.report).toMatchObject({ isNewLayout: true, layout: { number: 2 } });
    grow(world, 1_000);
    await world.cycle();
    const sums = [...world.published().values()];
    expect(sums).toEqual(Array.from({ length: 40 }, () => 1_110));
  });

  it('leaves nothing of the one before behind', async () => {
    await worldOf(10, { shards: 3 });
    await world.cycle();
    world.plan = { shards: 2 };
    await world.cycle();
    expect(stored(world)).toContain('states/state/1/2');
    await world.cycle();
    expect(stored(world)).toEqual([
      'states/state/2/0',
      'states/state/2/1',
      'states/state/lists/0',
      'states/state/lists/1',
      'states/state/manifest.json',
    ]);
  });

  it('waits for a shard that has not taken over yet', async () => {
    await worldOf(30, { shards: 2 });
    await world.cycle();
    world.plan = { shards: 3 };
    grow(world, 1);
    await world.cycle({ fails: (shard) => shard === 2 });
    world.plan = { shards: 4 };
    const { dispatched } = await world.cycle({ fails: (shard) => shard === 2 });
    expect(dispatched.report.layout).toMatchObject({ number: 2, shards: 3 });
    await world.cycle();
    await world.cycle();
    const { dispatched: last } = await world.cycle();
    expect(last.report.layout).toMatchObject({ number: 3, shards: 4 });
    expect([...world.published().values()]).toEqual(Array.from({ length: 30 }, () => 1));
  });
});

describe('a manifest that is gone or cannot be understood', () => {
  const MANIFEST = 'states/state/manifest.json';

  /** After it was divided twice. */
  async function secondLayout(): Promise<void> {
    await worldOf(30, { shards: 2 });
    await world.cycle();
    world.plan = { shards: 3 };
    await world.cycle();
    await world.cycle();
    grow(world, 7);
  }

  it.each<[string, (objects: Map<string, Buffer>) => unknown]>([
    ['gone', (objects) => objects.delete(MANIFEST)],
    ['broken', (objects) => objects.set(MANIFEST, Buffer.from('broken'))],
    ['of a later version', (objects) => objects.set(MANIFEST, Buffer.from('{"version":2}'))],
  ])('loses and doubles nothing: %s', async (_, spoil) => {
    await secondLayout();
    spoil(world.s3.objects);
    const { dispatched } = await world.cycle();
    expect(dispatched.report.layout).toMatchObject({
      number: 3,
      inherits: { number: 2, shards: 3 },
    });
    grow(world, 70);
    await world.cycle();
    expect([...world.published().values()]).toEqual(Array.from({ length: 30 }, () => 77));
    expect(stored(world).filter((name) => /\/[12]\/\d+$/.test(name))).toEqual([]);
  });

  it('is kept under another name, and spoken of', async () => {
    await secondLayout();
    world.s3.objects.set(MANIFEST, Buffer.from('{"version":2}'));
    const { dispatched } = await world.cycle();
    expect(dispatched.report.setAside).toMatch(
      /^Targets are divided anew; the old manifest is kept as s3:\/\/states\/state\/aside\/manifest\.json\.corrupt-\S+\. expected a manifest of shards, got 13 bytes: /,
    );
    const aside = stored(world).filter((name) => name.includes('.corrupt-'));
    expect(aside.map((name) => world.s3.objects.get(name)?.toString())).toEqual(['{"version":2}']);
    const { dispatched: next } = await world.cycle();
    expect(next.report.setAside).toBeUndefined();
  });

  it('is not replaced while the shards of its cycle may be running', async () => {
    await secondLayout();
    world.s3.objects.set(MANIFEST, Buffer.from('broken'));
    world.s3.writtenAt.set(MANIFEST, world.now());
    await expect(world.discover()).rejects.toThrow(
      /^The shards of the last cycle may run for another 5\d s$/,
    );
  });
});

describe('a collector that was not divided before', () => {
  const undivided = ({ config, s3Api, output }: DividedWorld, now = Date.now) =>
    new Collector({
      config,
      discovery: createDiscovery({
        config,
        clientsOf: () => {
          throw new Error('expected no use of the ECS API');
        },
        fetch: fetchExposition,
        clock: { ...systemClock, now },
      }),
      scraper: new Scraper(Date.now, new AnswerDecoder()),
      state: new StoredState(s3Store(s3Api, PLACE), now, {
        inherit: () => {
          const objects = new ShardObjects(s3Api, PLACE);
          return inheritanceOfShards(s3Api, objects, now(), AbortSignal.timeout(10_000));
        },
      }),
      outputs: [output],
      now,
    });

  it('goes on divided without a loss, and its state goes', async () => {
    await worldOf(20, { shards: 3 });
    const before = undivided(world);
    await before.collect(10_000);
    grow(world, 7);
    await before.collect(10_000);
    grow(world, 70);
    await world.cycle();
    expect(stored(world)).toContain('states/state');
    grow(world, 700);
    await world.cycle();
    expect(stored(world)).not.toContain('states/state');
    expect([...world.published().values()]).toEqual(Array.from({ length: 20 }, () => 777));
  });

  it('goes on again with what it knows, where shards had not yet taken it over', async () => {
    await worldOf(20, { shards: 3 });
    const before = undivided(world);
    await before.collect(10_000);
    await world.cycle({ fails: (shard) => shard === 1 });
    world.pass(10);
    grow(world, 7);
    // As S3 has it by the clock of the world.
    await before.collect(10_000);
    for (const environment of [-1, 0, 1, 2]) world.restart(environment);
    grow(world, 70);
    await world.cycle();
    await world.cycle();
    expect([...world.published().values()]).toEqual(Array.from({ length: 20 }, () => 77));
    expect(stored(world)).not.toContain('states/state');
  });

  it('is divided no more without a loss', async () => {
    await worldOf(20, { shards: 3 });
    await world.cycle();
    grow(world, 7);
    await world.cycle();
    grow(world, 70);
    world.pass();
    await undivided(world, () => world.now()).collect(10_000);
    expect([...world.published().values()]).toEqual(Array.from({ length: 20 }, () => 77));
  });

  it('waits for the shards of the last cycle before it goes on for them', async () => {
    await worldOf(20, { shards: 3 });
    await world.cycle();
    grow(world, 7);
    const after = undivided(world, () => world.now());
    const { state } = await after.collect(10_000);
    expect(state.errors).toEqual([
      expect.stringMatching(/^The shards of the last cycle may run for another 5\d s$/),
    ]);
    world.pass();
    await after.collect(10_000);
    expect([...world.published().values()]).toEqual(Array.from({ length: 20 }, () => 7));
  });

  it('is not divided while a cycle of before is under way, which then does not begin beside the shards', async () => {
    await worldOf(20, { shards: 3 });
    const before = undivided(world);
    await before.collect(10_000);
    const lease = new CycleLease(world.s3Api, PLACE, () => world.now());
    expect(await lease.take(55_000)).toEqual({ kind: 'taken' });
    await expect(world.discover()).rejects.toThrow(
      /^The cycle of the collector that was not divided may run for another 5\d s$/,
    );
    grow(world, 7);
    await before.collect(10_000);
    await lease.release();
    await world.discover();
    expect(await lease.take(55_000)).toMatchObject({ kind: 'busy' });
    world.pass();
    grow(world, 70);
    await world.cycle();
    expect([...world.published().values()]).toEqual(Array.from({ length: 20 }, () => 77));
  });

  it('takes up its state again, and not the older ones of the shards', async () => {
    await worldOf(20, { shards: 3 });
    await world.cycle();
    await world.cycle();
    grow(world, 1_000_000);
    world.pass();
    const between = undivided(world, () => world.now());
    await between.collect(10_000);
    grow(world, 7);
    await between.collect(10_000);
    for (const environment of [-1, 0, 1, 2]) world.restart(environment);
    grow(world, 70);
    await world.cycle();
    await world.cycle();
    grow(world, 700);
    await world.cycle();
    expect([...world.published().values()]).toEqual(Array.from({ length: 20 }, () => 1_000_777));
  });
});

describe('the beginning of a cycle', () => {
  it('is refused while the shards of the last one may be running', async () => {
    await worldOf(3, { shards: 1 });
    await world.discover();
    await expect(world.discover()).rejects.toThrow(
      /^The shards of the last cycle may run for another 5\d s$/,
    );
    world.pass();
    await expect(world.discover()).resolves.toBeDefined();
  });

  it('is not refused for hours because the clock was once ahead', async () => {
    await worldOf(3, { shards: 1 });
    world.pass(120);
    await world.discover();
    world.pass(-119);
    await expect(world.discover()).resolves.toBeDefined();
  });

  it('is one where two begin at the same time', async () => {
    await worldOf(3, { shards: 1 });
    const outcomes = await Promise.allSettled([
      world.environment(-1).discover(10_000),
      world.environment(-2).discover(10_000),
    ]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const [failed] = outcomes.filter(({ status }) => status === 'rejected') as [
      PromiseRejectedResult,
    ];
    expect(failed.reason).toMatchObject({ name: 'CycleUnderWayError' });
  });

  it('doubles nothing of a counter where each is begun twice, and again while its shards run', async () => {
    await worldOf(40, { shards: 2 });
    for (let minute = 0; minute < 5; minute++) {
      grow(world, 10);
      world.pass();
      const begun = await Promise.allSettled(
        [-1, -2].map((environment) => world.environment(environment).discover(10_000)),
      );
      const [started, ...more] = begun.flatMap((each) =>
        each.status === 'fulfilled' ? [each.value.start] : [],
      );
      if (started === undefined) throw new Error(JSON.stringify(begun));
      expect(more).toEqual([]);
      const { cycle, shards } = started;
      const [again] = await Promise.allSettled([
        world.discover(),
        ...shards.map((each) =>
          // In another environment each minute.
          world.environment((each.shard + minute) % 2).collect(10_000, { ...each, cycle }),
        ),
      ]);
      expect(again).toMatchObject({ reason: { name: 'CycleUnderWayError' } });
    }
    // The first cycle only has what the second is compared with.
    expect([...world.published().values()]).toEqual(Array.from({ length: 40 }, () => 40));
  });

  it('says which shards have ended no cycle for a while', async () => {
    await worldOf(10, { shards: 3 });
    const lates = [];
    for (let cycle = 0; cycle < 6; cycle++) {
      const { dispatched } = await world.cycle({ fails: (shard) => shard === 1 && cycle > 0 });
      lates.push(dispatched.report.late);
    }
    expect(lates).toEqual([[], [], [], [1], [1], [1]]);
  });

  it('says what S3 denies', async () => {
    await worldOf(3, { shards: 1 });
    world.s3.instead = (method, name) =>
      method === 'GET' && name === 'states/' ? { status: 403, code: 'AccessDenied' } : undefined;
    await expect(world.discover()).rejects.toThrow(
      'ListObjectsV2 of s3://states/state is denied; it needs s3:ListBucket on the bucket. AccessDenied: AccessDenied of the test',
    );
  });

  it('finds all objects, however many pages of a list they are', async () => {
    await worldOf(20, { shards: 9 });
    world.s3.pageSize = 2;
    await world.cycle();
    world.plan = { shards: 8 };
    const { dispatched } = await world.cycle();
    expect(dispatched.report.layout).toMatchObject({ number: 2, shards: 8 });
  });
});

describe('a shard', () => {
  it('does not begin when its cycle is over', async () => {
    await worldOf(3, { shards: 1 });
    const { start } = await world.discover();
    world.pass();
    const event = { ...start.shards[0], cycle: start.cycle };
    await expect(world.environment(0).collect(10_000, event)).rejects.toThrow(
      /^Expected at least 1000 ms for shard 0, got -\d+ ms: its cycle is over$/,
    );
    expect(world.applications.takeScrapes().size).toBe(0);
  });

  it('does not begin without its list', async () => {
    await worldOf(3, { shards: 1 });
    const { start } = await world.discover();
    const event = { ...start.shards[0], cycle: start.cycle };
    world.s3.objects.delete('states/state/lists/0');
    await expect(world.environment(0).collect(10_000, event)).rejects.toThrow(
      'Expected a list of targets for shard 0, got none',
    );
  });

  it('is refused where the event is none of a shard', async () => {
    await worldOf(3, { shards: 1 });
    expect(() => world.environment(0).collect(10_000, { source: 'aws.scheduler' })).toThrow(
      new TypeError('Expected the event of a shard, got {"source":"aws.scheduler"}'),
    );
  });

  it('has time of its own to read what it begins with', async () => {
    await worldOf(10, { shards: 3 });
    await world.cycle();
    world.plan = { shards: 1 };
    grow(world, 7);
    // Longer together than a state of its own may take, which is a quarter of its 8 s.
    const MS_OF_A_STATE = 900;
    world.s3.before = (method, name) =>
      method === 'GET' && /\/1\/\d$/.test(name) ? wait(MS_OF_A_STATE) : undefined;
    world.pass();
    const { start } = await world.discover();
    const report = await world
      .environment(0)
      .collect(8_000, { ...start.shards[0], cycle: start.cycle });
    expect(report.state.errors).toEqual([]);
    expect([...world.published().values()]).toEqual(Array.from({ length: 10 }, () => 7));
  });

  it('says which state it could not begin with', async () => {
    await worldOf(10, { shards: 2 });
    for (let cycle = 0; cycle < 3; cycle++) await world.cycle();
    world.s3.objects.set('states/state/1/0', Buffer.from('broken'));
    world.s3.objects.delete('states/state/1/1');
    world.plan = { shards: 1 };
    // As after the time for which it waits for those states.
    world.pass(16);
    const { reports } = await world.cycle();
    expect(reports.get(0)?.state.errors).toEqual([
      expect.stringMatching(/^The state s3:\/\/states\/state\/1\/0 cannot be understood\. /),
      'The state s3://states/state/1/1 is missing, so the history of these targets is lost',
    ]);
  });
});

const course = fc.record({
  shards: fc.integer({ min: 1, max: 5 }),
  growth: fc.nat(1_000),
  /** Which shards do not run. */
  failing: fc.uniqueArray(fc.nat(4), { maxLength: 2 }),
  /** Where each shard runs. */
  environments: fc.array(fc.nat(2), { minLength: 5, maxLength: 5 }),
  restarted: fc.option(fc.integer({ min: -1, max: 2 }), { nil: undefined }),
});

it(
  'counters are whole whatever shards fail, wherever they run and however they are divided',
  async () => {
    const courses = fc.array(course, { minLength: 2, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(courses, async (cycles) => {
        await using divided = await DividedWorld.start(12, { shards: 2 });
        const { applications } = divided;
        await divided.cycle();
        expect(applications.takeScrapes().size).toBe(12);
        let total = 0;
        for (const { shards, growth, failing, environments, restarted } of cycles) {
          divided.plan = { shards };
          grow(divided, growth);
          total += growth;
          if (restarted !== undefined) divided.restart(restarted);
          await divided.cycle({
            fails: (shard) => failing.includes(shard),
            runsIn: (shard) => environments[shard] ?? 0,
          });
          for (const scrapes of applications.takeScrapes().values()) expect(scrapes).toBe(1);
        }
        // Two cycles in which all goes well reach every target, whatever layout it was in.
        divided.plan = { shards: 3 };
        for (let cycle = 0; cycle < 3; cycle++) await divided.cycle();
        for (const id of applications.ids) {
          expect([id, divided.published().get(id) ?? 0]).toEqual([id, total]);
        }
      }),
      { numRuns: 40 },
    );
  },
  SLOW,
);
