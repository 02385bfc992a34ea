import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Collector } from '../../lambda/collect.ts';
import { relabelConfig } from '../../lambda/config/prometheus/relabel-config.ts';
import { compilePattern } from '../../lambda/config/values/pattern.ts';
import { AnswerDecoder } from '../../lambda/decode/answer.ts';
import type { DropReason } from '../../lambda/model/samples/drops.ts';
import { labelsOf } from '../../lambda/model/samples/sample.ts';
import { withHelp } from '../../lambda/model/targets/help.ts';
import type { Target } from '../../lambda/model/targets/target.ts';
import { nothingPublishedReason } from '../../lambda/report/log.ts';
import { Scraper } from '../../lambda/scrape/scrape.ts';
import { MemoryState } from '../../lambda/state/memory.ts';
import { type ScrapedServer, serveMetrics } from '../cli/target.ts';
import { target } from '../series/samples.ts';
import { configWith, declarationOf, fixedDiscovery } from './parts.ts';
import { recordingOutput } from './recording-output.ts';

/** Why nothing is published, as one whole cycle says it. */

const AMPLE_MS = 60_000;

let servers: ScrapedServer[];

beforeEach(() => {
  servers = [];
});

afterEach(async () => {
  for (const server of servers) await server[Symbol.asyncDispose]();
});

async function serve(job: string, exposition: string): Promise<Target> {
  const server = await serveMetrics(() => exposition);
  servers.push(server);
  const url = `http://${server.address}/metrics`;
  return target({ id: `${job} ${url}`, job, url, labels: labelsOf({ job }) });
}

type Change = Parameters<typeof declarationOf>[0];

/** @param onDrop with it each sample is decoded, as where the log is to say what became of each */
async function collect(
  targets: readonly Target[],
  declarations: readonly Change[],
  onDrop?: (reason: DropReason) => void,
) {
  const collector = new Collector({
    config: configWith({ declarations: declarations.map(declarationOf) }),
    discovery: fixedDiscovery(targets),
    scraper: new Scraper(Date.now, new AnswerDecoder()),
    state: new MemoryState(),
    outputs: [recordingOutput()],
    now: Date.now,
    onDrop,
  });
  await collector.collect(AMPLE_MS);
  // As in each further minute, in which nothing new is decoded.
  return collector.collect(AMPLE_MS);
}

const ORDERS = '# TYPE orders_open gauge\norders_open{shop="a"} 1\norders_failed{shop="a"} 0\n';

describe.each([
  ['only what may be wanted is decoded', undefined],
  ['each sample is decoded', () => {}],
])('where %s', (_case, onDrop) => {
  it('nothing is published and the nearest rule is named, with what differs from it', async () => {
    const shop = await serve('shop', ORDERS);
    const report = await collect(
      [shop],
      [{ selectors: ['^http_'] }, { selectors: ['^orders_op$'] }],
      onDrop,
    );
    const why =
      'metric_declaration[1] applies to "shop", but none of its metric_selectors finds a match in orders_open: "^orders_op$"';
    expect(report).toMatchObject({
      nothingPublished: true,
      silentJobs: [{ job: 'shop', targets: 1, samples: 6, dropped: { no_declaration: 6 }, why }],
    });
    expect(nothingPublishedReason(report)).toBe(
      withHelp(`none of 6 samples is published: job shop: ${why}`, 'nothingPublished'),
    );
  });

  it('a rule that selects a metric is nearer than those that do not, wherever it stands', async () => {
    // More metrics that nobody wants than are looked at.
    const others = Array.from({ length: 500 }, (_, n) => `other_${n} 1\n`).join('');
    const report = await collect(
      [await serve('shop', others + ORDERS)],
      [{ selectors: ['^orders_'], matcher: compilePattern('^api$') }],
      onDrop,
    );
    expect(report.silentJobs.map(({ why }) => why)).toEqual([
      'metric_declaration[0] selects orders_open, but its label_matcher "^api$" finds no match in "shop" (source_labels job)',
    ]);
  });

  it('the label that no dimension set has is named, and the set', async () => {
    const report = await collect(
      [await serve('shop', ORDERS)],
      [{ selectors: ['^orders_open'], dimensions: [['ServiceName', 'job']] }],
      onDrop,
    );
    const gap =
      'metric_declaration[0] cannot publish orders_open under [ServiceName, job]: there is no label ServiceName';
    expect(report).toMatchObject({
      nothingPublished: true,
      incomplete: [`job shop: ${gap}`],
      silentJobs: [{ job: 'shop', why: gap }],
    });
  });

  it('a job of which nothing is published is named beside others of which something is', async () => {
    const report = await collect(
      [await serve('shop', ORDERS), await serve('web', 'web_requests 1\n')],
      [{ selectors: ['^web_'] }],
      onDrop,
    );
    expect(report.nothingPublished).toBe(false);
    expect(nothingPublishedReason(report)).toBeUndefined();
    expect(report.silentJobs).toMatchObject([
      { job: 'shop', why: expect.stringContaining('^web_') },
    ]);
  });
});

it('each job is explained by its own metrics, where only what may be wanted is decoded', async () => {
  const report = await collect(
    [await serve('shop', ORDERS), await serve('web', 'web_requests 1\n')],
    [{ selectors: ['^http_'] }],
  );
  expect(report.silentJobs).toMatchObject([
    { job: 'shop', why: expect.stringMatching(/finds a match in orders_open/) },
    { job: 'web', why: expect.stringMatching(/finds a match in web_requests/) },
  ]);
});

it('a job is not explained by the rules where relabeling drops all that it gives', async () => {
  const shop = await serve('shop', ORDERS);
  const dropping = { action: 'drop', source_labels: ['__name__'], regex: 'orders_.*' };
  const report = await collect(
    [{ ...shop, metricRelabeling: [relabelConfig.parse(dropping)] }],
    [{ selectors: ['^orders_'] }],
  );
  expect(report.silentJobs).toEqual([
    { job: 'shop', targets: 1, samples: 6, dropped: { relabeled: 2, no_declaration: 4 } },
  ]);
  expect(nothingPublishedReason(report)).toBe(
    withHelp(
      'none of 6 samples is published: job shop: dropped 2 relabeled, 4 no_declaration',
      'nothingPublished',
    ),
  );
});

it('a label that is called like a member of every object is missing like any other', async () => {
  const dimensions = [['constructor']];
  const report = await collect([await serve('shop', ORDERS)], [{ dimensions }]);
  expect(report.incomplete[0]).toContain('there is no label constructor');
});

describe('nothing is published, but that passes by itself', () => {
  it.each([
    ['counters that came for the first time', '# TYPE orders_total counter\norders_total 1\n'],
    [
      'histograms that have observed nothing',
      '# TYPE orders_total histogram\norders_total_bucket{le="+Inf"} 0\norders_total_sum 0\norders_total_count 0\n',
    ],
  ])('of %s', async (_case, exposition) => {
    const collector = new Collector({
      config: configWith({ declarations: [declarationOf({ selectors: ['^orders_total'] })] }),
      discovery: fixedDiscovery([await serve('shop', exposition)]),
      scraper: new Scraper(Date.now, new AnswerDecoder()),
      state: new MemoryState(),
      outputs: [recordingOutput()],
      now: Date.now,
    });
    const report = await collector.collect(AMPLE_MS);
    expect(report.samples.published).toBe(0);
    expect(report).toMatchObject({ nothingPublished: false, silentJobs: [] });
  });
});

describe('a sidecar whose first minute is not complete', () => {
  const cursors = ['6059,6000', '6059.5,6000', '6070,6060'];
  const now = () => 6_060_000;

  async function reports(declaration: Change) {
    let answers = 0;
    const server = await serveMetrics(
      (scrape) => (scrape === cursors.length ? `${ORDERS}up_since 1\n` : 'up_since 1\n'),
      {
        headers: () => {
          const until = cursors[answers++] ?? '';
          return { 'fargauge-history-since': '6001', 'fargauge-history-until': until };
        },
      },
    );
    servers.push(server);
    const url = `http://${server.address}/metrics`;
    const collector = new Collector({
      config: configWith({ declarations: [declarationOf(declaration)] }),
      discovery: fixedDiscovery([
        target({ id: url, url, job: 'shop', history: true, wholeMinutes: true }),
      ]),
      scraper: new Scraper(now, new AnswerDecoder()),
      state: new MemoryState(),
      outputs: [recordingOutput()],
      now,
    });
    const made = [];
    for (const _ of cursors) made.push(await collector.collect(AMPLE_MS));
    return made;
  }

  it('is not told to publish nothing, as its metrics are yet to come', async () => {
    const made = await reports({ selectors: ['^orders_'] });
    expect(made.map(({ nothingPublished }) => nothingPublished)).toEqual([false, false, false]);
    expect(made.map(({ samples }) => samples.published > 0)).toEqual([false, false, true]);
  });

  it('is told so with its first minute, if no rule selects a metric', async () => {
    const made = await reports({ selectors: ['^invoices_'] });
    expect(made.map(({ nothingPublished }) => nothingPublished)).toEqual([false, false, true]);
  });
});

it('a target that is down makes no job silent', async () => {
  const shop = await serve('shop', ORDERS);
  await servers[0]?.[Symbol.asyncDispose]();
  const report = await collect([shop], [{ selectors: ['^orders_'] }]);
  expect(report).toMatchObject({ targets: { down: 1 }, nothingPublished: false, silentJobs: [] });
});

it('what is remembered of a silent job is bounded', async () => {
  const many = Array.from({ length: 2_000 }, (_, n) => `orders_${n}{shop="a"} 1\n`).join('');
  const report = await collect(
    await Promise.all(Array.from({ length: 8 }, (_, n) => serve(`shop${n}`, many))),
    [{ selectors: ['^orders_'], dimensions: [['ServiceName']] }],
  );
  expect(report.silentJobs.map(({ why }) => why !== undefined)).toEqual([
    ...[true, true, true, true, true],
    ...[false, false, false],
  ]);
  expect(report.incomplete).toHaveLength(5);
});
