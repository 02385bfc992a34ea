import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Collector } from '../../lambda/collect.ts';
import { AnswerDecoder } from '../../lambda/decode/answer.ts';
import { targetOf } from '../../lambda/discovery/job-target.ts';
import { withNeighbours } from '../../lambda/discovery/neighbours.ts';
import type { LogEvent } from '../../lambda/model/delivery/event.ts';
import type { SampleOutput } from '../../lambda/model/delivery/sample-output.ts';
import { labelsOf } from '../../lambda/model/samples/sample.ts';
import type { Target } from '../../lambda/model/targets/target.ts';
import type { KnownTasks } from '../../lambda/model/targets/tasks.ts';
import { Scraper } from '../../lambda/scrape/scrape.ts';
import { MemoryState } from '../../lambda/state/memory.ts';
import { configWith, declarationOf } from '../collect/parts.ts';
import { recordingOutput } from '../collect/recording-output.ts';
import { job } from '../discovery/ecs/cluster/cluster-of.ts';
import { MINUTE } from '../series/samples.ts';
import {
  CLUSTER,
  daemonPage,
  LAUNCH_TYPE,
  PageServer,
  type PageTask,
  REVISION,
  sidecarPage,
  ZONE,
} from './page.ts';

/** A daemon of an instance tells of all its tasks; the collector takes that as if each had a sidecar. */

const ARN = 'arn:aws:ecs:us-east-1:123456789012';
const MACHINE = `${ARN}:container-instance/demo/one`;
const ELSEWHERE = `${ARN}:container-instance/demo/two`;
const START = Date.UTC(2026, 4, 1);

const JOB = job({ name: 'fargauge-sidecar', honorLabels: true, history: true });

/** Rules by service and by task, as those of the default and of `eachTask`. */
const CONFIG = configWith({
  declarations: [
    declarationOf({
      sourceLabels: ['job'],
      selectors: ['^ee_', '^up$'],
      dimensions: [['ClusterName', 'ServiceName'], ['TaskId']],
    }),
  ],
  logUnmatched: true,
});

let server: PageServer;
let now: number;

beforeEach(async () => {
  server = await PageServer.start();
  now = START;
});

afterEach(async () => {
  await server[Symbol.asyncDispose]();
});

/** A target as discovery makes it of a task on a machine. */
function found(path: string, task: string, machine = MACHINE, group = 'daemon:gauge'): Target {
  const url = server.url(path);
  const taskArn = `${ARN}:task/${CLUSTER}/${task}`;
  const labels = labelsOf({ ClusterName: CLUSTER, TaskId: task, TaskArn: taskArn, job: JOB.name });
  const { host: address } = new URL(url);
  const made = targetOf(JOB, {
    id: `${JOB.name} ${url}`,
    job: JOB.name,
    url,
    labels: labelsOf(labels, { instance: address }),
    timeoutMs: 5_000,
    startedAt: START - MINUTE,
  });
  const meta = labelsOf(labels, { __meta_ecs_task_group: group });
  return withNeighbours(made, { address, labels: meta, taskArn, machine }, JOB);
}

/** The target of a task with a sidecar. */
function sidecarOf(task: PageTask, daemon: Target): Target {
  const told = {
    ...{ id: task.id, family: task.family, revision: REVISION, service: task.service },
    ...{ cluster: CLUSTER, launchType: LAUNCH_TYPE, availabilityZone: ZONE },
  };
  const url = server.url(`/${task.id}`);
  const target = daemon.neighbour?.(told);
  return { ...target!, id: url, url, place: { task: task.id, machine: MACHINE } };
}

interface Setting {
  targets: readonly Target[];
  tasks?: KnownTasks;
}

function collectorOf(discovered: () => Setting, outputs = [recordingOutput()]) {
  const samples: string[] = [];
  const collector = new Collector({
    config: CONFIG,
    discovery: {
      discover: async () => ({ ...discovered(), leftOut: [], idle: [], errors: [] }),
      stopped: async () => ({ ids: new Set(), errors: [] }),
    },
    scraper: new Scraper(() => now, new AnswerDecoder()),
    state: new MemoryState(),
    outputs: [...outputs, sampleOutput(samples)],
    now: () => now,
  });
  return { output: outputs[0]!, samples, cycle: () => collector.collect(10_000) };
}

/** Notes what a receiver of samples gets, without the values that no two scrapes have in common. */
function sampleOutput(lines: string[]): SampleOutput {
  return {
    takes: 'samples',
    name: 'samples',
    open: () => ({
      discovered: (ids) => {
        lines.push(`targets ${[...ids].length}`);
      },
      write: async ({ target, samples }) => {
        const { instance: _, ...labels } = target.labels;
        for (const { series, value, timestamp } of samples) {
          if (series.name.startsWith('scrape_duration')) continue;
          lines.push(
            JSON.stringify([sorted(labels), series.name, sorted(series.labels), value, timestamp]),
          );
        }
        return { accepted: samples.length, rejected: new Map() };
      },
      ready: async () => undefined,
      close: async () => ({
        ...{ output: 'samples', takes: 'samples', events: 0, metrics: 0, bytes: 0, requests: 0 },
        ...{ rejected: {}, errors: [] },
      }),
    }),
  };
}

function sorted(labels: object): unknown[] {
  return Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Events but for what differs from scrape to scrape: where it was, and how long it took. */
function comparable(events: readonly LogEvent[]): string[] {
  return events
    .map(({ message, timestamp, logGroup, logStream }) => {
      const { instance: _, scrape_duration_seconds: __, ...rest } = JSON.parse(message);
      // Metrics stand in the order of their families on the page.
      for (const { Metrics } of rest._aws?.CloudWatchMetrics ?? []) {
        Metrics.sort((a: { Name: string }, b: { Name: string }) => (a.Name < b.Name ? -1 : 1));
      }
      return JSON.stringify([timestamp, logGroup, logStream, sorted(rest)]);
    })
    .sort();
}

const ID = (n: number) => String(n).repeat(32);

const gauges = fc.dictionary(
  fc.constantFrom('ee_task_cpu', 'ee_task_memory', 'other'),
  fc.array(fc.tuple(fc.integer({ min: 1, max: 59 }), fc.integer({ min: 0, max: 100 })), {
    maxLength: 6,
  }),
);
const counters = fc.dictionary(fc.constantFrom('ee_task_cpu_seconds', 'other_things'), fc.nat(9));

/** Three minutes of the lives of some tasks: those come and go, with what they have in each. */
const lives = fc.array(
  fc.record({
    service: fc.constantFrom(undefined, 'shop', 'web'),
    family: fc.constantFrom('a', 'b'),
    minutes: fc.array(fc.record({ isThere: fc.boolean(), gauges, counters }), {
      minLength: 3,
      maxLength: 3,
    }),
  }),
  { minLength: 1, maxLength: 4 },
);

it('the same samples give the same events and samples, by a daemon or by a sidecar in each task', async () => {
  await fc.assert(
    fc.asyncProperty(lives, async (given) => {
      now = START;
      const daemon = found('/daemon', ID(9));
      let there: PageTask[] = [];
      const totals = given.map(() => new Map<string, number>());
      const tasks = () =>
        new Map(there.map(({ id }) => [id, { machine: MACHINE, startedAt: START - MINUTE }]));
      const byDaemon = collectorOf(() => ({ targets: [daemon], tasks: tasks() }));
      const bySidecars = collectorOf(() => ({
        targets: there.map((task) => sidecarOf(task, daemon)),
        tasks: tasks(),
      }));
      for (const minute of [0, 1, 2]) {
        there = given.flatMap(({ service, family, minutes }, index) => {
          const of = minutes[minute]!;
          if (!of.isThere) return [];
          const sums = totals[index]!;
          for (const [name, more] of Object.entries(of.counters)) {
            sums.set(name, (sums.get(name) ?? 0) + more);
          }
          const at = (now / 1000) | 0;
          const points = Object.fromEntries(
            Object.entries(of.gauges).map(([name, values]) => [
              name,
              [...new Map(values)].sort(([a], [b]) => a - b).map(([s, v]) => [at + s, v] as const),
            ]),
          );
          return [
            {
              id: ID(index),
              service,
              family,
              points,
              counters: { ...Object.fromEntries(sums), alive: 1 },
            },
          ];
        });
        now += MINUTE;
        const until = now / 1000;
        server.pages.set('/daemon', () => ({ body: daemonPage(there), until, ofInstance: true }));
        for (const task of there) {
          server.pages.set(`/${task.id}`, () => ({ body: sidecarPage(task), until }));
        }
        await byDaemon.cycle();
        await bySidecars.cycle();
      }
      const isOfTask = (text: string) => !text.includes(ID(9)) && !text.startsWith('targets');
      expect(comparable(byDaemon.output.accepted).filter(isOfTask)).toEqual(
        comparable(bySidecars.output.accepted),
      );
      expect(byDaemon.samples.filter(isOfTask).sort()).toEqual(
        bySidecars.samples.filter(isOfTask).sort(),
      );
    }),
    { numRuns: 30 },
  );
});

const task = (n: number, more: Partial<PageTask> = {}): PageTask => ({
  id: ID(n),
  family: 'web',
  service: 'shop',
  points: { ee_task_cpu: [[START / 1000 + 10, n]] },
  counters: { ee_task_cpu_seconds: n },
  ...more,
});

/** The daemon's page with these tasks, each minute the same. */
function serve(tasks: readonly PageTask[], more: object = {}) {
  server.pages.set('/daemon', () => ({
    body: daemonPage(tasks),
    until: now / 1000,
    ofInstance: true,
    ...more,
  }));
}

const valuesOf = (events: readonly LogEvent[], name: string) =>
  events.flatMap(({ message }) => {
    const { [name]: value, TaskId } = JSON.parse(message);
    return value === undefined ? [] : [[TaskId, value]];
  });

describe('a page', () => {
  it('that is not all is followed by the others in the same cycle, and values on each count once', async () => {
    const daemon = found('/daemon', ID(9));
    const { output, cycle } = collectorOf(() => ({ targets: [daemon] }));
    const exporter = ['# TYPE ee_exporter_polls counter', 'ee_exporter_polls_total 7'];
    const first = task(1);
    server.pages.set('/daemon', (since) => {
      const isFirst = since < START / 1000;
      return {
        body: isFirst ? daemonPage([first], exporter) : daemonPage([task(2)], exporter),
        until: START / 1000 + (isFirst ? 1 : 2),
        more: isFirst,
        ofInstance: true,
      };
    });
    const { samples, daemons, breaches } = await cycle();
    expect(server.asked).toEqual([
      `/daemon since ${START / 1000 - 60}`,
      `/daemon since ${START / 1000 + 1}`,
    ]);
    expect(valuesOf(output.accepted, 'ee_task_cpu')).toEqual([
      [ID(1), 1],
      [ID(2), 2],
    ]);
    expect(daemons).toMatchObject({ daemons: 1, tasks: 2, refused: 0 });
    expect(samples.dropped).not.toHaveProperty('duplicate');
    expect(breaches).toEqual([]);
    await cycle();
    expect(server.asked.at(-1)).toBe(`/daemon since ${START / 1000 + 2}`);
  });

  it('after which the next one fails counts, and the rest is asked for in the next cycle', async () => {
    const daemon = found('/daemon', ID(9));
    const { output, cycle } = collectorOf(() => ({ targets: [daemon] }));
    server.pages.set('/daemon', (since) =>
      since < START / 1000
        ? { body: daemonPage([task(1)]), until: START / 1000 + 1, more: true, ofInstance: true }
        : undefined,
    );
    const { breaches } = await cycle();
    expect(valuesOf(output.accepted, 'ee_task_cpu')).toEqual([[ID(1), 1]]);
    expect(breaches).toEqual([expect.stringContaining('was not read')]);
    await cycle();
    expect(server.asked.at(-1)).toBe(`/daemon since ${START / 1000 + 1}`);
  });

  it('that begins later than the one before ends is told as a gap', async () => {
    const daemon = found('/daemon', ID(9));
    const { cycle } = collectorOf(() => ({ targets: [daemon] }));
    const [first, second] = [START / 1000 + 1, START / 1000 + 5];
    server.pages.set('/daemon', (since) =>
      since < START / 1000
        ? { body: daemonPage([task(1)]), until: first, more: true, ofInstance: true }
        : { body: daemonPage([task(2)]), since: second, until: second + 1, ofInstance: true },
    );
    const { breaches } = await cycle();
    expect(breaches).toEqual([
      expect.stringContaining(`expected the history since ${first}, got it from ${second}`),
    ]);
  });

  it('that is followed by others without end is read to the 32nd, and the next cycle goes on', async () => {
    const daemon = found('/daemon', ID(9));
    const { cycle } = collectorOf(() => ({ targets: [daemon] }));
    server.pages.set('/daemon', (since) => ({
      body: daemonPage([]),
      until: since + 1,
      more: true,
      ofInstance: true,
    }));
    const begin = START / 1000 - 60;
    const { breaches } = await cycle();
    expect(server.asked).toHaveLength(32);
    expect(server.asked.at(-1)).toBe(`/daemon since ${begin + 31}`);
    expect(breaches).toEqual([]);
    await cycle();
    expect(server.asked[32]).toBe(`/daemon since ${begin + 32}`);
  });

  it('is divided only where its target is a daemon, keeps a history and says that it is of an instance', async () => {
    const daemon = found('/daemon', ID(9));
    for (const [target, ofInstance] of [
      [{ ...daemon, history: false }, true],
      [daemon, false],
      [found('/daemon', ID(9), MACHINE, 'service:web'), true],
    ] as const) {
      const { cycle } = collectorOf(() => ({ targets: [target] }));
      serve([task(1)], { ofInstance });
      const { daemons, targets } = await cycle();
      expect(daemons).toBeUndefined();
      expect(targets.discovered).toBe(1);
    }
  });

  it('begins later than it was asked for: the report says how many tasks lost something', async () => {
    const daemon = found('/daemon', ID(9));
    const { cycle } = collectorOf(() => ({ targets: [daemon] }));
    serve([task(1), task(2)], { since: START / 1000 });
    // Of the first request nobody knows what came before.
    expect((await cycle()).breaches).toEqual([]);
    now += 2 * MINUTE;
    serve([task(1), task(2)], { since: now / 1000 - 10 });
    const { breaches } = await cycle();
    expect(breaches).toEqual([expect.stringMatching(/^.*got it from .*this concerns 3 tasks$/)]);
  });
});

it('the cursor of a daemon waits for every task, and what was delivered is not delivered again', async () => {
  const daemon = found('/daemon', ID(9));
  const { output, cycle } = collectorOf(() => ({ targets: [daemon] }));
  const at = (value: number) => ({
    counters: { ee_task_cpu_seconds: value },
    points: { ee_task_cpu: [[now / 1000 - 5, value]] as const },
  });
  const minute = async (value: number) => {
    now += MINUTE;
    serve([task(1, at(value)), task(2, at(value))]);
    await cycle();
  };
  await minute(1);
  output.reject = ({ message }) => (message.includes(ID(2)) ? 'unavailable' : undefined);
  await minute(5);
  output.reject = undefined;
  await minute(9);
  await minute(9);
  expect(server.asked.slice(1)).toEqual(
    // That of the first minute twice, as one task was not delivered in the second.
    [1, 1, 3].map((minutes) => `/daemon since ${START / 1000 + 60 * minutes}`),
  );
  const increases = valuesOf(output.accepted, 'ee_task_cpu_seconds_total');
  expect(increases.filter(([id]) => id === ID(1)).map(([, value]) => value)).toEqual([4, 4, 0]);
  expect(increases.filter(([id]) => id === ID(2)).map(([, value]) => value)).toEqual([8, 0]);
});

describe('a task', () => {
  it('that ECS knows on another instance is refused, named and counted', async () => {
    const daemon = found('/daemon', ID(9));
    const tasks = new Map([
      [ID(1), { machine: ELSEWHERE }],
      [ID(2), { machine: MACHINE }],
    ]);
    const { output, cycle } = collectorOf(() => ({ targets: [daemon], tasks }));
    serve([task(1), task(2), task(3)]);
    const { daemons, samples } = await cycle();
    expect(daemons).toEqual({
      ...{ daemons: 1, tasks: 2, standIns: 0, ownSidecars: 0, refused: 1 },
      refusals: [expect.stringMatching(new RegExp(`${ID(1)}.*runs on ${ELSEWHERE}`))],
    });
    expect(samples.dropped.not_its_task).toBe(2);
    expect(valuesOf(output.accepted, 'ee_task_cpu').map(([id]) => id)).toEqual([ID(2), ID(3)]);
    const { scraped, published, rejected, dropped } = samples;
    const lost = Object.values(dropped).reduce((sum, count) => sum + count, 0);
    expect(published + rejected + lost).toBe(scraped);
  });

  it('of which two daemons tell counts once', async () => {
    const one = found('/daemon', ID(9));
    const two = found('/other', ID(8));
    serve([task(1)]);
    server.pages.set('/other', server.pages.get('/daemon')!);
    const { output, cycle } = collectorOf(() => ({ targets: [one, two] }));
    const { daemons } = await cycle();
    expect(daemons).toMatchObject({ daemons: 2, tasks: 1, refused: 1 });
    expect(valuesOf(output.accepted, 'ee_task_cpu')).toEqual([[ID(1), 1]]);
  });

  it('without an id that ECS could have given, or that is one too many, is refused', async () => {
    const daemon = found('/daemon', ID(9));
    const { cycle } = collectorOf(() => ({ targets: [daemon] }));
    const many = Array.from({ length: 501 }, (_, n) => task(1, { id: `t${n}` }));
    serve([task(1, { id: 'a b' }), ...many]);
    const { daemons } = await cycle();
    expect(daemons).toMatchObject({ tasks: 499, refused: 3 });
  });

  it('of the daemon itself has the daemon’s target', async () => {
    const daemon = found('/daemon', ID(9));
    const { cycle } = collectorOf(() => ({ targets: [daemon] }));
    serve([task(9)]);
    const { targets, daemons } = await cycle();
    expect(targets).toMatchObject({ discovered: 1, up: 1 });
    expect(daemons).toMatchObject({ tasks: 0 });
  });

  it('stays known to receivers of samples while its daemon does not answer, and is gone with the daemon', async () => {
    const daemon = found('/daemon', ID(9));
    let targets: readonly Target[] = [daemon];
    const { samples, cycle } = collectorOf(() => ({ targets }));
    const announced = () => samples.filter((line) => line.startsWith('targets')).at(-1);
    serve([task(1), task(2)]);
    await cycle();
    expect(announced()).toBe('targets 1');
    // The daemon has taken no poll since.
    serve([]);
    await cycle();
    await cycle();
    expect(announced()).toBe('targets 3');
    server.pages.delete('/daemon');
    await cycle();
    await cycle();
    expect(announced()).toBe('targets 3');
    targets = [];
    await cycle();
    expect(announced()).toBe('targets 0');
  });
});

describe('a task with a sidecar of its own and a daemon', () => {
  const of = (count: number) => task(1, { counters: { ee_task_cpu_seconds: count } });
  /** The sidecar has 100 more of each, so that it can be told apart. */
  const setting = () => {
    const daemon = found('/daemon', ID(9));
    const sidecar = sidecarOf(of(0), daemon);
    return collectorOf(() => ({ targets: [daemon, sidecar] }));
  };
  const serveBoth = (count: number, isUp: boolean) => {
    const at = now / 1000 - 5;
    const points = (value: number) => ({ ee_task_cpu: [[at, value]] as const });
    serve([{ ...of(count), points: points(1) }]);
    server.pages.set(`/${ID(1)}`, () =>
      isUp
        ? { body: sidecarPage({ ...of(count), points: points(101) }), until: now / 1000 }
        : undefined,
    );
  };

  it('counts once, by its sidecar where that answers and else by the daemon, and its counters go on', async () => {
    const { output, cycle } = setting();
    const reports = [];
    for (const [minute, isUp] of [true, false, true].entries()) {
      now = START + (minute + 1) * MINUTE;
      serveBoth(10 * (minute + 1), isUp);
      reports.push(await cycle());
    }
    expect(valuesOf(output.accepted, 'ee_task_cpu')).toEqual([
      [ID(1), 101],
      [ID(1), 1],
      [ID(1), 101],
    ]);
    expect(
      valuesOf(output.accepted, 'ee_task_cpu_seconds_total').map(([, value]) => value),
    ).toEqual([10, 10]);
    expect(reports.map(({ daemons }) => daemons)).toMatchObject([
      { tasks: 0, ownSidecars: 1, standIns: 0 },
      { tasks: 1, ownSidecars: 0, standIns: 1 },
      { tasks: 0, ownSidecars: 1, standIns: 0 },
    ]);
    expect(reports.map(({ targets }) => targets.discovered)).toEqual([2, 2, 2]);
    expect(reports.map(({ samples }) => samples.dropped.own_sidecar)).toEqual([2, undefined, 2]);
  });

  it('gives receivers of samples each time once, when its sidecar has what the daemon gave meanwhile', async () => {
    const { samples, cycle } = setting();
    const times = [1, 2, 3].map((minute) => (START + minute * MINUTE) / 1000 - 5);
    const points = (value: number, until: number) => ({
      ee_task_cpu: times.slice(0, until).map((time) => [time, value] as const),
    });
    for (const [index, isUp] of [true, false, true].entries()) {
      now = START + (index + 1) * MINUTE;
      serve([{ ...of(1), points: points(1, index + 1) }]);
      server.pages.set(`/${ID(1)}`, () =>
        isUp
          ? { body: sidecarPage({ ...of(1), points: points(101, index + 1) }), until: now / 1000 }
          : undefined,
      );
      await cycle();
    }

    const got = samples
      .filter((line) => line.includes('"ee_task_cpu"'))
      .map((line) => JSON.parse(line).slice(-2));
    expect(got.map(([, time]) => time)).toEqual(times.map((time) => time * 1000));
    expect(got.at(-1)).toEqual([101, times[2]! * 1000]);
  });

  it('is asked by the cursor of its sidecar, whatever the daemon told meanwhile', async () => {
    const { cycle } = setting();
    now = START + MINUTE;
    serveBoth(1, true);
    await cycle();
    now += MINUTE;
    serveBoth(2, false);
    await cycle();
    now += MINUTE;
    serveBoth(3, true);
    await cycle();
    const asked = server.asked.filter((line) => line.startsWith(`/${ID(1)}`));
    expect(asked.slice(1)).toEqual(Array(2).fill(`/${ID(1)} since ${START / 1000 + 60}`));
  });
});
