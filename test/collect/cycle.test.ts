import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Collector, type CollectorParts } from '../../lambda/collect.ts';
import { AnswerDecoder } from '../../lambda/decode/answer.ts';
import type { Labels } from '../../lambda/model/samples/sample.ts';
import type { EmfConfig } from '../../lambda/model/settings/config.ts';
import type { Target } from '../../lambda/model/targets/target.ts';
import { Scraper } from '../../lambda/scrape/scrape.ts';
import { MemoryState } from '../../lambda/state/memory.ts';
import { documentOf, problemsOf, valuesOf } from '../emf/events.ts';
import {
  type Answer,
  answering,
  endlessly,
  headOf,
  type RawTarget,
  refusingUrl,
  startTarget,
} from '../scrape/raw-target.ts';
import { limits as limitsWith, MINUTE, series, target } from '../series/samples.ts';
import { configWith, declarationOf, fixedDiscovery, scriptedScraper } from './parts.ts';
import { type RecordingOutput, recordingOutput } from './recording-output.ts';
import { SimulatedTime } from './simulated-time.ts';

/** Whole cycles over real HTTP. */

const HEALTHY = '# TYPE requests counter\nrequests 10\n# TYPE load gauge\nload 0.5\n';
/** Never the reason why a cycle ends. */
const AMPLE_MS = 60_000;

let servers: RawTarget[];
let output: RecordingOutput;
let now: number;

beforeEach(() => {
  servers = [];
  output = recordingOutput();
  now = Date.UTC(2026, 4, 1);
});

afterEach(async () => {
  await Promise.all(servers.map((server) => server.stop()));
});

/** A target called `job` that answers so, and what differs from it. */
async function serve(job: string, answer: Answer, more: Partial<Target> = {}): Promise<Target> {
  const server = await startTarget(answer);
  servers.push(server);
  return targetAt(job, server.url, more);
}

function targetAt(job: string, url: string, more: Partial<Target> = {}): Target {
  return target({ id: job, job, url, labels: { job, instance: new URL(url).host }, ...more });
}

function collectorOf(
  targets: readonly Target[],
  { emf = {}, ...more }: Partial<CollectorParts> & { emf?: Partial<EmfConfig> } = {},
): Collector {
  return new Collector({
    config: configWith(emf),
    discovery: fixedDiscovery(targets),
    scraper: new Scraper(() => now, new AnswerDecoder()),
    state: new MemoryState(),
    outputs: [output],
    now: () => now,
    ...more,
  });
}

/** What was accepted of a target's own series, `up` and `scrape_*` aside. */
function acceptedOf(job: string): Record<string, number> {
  const values: Record<string, number> = {};
  for (const event of output.accepted) {
    if (documentOf(event).job === job) Object.assign(values, valuesOf(event));
  }
  const own = Object.entries(values).filter(([name]) => !/^(up$|scrape_)/.test(name));
  return Object.fromEntries(own);
}

describe('bad targets among healthy ones', () => {
  const MEGABYTE = 1024 * 1024;
  const limits = limitsWith({ bodyBytes: MEGABYTE, samples: 100 });
  const hangs = { limits: { ...limits, timeoutMs: 300 } };

  const BAD: readonly [reason: string, job: string, answer: Answer, more?: Partial<Target>][] = [
    ['timeout', 'never answers', () => {}, hangs],
    [
      'timeout',
      'sends headers only',
      (socket) => void socket.write(headOf({ 'content-length': 9 })),
      hangs,
    ],
    ['connection_lost', 'hangs up', (socket) => void socket.end()],
    ['connection_lost', 'resets the connection', (socket) => void socket.resetAndDestroy()],
    [
      'http_status',
      'switches protocols',
      (socket) => void socket.write('HTTP/1.1 101 S\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'),
    ],
    ['not_http', 'speaks no HTTP', (socket) => void socket.end('220 mail.example ESMTP\r\n')],
    ['http_status', 'answers 500', answering('down', {}, '500 Internal Server Error')],
    ['redirect', 'redirects', answering('', { location: '/' }, '302 Found')],
    ['invalid_body', 'sends a page', answering('<html></html>\n', { 'content-type': 'text/html' })],
    ['invalid_body', 'sends binary data', answering(Buffer.from([0, 1, 2, 255, 10]))],
    ['invalid_body', 'has a broken line', answering(`${HEALTHY}broken{ 1\n`)],
    ['invalid_body', 'is broken gzip', answering('gzip?', { 'content-encoding': 'gzip' })],
    [
      'truncated',
      'sends half a body',
      (socket) => {
        socket.write(headOf({ 'content-length': 2 * HEALTHY.length }));
        socket.end(HEALTHY);
      },
    ],
    [
      'body_limit',
      'sends without an end',
      (socket) => {
        socket.write(headOf({}));
        endlessly(socket, 'load 1\n'.repeat(1000));
      },
    ],
    [
      'body_limit',
      'is a gzip bomb',
      answering(gzipSync(Buffer.alloc(8 * MEGABYTE)), { 'content-encoding': 'gzip' }),
    ],
    ['sample_limit', 'has too many samples', answering('m 1\n'.repeat(101))],
    [
      'content_type',
      'sends protobuf',
      answering('', { 'content-type': 'application/vnd.google.protobuf' }),
    ],
  ];

  it('are each reported with their reason, and keep nothing of the healthy ones back', async () => {
    const targets = [targetAt('refuses', await refusingUrl(), { limits })];
    const expected = new Map<string, string | undefined>([['refuses', 'connect_refused']]);
    for (const [index, [reason, job, answer, more]] of BAD.entries()) {
      targets.push(await serve(job, answer, { limits, ...more }));
      expected.set(job, reason);
      targets.push(await serve(`healthy ${index}`, answering(HEALTHY), { limits }));
      expected.set(`healthy ${index}`, undefined);
    }

    const report = await collectorOf(targets).collect(AMPLE_MS);

    const reasons = new Map(report.scrapes.map(({ id, reason }) => [id, reason]));
    expect(reasons).toEqual(expected);
    expect(report.targets).toEqual({
      discovered: 2 * BAD.length + 1,
      up: BAD.length,
      down: BAD.length + 1,
      stopped: 0,
    });
    for (const [job, reason] of expected) {
      expect([job, acceptedOf(job)]).toEqual([job, reason === undefined ? { load: 0.5 } : {}]);
    }
    expect(output.accepted.flatMap(problemsOf)).toEqual([]);
    await Promise.all(servers.map((server) => server.closed()));
  });

  it('are published as down, the healthy ones as up', async () => {
    const targets = [
      await serve('good', answering(HEALTHY)),
      await serve('bad', answering('', {}, '500 Internal Server Error')),
    ];
    await collectorOf(targets).collect(AMPLE_MS);
    const ups = output.accepted.map((event) => [documentOf(event).job, valuesOf(event).up]);
    expect(ups.filter(([, up]) => up !== undefined).sort()).toEqual([
      ['bad', 0],
      ['good', 1],
    ]);
  });
});

describe('the report of a cycle', () => {
  it('says what became of each sample, target and event', async () => {
    const body = [
      '# TYPE requests counter',
      'requests{code="200"} 7',
      '# TYPE load gauge',
      'load 0.5',
      'load 0.6',
      'odd NaN',
      '# TYPE latency histogram',
      'latency_bucket{le="+Inf"} 1',
      'latency_sum 1',
      'latency_count 1',
      'unwanted 1',
      '',
    ].join('\n');
    const good = await serve('good', answering(body));
    const bad = await serve('bad', answering('', {}, '404 Not Found'));
    const emf = {
      declarations: [declarationOf({ selectors: ['^(requests|load|odd|latency|up)'] })],
    };

    const report = await collectorOf([good, bad], { emf }).collect(AMPLE_MS);

    expect(report).toMatchObject({ startedAt: now, durationMs: 0 });
    expect(report.targets).toEqual({ discovered: 2, up: 1, down: 1, stopped: 0 });
    expect(report.samples).toEqual({
      // Eight of the target and four of each scrape.
      scraped: 8 + 4 + 4,
      // load and up of the good one, up of the bad one.
      published: 3,
      rejected: 0,
      dropped: {
        // The counter, and the three parts of the histogram.
        first_sample: 4,
        duplicate: 1,
        not_finite: 1,
        // unwanted, and two scrape_* of each target.
        no_declaration: 7,
      },
      droppedForOthers: {},
    });
    expect(report.deliveries[0]).toMatchObject({
      output: 'recording',
      events: 2,
      metrics: 3,
      rejected: {},
    });
    const byId = new Map(report.scrapes.map((each) => [each.id, each]));
    expect(byId.get('good')).toEqual({
      id: 'good',
      url: good.url,
      labels: good.labels,
      up: true,
      stopped: false,
      durationMs: expect.any(Number),
      bytes: body.length,
      scraped: 8,
      offered: 2,
      events: 1,
      rejected: {},
    });
    expect(byId.get('bad')).toMatchObject({
      up: false,
      reason: 'http_status',
      message: 'expected HTTP status 200, got 404',
      bytes: 0,
      scraped: 0,
      offered: 1,
      events: 1,
    });
  });

  it('says what discovery left out and what went wrong there', async () => {
    const discovery = {
      discover: async () => ({
        targets: [],
        leftOut: [{ reason: 'no_address' as const, count: 2, causes: [] }],
        idle: [],
        errors: [new Error('ListTasks is denied')],
      }),
      stopped: async () => ({ ids: new Set<string>(), errors: [] }),
    };
    const report = await collectorOf([], { discovery }).collect(AMPLE_MS);
    expect(report).toMatchObject({
      targets: { discovered: 0, up: 0, down: 0, stopped: 0 },
      skipped: { no_address: 2 },
      discoveryErrors: ['ListTasks is denied'],
      samples: { scraped: 0, published: 0, rejected: 0, dropped: {} },
      scrapes: [],
    });
  });

  it('counts what was not accepted as rejected, target by target', async () => {
    const targets = [
      await serve('good', answering(HEALTHY)),
      await serve('throttled', answering(HEALTHY)),
    ];
    output.reject = ({ logStream }) => (logStream === 'throttled' ? 'throttled' : undefined);
    const { samples, deliveries, scrapes } = await collectorOf(targets).collect(AMPLE_MS);
    // Of each: load, and four of the scrape itself; the counter is a first sample.
    expect(samples).toMatchObject({ published: 5, rejected: 5, dropped: { first_sample: 2 } });
    expect(deliveries).toMatchObject([{ events: 1, rejected: { throttled: 1 } }]);
    expect(scrapes.map(({ id, rejected }) => [id, rejected]).sort()).toEqual([
      ['good', {}],
      ['throttled', { throttled: 1 }],
    ]);
  });

  it('tells of each dropped sample where it is asked to', async () => {
    const dropped: [string, string, string][] = [];
    const targets = [
      await serve('app', answering('# TYPE c counter\nc 1\nodd +Inf\nunwanted 1\n')),
    ];
    const emf = { declarations: [declarationOf({ selectors: ['^(c|odd|up|scrape_.*)$'] })] };
    await collectorOf(targets, {
      emf,
      onDrop: (reason, { name }, { id }) => void dropped.push([reason, name, id]),
    }).collect(AMPLE_MS);
    expect(dropped).toEqual([
      ['no_declaration', 'unwanted', 'app'],
      ['first_sample', 'c', 'app'],
      ['not_finite', 'odd', 'app'],
    ]);
  });
});

describe('the state of a target', () => {
  /** A target whose counter grows by 10 from scrape to scrape: 10, 20, 30. */
  const counting = (job: string, more = '') => {
    let requests = 0;
    return serve(job, (socket) => {
      requests += 10;
      answering(`# TYPE requests counter\nrequests ${requests}\nload 1\n${more}`)(socket);
    });
  };

  async function collectTimes(
    collector: Collector,
    rejects: readonly RecordingOutput['reject'][],
  ): Promise<void> {
    for (const reject of rejects) {
      now += MINUTE;
      output.reject = reject;
      output.accepted.length = 0;
      await collector.collect(AMPLE_MS);
    }
  }

  it('advances where everything was accepted: the next difference begins there', async () => {
    const collector = collectorOf([await counting('app')]);
    await collectTimes(collector, [undefined, undefined]);
    expect(acceptedOf('app')).toEqual({ requests: 10, load: 1 });
    await collectTimes(collector, [undefined]);
    expect(acceptedOf('app')).toEqual({ requests: 10, load: 1 });
  });

  it('stays where its events were rejected, and that of the others advances', async () => {
    const collector = collectorOf([await counting('app'), await counting('other')]);
    const outage: RecordingOutput['reject'] = ({ logStream }) =>
      logStream === 'app' ? 'unavailable' : undefined;
    await collectTimes(collector, [undefined, outage, outage]);
    expect(acceptedOf('app')).toEqual({});
    expect(acceptedOf('other')).toEqual({ requests: 10, load: 1 });
    await collectTimes(collector, [undefined]);
    expect(acceptedOf('app')).toEqual({ requests: 30, load: 1 });
    expect(acceptedOf('other')).toEqual({ requests: 10, load: 1 });
  });

  it('stays where one of several events was rejected', async () => {
    const collector = collectorOf([await counting('app', 'other{a="1"} 1\n')]);
    const some: RecordingOutput['reject'] = (event) =>
      documentOf(event).a === '1' ? 'throttled' : undefined;
    await collectTimes(collector, [undefined, some, undefined]);
    expect(acceptedOf('app')).toMatchObject({ requests: 20 });
  });

  it.each(['too_old', 'too_new', 'expired', 'too_large'] as const)(
    'is not kept back by an event that is %s and always will be',
    async (reason) => {
      const collector = collectorOf([await counting('app', 'other{a="1"} 1\n')]);
      const some: RecordingOutput['reject'] = (event) =>
        documentOf(event).a === '1' ? reason : undefined;
      await collectTimes(collector, [some, some, some]);
      expect(acceptedOf('app')).toMatchObject({ requests: 10 });
      expect(output.accepted.map(documentOf).map(({ requests }) => requests)).toEqual(
        expect.not.arrayContaining([20, 30]),
      );
    },
  );

  it('begins with the first scrape that was accepted', async () => {
    const collector = collectorOf([await counting('app')]);
    await collectTimes(collector, [() => 'unavailable', undefined]);
    expect(acceptedOf('app')).toEqual({ load: 1 });
    await collectTimes(collector, [undefined]);
    expect(acceptedOf('app')).toEqual({ requests: 10, load: 1 });
  });

  it('outlives an outage of less than a day, and no longer', async () => {
    const state = new MemoryState();
    let requests = 10;
    let down = false;
    const app = await serve('app', (socket) =>
      down
        ? socket.destroy()
        : answering(`# TYPE requests counter\nrequests ${requests}\n`)(socket),
    );
    const collector = collectorOf([app], { state });
    const DAY = 24 * 60 * MINUTE;
    await collectTimes(collector, [undefined]);
    for (const [silence, remembered, published] of [
      [DAY - MINUTE, 1, { requests: 5 }],
      [DAY + MINUTE, 0, {}],
    ] as const) {
      down = true;
      for (let hours = 60 * MINUTE; hours < silence; hours += 60 * MINUTE) {
        now += 59 * MINUTE;
        await collectTimes(collector, [undefined]);
      }
      now += (silence % (60 * MINUTE) || 60 * MINUTE) - MINUTE;
      await collectTimes(collector, [undefined]);
      expect(state.sizes.series).toBe(remembered);
      down = false;
      requests += 5;
      await collectTimes(collector, [undefined]);
      expect(acceptedOf('app')).toEqual(published);
    }
  });
});

describe('the end of a cycle', () => {
  it('comes before its timeout: what hangs is cut off, the rest is delivered', async () => {
    const targets = [await serve('hangs', () => {}), await serve('good', answering(HEALTHY))];
    const report = await collectorOf(targets).collect(2_000);
    expect(output.closedLate).toBe(false);
    expect(report.scrapes.map(({ id, reason }) => [id, reason])).toEqual([
      ['hangs', 'deadline'],
      ['good', undefined],
    ]);
    expect(acceptedOf('good')).toEqual({ load: 0.5 });
  });

  it('leaves no connection open', async () => {
    const targets = await Promise.all(
      Array.from({ length: 100 }, (_, i) => serve(`hangs ${i}`, () => {})),
    );
    const report = await collectorOf(targets).collect(400);
    expect(report.targets).toEqual({ discovered: 100, up: 0, down: 100, stopped: 0 });
    expect(new Set(report.scrapes.map(({ reason }) => reason))).toEqual(new Set(['deadline']));
    await Promise.all(servers.map((server) => server.closed()));
  });

  it('comes although there is nothing to do', async () => {
    const report = await collectorOf([]).collect(0);
    expect(report.targets).toEqual({ discovered: 0, up: 0, down: 0, stopped: 0 });
  });
});

describe('where events go', () => {
  it('by the labels of each event: the cluster’s name, the group’s template, a stream a job', async () => {
    const good = await serve('app', answering('load{ServiceName="web"} 1\n'));
    const config = {
      ...configWith({}),
      clusterName: 'prod',
      logs: { group: '/{ClusterName}/{ServiceName}' },
    };
    await collectorOf([good], { config }).collect(AMPLE_MS);
    const places = output.accepted.map((event) => [event.logGroup, event.logStream]);
    expect(places.sort()).toEqual([
      ['/prod/undefined', 'app'],
      ['/prod/web', 'app'],
    ]);
  });
});

describe('many large bodies at the end of a cycle', () => {
  it('are not read one after the other past its end', async () => {
    // Each takes a good while to read and write, all arrive together, and together they take longer than there is time.
    using _time = new SimulatedTime(2);
    const lines = Array.from({ length: 8_000 }, (_, n) => `load{n="${n}"} 1\n`).join('');
    const answer = answering(gzipSync(lines), { 'content-encoding': 'gzip' });
    const targets = await Promise.all(
      Array.from({ length: 200 }, (_, n) => serve(`app${n}`, answer)),
    );
    const report = await collectorOf(targets).collect(6_000);
    expect(output.closedLate).toBe(false);
    expect(report.scrapes.filter(({ reason }) => reason === 'deadline').length).toBeGreaterThan(0);
    expect(report.scrapes.filter(({ up }) => up).length).toBeGreaterThan(0);
  });
});

describe('a defect of the collector at one target', () => {
  it('costs only that target its samples, which are counted', async () => {
    const load = { series: series('load'), value: 1 };
    const odd = { ...load, series: { ...load.series, labels: undefined as unknown as Labels } };
    const targets = [targetAt('good', 'http://a'), targetAt('odd', 'http://b')];
    const collector = collectorOf(targets, {
      scraper: scriptedScraper(
        () => now,
        ({ id }) => (id === 'odd' ? [load, odd] : [load]),
      ),
    });
    const report = await collector.collect(AMPLE_MS);
    expect(report.scrapes.map(({ id, up, reason }) => ({ id, up, reason }))).toEqual([
      { id: 'good', up: true, reason: undefined },
      { id: 'odd', up: false, reason: 'internal' },
    ]);
    expect(report.samples).toMatchObject({ scraped: 3, published: 1, dropped: { internal: 2 } });
  });
});
