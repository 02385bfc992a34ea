import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { relabelConfig } from '../../lambda/config/prometheus/relabel-config.ts';
import { AnswerDecoder } from '../../lambda/decode/answer.ts';
import type { Wanted } from '../../lambda/model/samples/sample.ts';
import {
  DEFAULT_PROTOCOLS,
  type ScrapeProtocol,
} from '../../lambda/model/settings/scrape-protocol.ts';
import type { ScrapeFailure } from '../../lambda/model/targets/scrape-error.ts';
import type { Target } from '../../lambda/model/targets/target.ts';
import { Turn } from '../../lambda/model/waiting/turn.ts';
import { Scraper } from '../../lambda/scrape/scrape.ts';
import { limits as limitsWith, target as targetWith } from '../series/samples.ts';
import { type Answer, answering, type RawTarget, refusingUrl, startTarget } from './raw-target.ts';

const NOW = 1_700_000_000_000;
const NO_DEADLINE = new AbortController().signal;
const METRICS = [
  '# TYPE requests counter',
  'requests{code="200"} 7',
  '# TYPE load gauge',
  'load 0.5 1699999999000',
  '',
].join('\n');

let scraper: Scraper;
const servers: RawTarget[] = [];

beforeEach(() => {
  scraper = new Scraper(() => NOW, new AnswerDecoder());
});

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

/** A target that answers so, and what differs from it. */
async function targetThat(answer: Answer, more: Partial<Target> = {}): Promise<Target> {
  const server = await startTarget(answer);
  servers.push(server);
  return targetWith({ url: server.url, ...more });
}

async function scrape(target: Target, deadline: AbortSignal = NO_DEADLINE) {
  const { samples, ...rest } = await scraper.scrape(target, deadline);
  const first = samples.findIndex(({ series }) => series.name === 'up');
  const end = first < 0 ? samples.length : first;
  return { ...rest, samples: samples.slice(0, end), own: samples.slice(end) };
}

describe('a scrape that succeeds', () => {
  it('has the samples of the target, its size and its time', async () => {
    const target = await targetThat(answering(METRICS));
    const result = await scrape(target);
    expect(result).toMatchObject({ target, startedAt: NOW, bytes: METRICS.length, scraped: 2 });
    expect(result.failure).toBeUndefined();
    expect(result.samples).toMatchObject([
      { series: { name: 'requests', type: 'counter', labels: { code: '200' } }, value: 7 },
      { series: { name: 'load', type: 'gauge' }, value: 0.5, timestamp: 1_699_999_999_000 },
    ]);
    expect(result.samples[0]?.timestamp).toBeUndefined();
  });

  it('has only those of the samples that are wanted, but counts all', async () => {
    const target = await targetThat(answering(METRICS));
    const wanted = ({ name }: { name: string }) => name === 'load';
    const { samples, ...rest } = await scraper.scrape(target, NO_DEADLINE, { wanted });
    expect(rest).toMatchObject({ scraped: 2, unwanted: 1 });
    expect(samples.map(({ series, value }) => [series.name, value])).toEqual([
      ['load', 0.5],
      ['up', 1],
      ['scrape_duration_seconds', rest.durationMs / 1000],
      ['scrape_samples_scraped', 2],
      ['scrape_samples_post_metric_relabeling', 2],
    ]);
  });

  it.each<[string, Partial<Target>]>([
    [
      'metric relabeling',
      { metricRelabeling: [relabelConfig.parse({ action: 'labeldrop', regex: 'a' })] },
    ],
    ['limits of labels', { limits: limitsWith({ labels: 9 }) }],
  ])('has all samples where the labels of all matter: %s', async (_, more) => {
    const target = await targetThat(answering(METRICS), more);
    const result = await scraper.scrape(target, NO_DEADLINE, { wanted: () => false });
    expect(result).toMatchObject({ scraped: 2, unwanted: 0 });
    expect(result.samples).toHaveLength(6);
  });

  it('ends with series about itself', async () => {
    const { own, durationMs } = await scrape(await targetThat(answering(METRICS)));
    expect(durationMs).toBeGreaterThan(0);
    expect(own.map(({ series, value }) => [series.name, series.type, value])).toEqual([
      ['up', 'gauge', 1],
      ['scrape_duration_seconds', 'gauge', durationMs / 1000],
      ['scrape_samples_scraped', 'gauge', 2],
      ['scrape_samples_post_metric_relabeling', 'gauge', 2],
    ]);
  });

  const OPEN_METRICS = 'application/openmetrics-text; version=1.0.0; charset=utf-8';
  const COUNTERS = '# TYPE a counter\na_total 1\na_created 2\n# EOF\n';
  const TEXT = '# TYPE a counter\na 1 17\n\n# EOF\n';

  it.each<[type: string, fallback: ScrapeProtocol | undefined, body: string, family: string]>([
    [OPEN_METRICS, undefined, COUNTERS, 'a_total of a'],
    ['APPLICATION/OpenMetrics-text', 'PrometheusText0.0.4', COUNTERS, 'a_total of a'],
    ['text/plain; version=0.0.4', undefined, TEXT, 'a of a'],
    ['text/plain;version=1.0.0;escaping=allow-utf-8', undefined, '{"a"} 1\n', 'a of a'],
    ['text/plain', 'OpenMetricsText1.0.0', TEXT, 'a of a'],
    ['application/json', undefined, TEXT, 'a of a'],
    ['', undefined, TEXT, 'a of a'],
    ['', 'PrometheusText0.0.4', TEXT, 'a of a'],
    ['application/octet-stream', 'OpenMetricsText0.0.1', COUNTERS, 'a_total of a'],
  ])('reads content-type %j with fallback %s as what it is', async (type, fallback, body, read) => {
    const answer = answering(body, { 'content-type': type });
    const protocols = { ...DEFAULT_PROTOCOLS, fallback };
    const { samples, failure } = await scrape(await targetThat(answer, { protocols }));
    expect(failure).toBeUndefined();
    expect(samples.map(({ series }) => `${series.name} of ${series.family}`)).toEqual([read]);
  });

  it('asks for the protocols of its job', async () => {
    const protocols = { accepted: ['PrometheusText0.0.4', 'OpenMetricsText1.0.0'] as const };
    const target = await targetThat(answering(METRICS), { protocols });
    await scrape(target);
    expect(servers[0]?.requests[0]).toContain(
      '\r\naccept: text/plain;version=0.0.4;q=0.6,application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,*/*;q=0.4\r\n',
    );
  });

  it('tells the rule of OpenMetrics that it breaks, and is a success all the same', async () => {
    const answer = answering('# TYPE a counter\na 1\n# EOF\n', { 'content-type': OPEN_METRICS });
    const { samples, breach, failure } = await scrape(await targetThat(answer));
    expect(failure).toBeUndefined();
    expect(breach).toBe('line 2: expected a suffix after "a", which is of type counter');
    expect(samples).toMatchObject([{ series: { name: 'a', type: 'counter' }, value: 1 }]);
  });

  it('has start times, also where timestamps are not honoured', async () => {
    const answer = answering('# TYPE a counter\na_total 1 5\na_created 2 5\n# EOF\n', {
      'content-type': OPEN_METRICS,
    });
    const { samples } = await scrape(await targetThat(answer, { honorTimestamps: false }));
    expect(samples).toEqual([expect.objectContaining({ timestamp: undefined, start: 2_000 })]);
  });

  it('is remembered, for all jobs and formats together', async () => {
    expect(scraper.remembered).toEqual({ lines: 0, bytes: 0 });
    for (const job of ['a', 'b', 'a']) await scrape(await targetThat(answering(METRICS), { job }));
    expect(scraper.remembered.lines).toBe(8);
    const { bytes } = scraper.remembered;
    expect(bytes).toBeGreaterThan(2 * METRICS.length);
    await scrape(await targetThat(answering(COUNTERS, { 'content-type': OPEN_METRICS })));
    expect(scraper.remembered.lines).toBe(12);
    expect(scraper.remembered.bytes).toBeGreaterThan(bytes);
  });

  it('counts decompressed bytes', async () => {
    const body = gzipSync(METRICS);
    const target = await targetThat(answering(body, { 'content-encoding': 'gzip' }));
    expect(await scrape(target)).toMatchObject({ bytes: METRICS.length, scraped: 2 });
  });

  it('leaves out timestamps where the job does not honour them', async () => {
    const { samples } = await scrape(
      await targetThat(answering(METRICS), { honorTimestamps: false }),
    );
    expect(samples.map(({ value, timestamp }) => [value, timestamp])).toEqual([
      [7, undefined],
      [0.5, undefined],
    ]);
  });

  it.each([
    ['an empty body', ''],
    ['only comments', '# nothing to see\n'],
  ])('may give %s', async (_, body) => {
    const result = await scrape(await targetThat(answering(body)));
    expect(result.failure).toBeUndefined();
    expect(result.own[0]?.value).toBe(1);
    expect(result.scraped).toBe(0);
  });

  it.each(['', 'text/plain', 'application/octet-stream', 'text/html'])(
    'reads an exposition of content-type "%s" as text',
    async (type) => {
      const target = await targetThat(answering(METRICS, { 'content-type': type }));
      expect(await scrape(target)).toMatchObject({ scraped: 2 });
    },
  );

  it('has what metric relabeling left, and tells what it dropped', async () => {
    const metricRelabeling = [
      { action: 'drop', source_labels: ['__name__'], regex: 'load' },
      { source_labels: ['code'], target_label: 'status' },
      { action: 'labeldrop', regex: 'code|instance' },
    ].map((config) => relabelConfig.parse(config));
    const result = await scrape(await targetThat(answering(METRICS), { metricRelabeling }));
    expect(result.samples).toHaveLength(1);
    expect({ ...result.samples[0]?.series.labels }).toEqual({ job: 'app', status: '200' });
    expect(result.dropped.map(({ name }) => name)).toEqual(['load']);
    expect(result.scraped).toBe(2);
    expect(result.own.map(({ value }) => value)).toEqual([1, result.durationMs / 1000, 2, 1]);
  });

  it('may have exactly as many samples as sample_limit allows', async () => {
    const limits = limitsWith({ samples: 2 });
    expect(await scrape(await targetThat(answering(METRICS), { limits }))).toMatchObject({
      scraped: 2,
    });
  });

  it('remembers nothing that another target of the job could trip over', async () => {
    const one = await targetThat(answering('# TYPE m counter\nm{a="1"} 1\n'));
    const other = await targetThat(answering('# TYPE m gauge\nm{a="1"} 2\n'));
    for (let round = 0; round < 2; round++) {
      expect((await scrape(one)).samples).toMatchObject([
        { series: { type: 'counter' }, value: 1 },
      ]);
      expect((await scrape(other)).samples).toMatchObject([
        { series: { type: 'gauge' }, value: 2 },
      ]);
    }
  });
});

describe('a scrape that fails', () => {
  const PAGE = '<!DOCTYPE html>\n<html><body>Welcome to nginx!</body></html>\n';
  const cases: readonly {
    readonly name: string;
    readonly answer: Answer;
    readonly reason: ScrapeFailure;
    readonly message: string;
  }[] = [
    {
      name: 'because of its status',
      answer: answering('', {}, '503 Service Unavailable'),
      reason: 'http_status',
      message: 'expected HTTP status 200, got 503',
    },
    {
      name: 'because it is OpenMetrics that was cut off',
      answer: answering('a 1\n', {
        'content-type': 'application/openmetrics-text; version=1.0.0; charset=utf-8',
      }),
      reason: 'invalid_body',
      message:
        'line 1: expected # EOF at the end, got the end of the exposition (content-type "application/openmetrics-text; version=1.0.0; charset=utf-8")',
    },
    {
      name: 'because it is text that is called OpenMetrics, in capitals',
      answer: answering('a  1\n', { 'content-type': 'Application/OpenMetrics-Text' }),
      reason: 'invalid_body',
      message:
        'line 1: expected float as value, got nothing (content-type "Application/OpenMetrics-Text")',
    },
    {
      name: 'because it is protobuf',
      answer: answering('', {
        'content-type':
          'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited',
      }),
      reason: 'content_type',
      message:
        'expected content-type text/plain or application/openmetrics-text, got "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited"',
    },
    {
      name: 'because it is a page',
      answer: answering(PAGE, { 'content-type': 'text/html; charset=utf-8' }),
      reason: 'invalid_body',
      message:
        'line 1: expected a metric name, got "<!DOCTYPE html>" (content-type "text/html; charset=utf-8")',
    },
    {
      name: 'because it is binary',
      answer: answering(Buffer.from('0001020a', 'hex'), {
        'content-type': 'application/octet-stream',
      }),
      reason: 'invalid_body',
      message:
        'line 1: expected a metric name, got "\\u0000\\u0001\\u0002" (content-type "application/octet-stream")',
    },
    {
      name: 'because of one broken line',
      answer: answering('a 1\nb 2\nc{d="e"} three\nf 4\n'),
      reason: 'invalid_body',
      message: 'line 3: expected float as value, got "three"',
    },
  ];

  it.each(cases.map((c) => [c.name, c] as const))('%s says why', async (_, c) => {
    const result = await scrape(await targetThat(c.answer));
    expect(result.failure).toEqual({ reason: c.reason, message: c.message });
  });

  it('because of sample_limit says so', async () => {
    const limits = limitsWith({ samples: 1 });
    const result = await scrape(await targetThat(answering(METRICS), { limits }));
    expect(result.failure).toEqual({
      reason: 'sample_limit',
      message: 'expected at most 1 samples (sample_limit), got 2',
    });
  });

  it('has no samples but those about itself', async () => {
    const result = await scrape(targetWith({ url: await refusingUrl() }));
    expect(result.failure?.reason).toBe('connect_refused');
    expect(result).toMatchObject({ startedAt: NOW, bytes: 0, scraped: 0, samples: [] });
    expect(result.own.map(({ series, value }) => [series.name, value])).toEqual([
      ['up', 0],
      ['scrape_duration_seconds', result.durationMs / 1000],
      ['scrape_samples_scraped', 0],
      ['scrape_samples_post_metric_relabeling', 0],
    ]);
  });

  it.each([
    ['sample_limit', METRICS, { limits: limitsWith({ samples: 1 }) }],
    ['invalid_body', 'load 1,5\n', {}],
  ])('because of samples that are not wanted, too: %s', async (reason, text, more) => {
    const target = await targetThat(answering(text), more);
    const wanted = () => false;
    expect(await scraper.scrape(target, NO_DEADLINE, { wanted })).toMatchObject({
      failure: { reason },
      unwanted: 0,
    });
  });

  it.each([
    ['text/plain; version=0.0.4', ''],
    ['application/openmetrics-text; version=1.0.0', '# EOF\n'],
  ])(
    'because a line has more labels than any series needs, wanted or not: %s',
    async (type, end) => {
      const labels = Array.from({ length: 1_025 }, (_, n) => `l${n}="x"`).join(',');
      const text = `ok 1\na{${labels}} 1\n${end}`;
      const target = await targetThat(answering(text, { 'content-type': type }));
      const result = await scraper.scrape(target, NO_DEADLINE, { wanted: () => false });
      expect(result.failure).toEqual({
        reason: 'label_limit',
        message: 'line 2: expected at most 1024 labels, got more',
      });
    },
  );

  it('because of what is left after metric relabeling has counted it all', async () => {
    const result = await scrape(
      await targetThat(answering(METRICS), {
        limits: limitsWith({ labels: 3 }),
        metricRelabeling: [
          relabelConfig.parse({ action: 'drop', source_labels: ['__name__'], regex: 'load' }),
        ],
      }),
    );
    expect(result.failure).toEqual({
      reason: 'label_limit',
      message: 'expected at most 3 labels (label_limit), got 4 at "requests"',
    });
    expect(result).toMatchObject({ scraped: 2, samples: [], dropped: [] });
    expect(result.own.map(({ value }) => value)).toEqual([0, result.durationMs / 1000, 2, 1]);
  });

  it('because its job has too many targets, without being asked', async () => {
    const server = await startTarget(answering(METRICS));
    servers.push(server);
    const overLimit = 'expected at most 1 targets in the job (target_limit), got 2';
    const { failure, own } = await scrape(targetWith({ url: server.url, overLimit }));
    expect(failure).toEqual({ reason: 'target_limit', message: overLimit });
    expect(own[0]?.value).toBe(0);
    expect(server.connections).toBe(0);
  });

  it('because of the cycle’s deadline says so', async () => {
    const deadline = new AbortController();
    const target = await targetThat(() => deadline.abort());
    const { failure, own } = await scrape(target, deadline.signal);
    expect(failure?.reason).toBe('deadline');
    // Whether the target is up is not known.
    expect(own).toEqual([]);
  });

  it.each([
    ['samples', 'a 1\n', 'expected at most 512 samples'],
    ['metric names', undefined, 'expected at most 131072 bytes of metric names'],
  ])('because there is no memory for so many %s', async (_, line, message) => {
    scraper = new Scraper(() => NOW, new AnswerDecoder(), { memory: 4 * 2 ** 20 });
    const names = Array.from({ length: 511 }, (__, n) => `a_name_of_a_metric_${n} 1\n`);
    const target = await targetThat(answering(line?.repeat(10_000) ?? names.join('')));
    const { failure } = await scrape(target);
    expect(failure).toMatchObject({
      reason: 'memory',
      message: `${message}, as memory allows, got more`,
    });
  });

  it('leaves the next scrape of the same target alone', async () => {
    const bodies = ['m 1\n', 'm 2\nbroken{\n', 'm 3\n'];
    const target = await targetThat((socket) => answering(bodies.shift() ?? '')(socket));
    const values: (number | undefined)[] = [];
    for (let round = 0; round < 3; round++) values.push((await scrape(target)).samples[0]?.value);
    expect(values).toEqual([1, undefined, 3]);
  });
});

describe('between two looks at the clock', () => {
  const label = 'x'.repeat(16_000);
  const lines = Array.from({ length: 127 }, (_, n) => `a{n="${n}",text="${label}"} 1\n`).join('');
  const rule = { source_labels: ['text'], regex: '(.*)(x+)(.*)', target_label: 'text' };

  it.each([
    ['decodes no more than 128 KiB', []],
    ['relabels by no more than two long labels', [rule, rule]],
  ])('a scrape %s', async (_, configs) => {
    const metricRelabeling = configs.map((config) => relabelConfig.parse(config));
    const target = await targetThat(answering(lines), { metricRelabeling });
    let looks = 0;
    const turn = new Turn({ until: 1 }, { now: () => ++looks && 0, cpu: () => 0 });
    const { failure } = await scraper.scrape(target, NO_DEADLINE, { turn });
    expect(failure).toBeUndefined();
    expect(looks).toBeGreaterThanOrEqual(lines.length / 2 ** 17 + configs.length * 127);
  });

  it('a scrape asks for no more than sixteen names', async () => {
    const names = Array.from({ length: 1_000 }, (_, n) => `name_${n} 1\n`).join('');
    const target = await targetThat(answering(names));
    let asked = 0;
    let lastLook = 0;
    let most = 0;
    const now = () => {
      most = Math.max(most, asked - lastLook);
      lastLook = asked;
      return 0;
    };
    const turn = new Turn({ until: 1 }, { now, cpu: () => 0 });
    const wanted = () => ++asked > 0;
    await scraper.scrape(target, NO_DEADLINE, { turn, wanted });
    now();
    expect(asked).toBe(1_000);
    expect(most).toBeLessThanOrEqual(16);
  });

  it('a scrape asks for one name, where the answer is as expensive as that', async () => {
    const names = Array.from({ length: 100 }, (_, n) => `name_${n} 1\n`).join('');
    const target = await targetThat(answering(names));
    let looks = 0;
    const turn = new Turn({ until: 1 }, { now: () => ++looks && 0, cpu: () => 0 });
    const wanted: Wanted = (_, step) => {
      step?.(128);
      return true;
    };
    await scraper.scrape(target, NO_DEADLINE, { turn, wanted });
    expect(looks).toBeGreaterThanOrEqual(100);
  });
});
