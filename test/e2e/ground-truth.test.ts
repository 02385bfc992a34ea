import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { DeliveredEvent } from '../../cli/demo/cloudwatch-view.ts';
import type { CycleReport } from '../../lambda/report/report.ts';
import { type App, increaseOf } from './ground-truth-app.ts';
import { added, extentsByMinute, extentsOf, totalsIn, totalsOf } from './ground-truth-metrics.ts';
import { ATTEMPTS, World } from './ground-truth-world.ts';

const CYCLES = 10;

/** Milliseconds of a cycle that lasts until its deadline: far more than the others take. */
const SHORT_MS = 3_000;

const MINUTE_MS = 60_000;

const TIMEOUT_MS = 60_000;

/** What goes wrong in one of the cycles. */
interface Place {
  fail(world: World, victim: App): unknown;
  /** Milliseconds that the cycle may take. */
  readonly timeoutMs?: number;
  /** What its report says; undefined: nobody is left to report. */
  readonly report: object | undefined;
  /** Which tasks give nothing: the one that it happens to, one that has just started, or every one. */
  readonly misses?: 'victim' | 'newcomer' | 'all';
  /** How often the events of the others arrive. */
  readonly arrive: number;
  /** How many of these times the state advances by: what arrives besides is in the next differences, too. */
  readonly accounted: 0 | 1;
}

const rejected = (reason: string) => ({
  deliveries: [{ events: 0, rejected: { [reason]: expect.any(Number) } }],
});

const ECS_CALLS = ['ListTasks', 'DescribeTasks', 'DescribeTaskDefinition'];

const failEcs = ({ aws }: World) => {
  const fault = { kind: 'error', status: 500, type: 'ServerException' } as const;
  for (const call of ECS_CALLS) aws.faults.inject(call, fault);
};

const PLACES: Readonly<Record<string, Place>> = {
  'the ECS API is down': {
    fail: failEcs,
    report: { discoveryErrors: expect.arrayContaining([expect.stringMatching(/ListTasks/)]) },
    misses: 'newcomer',
    arrive: 1,
    accounted: 1,
  },
  'the ECS API is down when a process starts': {
    fail: (world) => {
      failEcs(world);
      world.startCollector();
    },
    report: { targets: { discovered: 0 } },
    misses: 'all',
    arrive: 0,
    accounted: 0,
  },
  'a target refuses connections': {
    fail: (_, victim) => victim.close(),
    report: { targets: { down: 1, stopped: 0 } },
    misses: 'victim',
    arrive: 1,
    accounted: 1,
  },
  'a target breaks off half-way': {
    fail: (_, victim) => {
      victim.breaksOff = true;
    },
    report: { targets: { down: 1, stopped: 0 } },
    misses: 'victim',
    arrive: 1,
    accounted: 1,
  },
  'PutLogEvents is throttled until the deadline': {
    fail: (world) => {
      world.patience = 0.999;
      world.aws.faults.inject('PutLogEvents', { kind: 'throttle' });
    },
    timeoutMs: SHORT_MS,
    report: rejected('throttled'),
    arrive: 0,
    accounted: 0,
  },
  'PutLogEvents fails': {
    fail: ({ aws }) => {
      const fault = { kind: 'error', status: 500, type: 'ServiceUnavailableException' } as const;
      aws.faults.inject('PutLogEvents', fault);
    },
    report: rejected('unavailable'),
    arrive: 0,
    accounted: 0,
  },
  'PutLogEvents is denied': {
    fail: ({ aws }) => aws.faults.inject('PutLogEvents', { kind: 'deny' }),
    report: rejected('access_denied'),
    arrive: 0,
    accounted: 0,
  },
  'PutLogEvents hangs until the deadline': {
    fail: ({ aws }) => aws.faults.inject('PutLogEvents', { kind: 'hang' }),
    timeoutMs: SHORT_MS,
    report: rejected('deadline'),
    arrive: 0,
    accounted: 0,
  },
  'an answer of PutLogEvents is lost': {
    fail: ({ aws }) =>
      aws.faults.inject('PutLogEvents', { kind: 'reset', applied: true }, { times: 1 }),
    report: { deliveries: [{ requests: 2, rejected: {} }] },
    arrive: 2,
    accounted: 1,
  },
  'all answers of PutLogEvents are lost': {
    fail: ({ aws }) => aws.faults.inject('PutLogEvents', { kind: 'reset', applied: true }),
    report: rejected('unavailable'),
    arrive: ATTEMPTS,
    accounted: 0,
  },
  'the collector is killed before the state is written': {
    fail: (world) => {
      world.disk = 'kills the collector';
    },
    report: undefined,
    arrive: 1,
    accounted: 0,
  },
  'the state cannot be written': {
    fail: (world) => {
      world.disk = 'is full';
    },
    report: { state: { writes: 0, failures: 1 } },
    arrive: 1,
    accounted: 1,
  },
};

const observations = fc.array(fc.nat(200), { maxLength: 8 });
const step = fc.integer({ min: -20, max: 20 });

/** What an application does before each cycle. */
const load = fc.record({
  requests: fc.tuple(fc.integer({ min: 1, max: 100 }), fc.nat(10), fc.nat(1)),
  queues: fc.tuple(step, step),
  durations: fc.tuple(observations, observations),
  sizes: fc.array(fc.nat(50_000), { maxLength: 8 }),
});

const ofEachCycle = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.array(arbitrary, { minLength: CYCLES, maxLength: CYCLES });

/** Neither the first cycle, from which on is compared, nor the last one, after which nothing could make up for it. */
const inBetween = fc.integer({ min: 2, max: CYCLES - 1 });

const plan = inBetween.chain((failing) =>
  fc.record({
    failing: fc.constant(failing),
    /** The cycle before which the third task starts: often the one that fails. */
    joins: fc.oneof(fc.constant(failing), inBetween),
    /** Seconds between the cycle before and that start. */
    joinsAfter: fc.integer({ min: 1, max: 30 }),
    /** The cycle that another process begins with. */
    restart: inBetween.filter((cycle) => cycle !== failing && cycle !== failing + 1),
    /** The task that it happens to, counted from the one that started last. */
    victim: fc.oneof(fc.constant(0), fc.nat(2)),
    format: fc.constantFrom('text', 'OpenMetrics'),
    /** In their minute. */
    seconds: ofEachCycle(fc.nat(20)),
    /** For each task. */
    loads: fc
      .tuple(ofEachCycle(load), ofEachCycle(load), ofEachCycle(load))
      // Hundreds of numbers; a failing test also prints the seed, which gives them again.
      .map((loads) => Object.assign(loads, { [fc.toStringMethod]: () => '…' })),
  }),
);

type Plan = typeof plan extends fc.Arbitrary<infer T> ? T : never;

describe('over ten cycles CloudWatch sees what the applications counted and measured', () => {
  it.each(Object.entries(PLACES))(
    'although in one of them %s',
    (_, place) =>
      // A run that fails says nothing more when it is shrunk.
      fc.assert(
        fc.asyncProperty(plan, (each) => compare(place, each)),
        { numRuns: place.timeoutMs === undefined ? 3 : 1, endOnFailure: true },
      ),
    TIMEOUT_MS,
  );
});

async function compare(place: Place, plan: Plan): Promise<void> {
  await using world = await World.start(['text', 'OpenMetrics', plan.format]);
  await world.startTask();
  await world.startTask();
  const measured: Record<number, ReturnType<typeof extentsOf>> = {};
  let failedAt = 0;
  for (let cycle = 1; cycle <= CYCLES; cycle++) {
    if (cycle === plan.joins) await world.startTask(world.now + plan.joinsAfter * 1_000);
    if (cycle === plan.restart) world.startCollector();
    world.advance(plan.seconds[cycle - 1]!);
    if (cycle === plan.failing) failedAt = world.now;
    for (const [index, app] of world.apps.entries()) app.work(plan.loads[index]![cycle - 1]!);
    const { apps, arrive } =
      cycle === plan.failing ? await failingCycle(world, place, plan) : await goodCycle(world);
    const figures = apps.flatMap((app) => app.scraped.get(world.now)!);
    const arrived = Array.from({ length: arrive }, () => figures).flat();
    if (arrived.length > 0) measured[world.now - (world.now % MINUTE_MS)] = extentsOf(arrived);
  }

  const events = world.delivered;
  const counted = world.apps.flatMap(({ scraped }, index) => {
    const scrapes = [...scraped.values()];
    // The third task began to count when the collector was there already.
    return increaseOf(scrapes.at(-1)!, index < 2 ? scrapes[0] : undefined);
  });
  const ofFailedCycle = events.filter(({ timestamp }) => timestamp === failedAt);
  const again = beyond(place.accounted, ofFailedCycle);
  expect(totalsIn(events)).toEqual(added(totalsOf(counted), totalsIn(again)));
  expect(extentsByMinute(events)).toEqual(measured);
}

/** What a cycle is to deliver: how often the events of which applications. */
interface Arrivals {
  readonly apps: readonly App[];
  readonly arrive: number;
}

async function goodCycle(world: World): Promise<Arrivals> {
  const report = (await world.collect())!;
  expect(troubleIn(report)).toEqual([]);
  expect(report.targets.up).toBe(world.apps.length);
  return { apps: world.apps, arrive: 1 };
}

async function failingCycle(world: World, place: Place, plan: Plan): Promise<Arrivals> {
  const victim = world.apps.at(-1 - (plan.victim % world.apps.length))!;
  const newcomer = plan.joins === plan.failing ? world.apps.at(-1) : undefined;
  const missed = { victim: [victim], newcomer: [newcomer], all: world.apps };
  const apps = world.apps.filter((app) => !place.misses || !missed[place.misses].includes(app));
  await place.fail(world, victim);
  const report = await world.collect(place.timeoutMs);
  if (place.report === undefined) expect(report).toBeUndefined();
  else {
    expect(report).toMatchObject(place.report);
    expect(report?.targets.up).toBe(apps.length);
  }
  await world.repair();
  return { apps, arrive: place.arrive };
}

/** Events of one cycle, without the first so many copies of each. */
function beyond(copies: number, events: readonly DeliveredEvent[]): DeliveredEvent[] {
  const alike = Map.groupBy(events, ({ fields }) => JSON.stringify(fields));
  return [...alike.values()].flatMap((each) => each.slice(copies));
}

/** All that went wrong. */
function troubleIn(report: CycleReport): readonly string[] {
  const { discoveryErrors, deliveries, state, scrapes, breaches } = report;
  const failed = scrapes.flatMap(({ message }) => message ?? []);
  const undelivered = deliveries.flatMap(({ errors }) => errors);
  return [...discoveryErrors, ...failed, ...breaches, ...undelivered, ...state.errors];
}
