import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { relabelConfig } from '../../../lambda/config/prometheus/relabel-config.ts';
import type { SampleOutput, TargetSamples } from '../../../lambda/model/delivery/sample-output.ts';
import { Drops } from '../../../lambda/model/samples/drops.ts';
import { METRIC_NAME } from '../../../lambda/model/samples/relabel.ts';
import { labelsOf, type Sample } from '../../../lambda/model/samples/sample.ts';
import { Secret } from '../../../lambda/model/settings/secret.ts';
import {
  type RemoteWriteOptions,
  remoteWriteOutput,
} from '../../../lambda/outputs/remote-write/remote-write.ts';
import { counter, MINUTE, series, target } from '../../series/samples.ts';
import { impatient, NO_DEADLINE, type Receiver, startReceiver } from '../push/receiver.ts';
import { nameOf, readWriteRequest, type WrittenSeries } from './write-request.ts';

const STALE = '7ff0000000000002';

/** A sample of an application's series. */
function app(labels: Record<string, string>): Sample {
  return { series: series('app', { labels }), value: 1 };
}

/** The same, where metric relabeling has joined the labels of the target. */
function joined(labels: Record<string, string>): Sample {
  return { series: series('app', { labels, origin: series('before') }), value: 1 };
}

describe('remoteWriteOutput', () => {
  it('sends each sample with its labels sorted, at the time of the scrape', async () => {
    await using receiver = await startReceiver({ status: 204 });
    const requests = series('requests_total', { labels: { route: '/', Zone: 'a' } });
    const outcome = await cycle(outputTo(receiver), [
      scrape([
        { series: requests, value: 7 },
        { series: series('up'), value: 1 },
      ]),
    ]);

    expect(outcome.accepted).toBe(2);
    expect(sentTo(receiver)).toEqual([
      {
        labels: [
          ['Zone', 'a'],
          ['__name__', 'requests_total'],
          ['instance', '127.0.0.1:9100'],
          ['job', 'app'],
          ['route', '/'],
        ],
        samples: [{ value: 7, bits: '401c000000000000', timestamp: MINUTE }],
      },
      {
        labels: [
          ['__name__', 'up'],
          ['instance', '127.0.0.1:9100'],
          ['job', 'app'],
        ],
        samples: [{ value: 1, bits: '3ff0000000000000', timestamp: MINUTE }],
      },
    ]);
    expect(receiver.requests[0]?.headers).toMatchObject({
      'content-encoding': 'snappy',
      'content-type': 'application/x-protobuf',
      'user-agent': 'fargauge',
      'x-prometheus-remote-write-version': '0.1.0',
    });
  });

  it('does not look at the body of a good answer', async () => {
    await using receiver = await startReceiver({ status: 200, body: '{"error": "not written"}' });
    const outcome = await cycle(outputTo(receiver), [scrape([{ series: series('up'), value: 1 }])]);
    expect(outcome).toEqual({ accepted: 1, rejected: new Map() });
  });

  it('sends samples with times of their own as one series, in the order of time, each time once', async () => {
    await using receiver = await startReceiver();
    const cpu = series('cpu');
    const drops = new Drops();
    await cycle(
      outputTo(receiver),
      [
        scrape(
          [3, 1, 2, 1].map((minute, index) => ({
            series: cpu,
            value: index,
            timestamp: minute * MINUTE + 0.7,
          })),
        ),
      ],
      drops,
    );

    expect(sentTo(receiver).map(({ samples }) => samples)).toEqual([
      [
        expect.objectContaining({ value: 1, timestamp: MINUTE }),
        expect.objectContaining({ value: 2, timestamp: 2 * MINUTE }),
        expect.objectContaining({ value: 0, timestamp: 3 * MINUTE }),
      ],
    ]);
    expect([...drops.counts]).toEqual([['duplicate', 1]]);
  });

  it.each([
    [Number.NaN, '7ff8000000000001'],
    [Infinity, '7ff0000000000000'],
    [-Infinity, 'fff0000000000000'],
    [-0, '8000000000000000'],
    [2 ** -1074, '0000000000000001'],
  ])('sends %d as it is', async (value, bits) => {
    await using receiver = await startReceiver();
    await cycle(outputTo(receiver), [scrape([{ series: series('up'), value }])]);
    expect(sentTo(receiver)[0]?.samples[0]?.bits).toBe(bits);
  });

  it.each<[string, Partial<RemoteWriteOptions>, Record<string, string>, boolean, string]>([
    [
      'without an empty label',
      {},
      { a: '', b: '1' },
      false,
      'up{b="1",instance="127.0.0.1:9100",job="app"}',
    ],
    [
      'with a label that the target has',
      {},
      { job: 'own' },
      false,
      'up{exported_job="own",instance="127.0.0.1:9100",job="app"}',
    ],
    [
      'with a label that the target honours',
      {},
      { job: 'own' },
      true,
      'up{instance="127.0.0.1:9100",job="own"}',
    ],
    [
      'without a label that it is told to have none of',
      {},
      { job: '' },
      true,
      'up{instance="127.0.0.1:9100"}',
    ],
    [
      'with external labels, of which its own win',
      { externalLabels: labelsOf({ env: 'test', job: 'external', x: 'outer', zone: 'a' }) },
      { x: 'inner' },
      false,
      'up{env="test",instance="127.0.0.1:9100",job="app",x="inner",zone="a"}',
    ],
    [
      'as relabeling has it',
      {
        externalLabels: labelsOf({ env: 'test' }),
        relabeling: [
          relabelConfig.parse({ action: 'labeldrop', regex: 'instance|job' }),
          relabelConfig.parse({
            source_labels: ['env', METRIC_NAME],
            target_label: METRIC_NAME,
            replacement: '$1:$2',
            regex: '(.*);(.*)',
          }),
        ],
      },
      {},
      false,
      'test:up{env="test"}',
    ],
  ])('sends a series %s', async (_, options, labels, honorLabels, expected) => {
    await using receiver = await startReceiver();
    const samples = [{ series: series('up', { labels }), value: 1 }];
    await cycle(outputTo(receiver, options), [scrape(samples, { honorLabels })]);
    expect(sentTo(receiver).map(nameOf)).toEqual([expected]);
  });

  it('sends a series that metric relabeling joined already as it is, but for the external labels', async () => {
    await using receiver = await startReceiver();
    const exposed = series('up', { labels: { a: '1' } });
    const renamed = series('alive', { labels: { job: 'other', b: '2' }, origin: exposed });
    const externalLabels = labelsOf({ b: 'external', env: 'test' });
    await cycle(outputTo(receiver, { externalLabels }), [scrape([{ series: renamed, value: 1 }])]);
    expect(sentTo(receiver).map(nameOf)).toEqual(['alive{b="2",env="test",job="other"}']);
  });

  it('counts what relabeling drops', async () => {
    await using receiver = await startReceiver();
    const relabeling = [
      relabelConfig.parse({ action: 'drop', source_labels: [METRIC_NAME], regex: 'go_.*' }),
    ];
    const drops = new Drops();
    const samples = [
      { series: series('go_threads'), value: 1 },
      { series: series('up'), value: 1 },
      { series: series('go_goroutines'), value: 1, timestamp: 1 },
    ];
    const outcome = await cycle(outputTo(receiver, { relabeling }), [scrape(samples)], drops);
    expect(sentTo(receiver).map(nameOf)).toEqual(['up{instance="127.0.0.1:9100",job="app"}']);
    expect(outcome.accepted).toBe(1);
    expect([...drops.counts]).toEqual([['relabeled', 2]]);
  });

  it('drops a series of whose labels relabeling would read too long a text, and counts the cost of the others', async () => {
    await using receiver = await startReceiver();
    const relabeling = [relabelConfig.parse({ source_labels: ['a'], target_label: 'a' })];
    const drops = new Drops();
    const samples = [16_384, 16_385].map((length) => ({
      series: series('up', { labels: { a: 'x'.repeat(length) } }),
      value: 1,
    }));
    const costs: (number | undefined)[] = [];
    const scraped = { ...scrape(samples), step: (cost?: number) => costs.push(cost) };
    await cycle(outputTo(receiver, { relabeling }), [scraped], drops);
    expect(sentTo(receiver)).toHaveLength(1);
    expect([...drops.counts]).toEqual([['long_text', 1]]);
    expect(costs).toContain(257);
  });

  it.each([
    ['without a time', undefined],
    ['with a time', MINUTE],
  ])('counts a series of many labels as several steps of a turn, %s', async (_, timestamp) => {
    await using receiver = await startReceiver();
    const labels = Object.fromEntries(Array.from({ length: 800 }, (_, n) => [`l${n}`, 'x']));
    let cost = 0;
    const step = (items = 1) => {
      cost += items;
    };
    const samples = [{ series: series('a', { labels }), value: 1, timestamp }];
    await cycle(outputTo(receiver), [{ ...scrape(samples), step }]);
    expect(cost).toBeGreaterThanOrEqual(100);
  });

  it('sends a series once that comes twice in a scrape', async () => {
    await using receiver = await startReceiver();
    const drops = new Drops();
    const twice = { series: counter('requests_total'), value: 1 };
    await cycle(outputTo(receiver), [scrape([twice, twice])], drops);
    expect(sentTo(receiver)).toHaveLength(1);
    expect([...drops.counts]).toEqual([['duplicate', 1]]);
  });

  it.each<[string, Sample[], Partial<TargetSamples['target']>, string[]]>([
    ['in another order of labels', [app({ a: '1', b: '2' }), app({ b: '2', a: '1' })], {}, []],
    ['with an empty label', [app({ a: '1' }), app({ a: '1', b: '' })], {}, []],
    ['with a label of its target', [app({}), app({ env: 'x' })], { honorLabels: true }, []],
    ['after relabeling', [app({ a: '1' }), joined({ a: '1', env: 'x' })], {}, []],
    ['with another type', [app({}), { ...app({}), series: counter('app') }], {}, []],
    ['where the output merges it', [app({ a: '1' }), app({ a: '2' })], {}, ['a']],
    ['with a time of its own', [app({}), { ...app({}), timestamp: MINUTE }], {}, []],
  ])('sends a series once that comes again %s, each cycle', async (_, pair, more, dropped) => {
    await using receiver = await startReceiver();
    const relabeling = dropped.map((regex) => relabelConfig.parse({ action: 'labeldrop', regex }));
    const output = outputTo(receiver, { relabeling });
    const [first, second] = pair as [Sample, Sample];
    const other = { series: series('other'), value: 9 };
    const own = { ...more, labels: labelsOf({ env: 'x' }) };
    // The last one has the first one gone, but not what it stands for.
    for (const all of [
      [first, other, second],
      [first, other, second],
      [other, second],
    ]) {
      const drops = new Drops();
      const outcome = await cycle(output, [scrape(all, own)], drops);
      expect(outcome.accepted).toBe(2);
      expect([...drops.counts]).toEqual(all.length === 3 ? [['duplicate', 1]] : []);
    }
    const sent = receiver.requests.map(({ body }) => readWriteRequest(body));
    for (const all of sent) {
      expect(new Set(all.map(nameOf)).size).toBe(2);
      expect(all).toHaveLength(2);
    }
    const values = sent.map((all) =>
      all.filter(({ labels }) => labels[0]?.[1] !== 'other').flatMap(({ samples }) => samples),
    );
    expect(values.map(([sample]) => sample?.value)).toEqual([1, 1, 1]);
  });

  it('takes what is a series of its own for one', async () => {
    await using receiver = await startReceiver();
    const drops = new Drops();
    const samples = [app({ a: '1' }), app({ a: '2' }), app({ b: '1' }), app({ a: '1', b: '1' })];
    const outcome = await cycle(outputTo(receiver), [scrape(samples)], drops);
    expect(outcome.accepted).toBe(4);
    expect(drops.total).toBe(0);
  });

  it('sends samples of one series with and without times of their own together', async () => {
    await using receiver = await startReceiver();
    const samples = [app({}), { ...app({ a: '' }), value: 2, timestamp: 1_000 }];
    await cycle(outputTo(receiver), [scrape(samples)]);
    expect(sentTo(receiver).map(({ samples: all }) => all)).toEqual([
      [
        expect.objectContaining({ value: 2, timestamp: 1_000 }),
        expect.objectContaining({ value: 1, timestamp: MINUTE }),
      ],
    ]);
  });

  it.each([1e18, -1e18, 1e300, -1e300, 2 ** 53, 2 ** 63])(
    'drops a sample of the time %d, and sends those beside it',
    async (timestamp) => {
      await using receiver = await startReceiver();
      const output = outputTo(receiver);
      const drops = new Drops();
      const samples = [app({ a: '1' }), { ...app({ a: '2' }), timestamp }, app({ a: '3' })];
      const outcome = await cycle(output, [scrape(samples)], drops);
      expect(outcome.accepted).toBe(2);
      expect(sentTo(receiver)).toHaveLength(2);
      expect([...drops.counts]).toEqual([['timestamp', 1]]);
      await cycle(output, []);
      expect(staleIn(receiver)[1]).toHaveLength(2);
    },
  );

  it.each([2 ** 53 - 1, 1 - 2 ** 53, 0, -1.5])(
    'sends a sample of the time %d',
    async (timestamp) => {
      await using receiver = await startReceiver();
      await cycle(outputTo(receiver), [scrape([{ ...app({}), timestamp }])]);
      expect(sentTo(receiver)[0]?.samples[0]?.timestamp).toBe(Math.trunc(timestamp));
    },
  );

  it('sends a request only for what there is to say', async () => {
    await using receiver = await startReceiver();
    expect(await cycle(outputTo(receiver), [scrape([])])).toEqual({
      accepted: 0,
      rejected: new Map(),
    });
    expect(receiver.requests).toHaveLength(0);
  });

  it('keeps each request below the limit of 1 MB, and all samples', async () => {
    await using receiver = await startReceiver();
    // What nothing can compress.
    const samples = Array.from({ length: 5_000 }, (_, value) => ({
      series: series('noise', { labels: { id: randomBytes(500).toString('latin1') } }),
      value,
    }));
    const outcome = await cycle(outputTo(receiver), [scrape(samples)]);

    expect(outcome.accepted).toBe(5_000);
    expect(receiver.requests.length).toBeGreaterThan(3);
    expect(Math.max(...receiver.requests.map(({ body }) => body.length))).toBeLessThanOrEqual(
      1_000_000,
    );
    const values = sentTo(receiver).map((one) => one.samples[0]?.value ?? Number.NaN);
    expect(values.sort((a, b) => a - b)).toEqual(samples.map(({ value }) => value));
  });

  it('sends headers of its own', async () => {
    await using receiver = await startReceiver();
    const headers = [{ name: 'X-Scope-OrgID', value: new Secret('tenant') }];
    await cycle(outputTo(receiver, { headers }), [scrape([{ series: series('up'), value: 1 }])]);
    expect(receiver.requests[0]?.headers['x-scope-orgid']).toBe('tenant');
  });

  it.each(['ftp://example.com/', 'nonsense'])('refuses the URL %s', (url) => {
    expect(() => remoteWriteOutput({ name: 'remote-write', url })).toThrow(
      /^Expected an http or https URL without a password, got /,
    );
  });

  it('refuses a URL with a password, without repeating it', () => {
    expect(() =>
      remoteWriteOutput({
        name: 'remote-write',
        url: 'https://me:hush@example.com/write?key=hush',
      }),
    ).toThrow('Expected an http or https URL without a password, got https://example.com/write');
  });
});

describe('staleness markers', () => {
  const a = { series: series('a'), value: 1 };
  const b = { series: series('b'), value: 2 };

  it('are sent once for a series that its target no longer has', async () => {
    await using receiver = await startReceiver();
    const output = outputTo(receiver);
    for (const samples of [[a, b], [a], [a]]) await cycle(output, [scrape(samples)]);
    expect(staleIn(receiver)).toEqual([[], ['b{instance="127.0.0.1:9100",job="app"}'], []]);
  });

  it('are not sent for the same series in another object', async () => {
    await using receiver = await startReceiver();
    const output = outputTo(receiver);
    await cycle(output, [scrape([a, b])]);
    await cycle(output, [
      scrape([
        { series: series('a'), value: 3 },
        { series: series('c'), value: 1 },
      ]),
    ]);
    expect(staleIn(receiver)).toEqual([[], ['b{instance="127.0.0.1:9100",job="app"}']]);
  });

  it('are sent for all series of a target that is gone', async () => {
    await using receiver = await startReceiver();
    const output = outputTo(receiver);
    await cycle(output, [scrape([a, b])]);
    await cycle(output, []);
    await cycle(output, []);
    expect(staleIn(receiver)).toEqual([
      [],
      ['a{instance="127.0.0.1:9100",job="app"}', 'b{instance="127.0.0.1:9100",job="app"}'],
    ]);
  });

  it('are sent for the series under the labels that the target had before', async () => {
    await using receiver = await startReceiver();
    const output = outputTo(receiver);
    await cycle(output, [scrape([a])]);
    await cycle(output, [scrape([a], { labels: labelsOf({ job: 'new' }) })]);
    expect(staleIn(receiver)).toEqual([[], ['a{instance="127.0.0.1:9100",job="app"}']]);
  });

  describe('for series that bring their own times', () => {
    const timed = { ...b, timestamp: 5 };

    it('are not sent while there is their target, which may have a next point for them', async () => {
      await using receiver = await startReceiver();
      const output = outputTo(receiver);
      await cycle(output, [scrape([a, timed])]);
      await cycle(output, [scrape([a])]);
      expect(staleIn(receiver)).toEqual([[], []]);
    });

    it('are sent once when their target is gone', async () => {
      await using receiver = await startReceiver();
      const output = outputTo(receiver);
      await cycle(output, [scrape([timed])]);
      await cycle(output, [scrape([a])]);
      await cycle(output, []);
      await cycle(output, []);
      const names = ['a', 'b'].map((name) => `${name}{instance="127.0.0.1:9100",job="app"}`);
      expect(staleIn(receiver)).toEqual([[], [], names]);
    });

    it('are sent when another task has the address of their target', async () => {
      await using receiver = await startReceiver();
      const output = outputTo(receiver);
      await cycle(output, [scrape([timed])]);
      await cycle(output, [scrape([timed], { labels: labelsOf({ job: 'new' }) })]);
      await cycle(output, [scrape([a], { labels: labelsOf({ job: 'newer' }) })]);
      await cycle(output, []);
      expect(staleIn(receiver)).toEqual([
        [],
        ['b{instance="127.0.0.1:9100",job="app"}'],
        ['b{job="new"}'],
        ['a{job="newer"}'],
      ]);
    });

    it('are sent again where nobody took them', async () => {
      await using receiver = await startReceiver({ status: 200 }, { status: 400 }, { status: 200 });
      const output = outputTo(receiver);
      await cycle(output, [scrape([timed])]);
      await cycle(output, []);
      await cycle(output, []);
      const names = ['b{instance="127.0.0.1:9100",job="app"}'];
      expect(staleIn(receiver)).toEqual([[], names, names]);
    });
  });

  it('are not sent for a target whose scrape the cycle cut off', async () => {
    await using receiver = await startReceiver();
    const output = outputTo(receiver);
    for (const samples of [[a, b], [], [a, b]]) await cycle(output, [scrape(samples)]);
    expect(staleIn(receiver)).toEqual([[], []]);
  });

  it.each<[string, TargetSamples[]]>([
    ['series', [scrape([a])]],
    ['target', []],
  ])('are sent again where nobody took those of a %s', async (_, later) => {
    await using receiver = await startReceiver({ status: 200 }, { status: 400 }, { status: 200 });
    const output = outputTo(receiver);
    await cycle(output, [scrape([a, b])]);
    await cycle(output, later);
    await cycle(output, later);
    const [, refused, again] = staleIn(receiver);
    expect(refused?.length).toBeGreaterThan(0);
    expect(again).toEqual(refused);
  });
});

function outputTo({ url }: Receiver, options: Partial<RemoteWriteOptions> = {}): SampleOutput {
  return remoteWriteOutput(
    { name: 'remote-write', url, ...options },
    impatient({ now: () => 2 * MINUTE }),
  );
}

function scrape(
  samples: readonly Sample[],
  more: Partial<TargetSamples['target']> = {},
): TargetSamples {
  const labels = labelsOf({ instance: '127.0.0.1:9100', job: 'app' });
  return { target: { ...target(), labels, ...more }, startedAt: MINUTE, samples };
}

/** One cycle. @returns what became of the last target's samples */
async function cycle(output: SampleOutput, scrapes: readonly TargetSamples[], drops = new Drops()) {
  const delivery = output.open(NO_DEADLINE);
  delivery.discovered(new Set(scrapes.map(({ target: { id } }) => id)));
  const written = scrapes.map((one) => delivery.write(one, drops));
  await delivery.close();
  return (await written.at(-1)) ?? { accepted: 0, rejected: new Map() };
}

function sentTo({ requests }: Receiver): WrittenSeries[] {
  return requests.flatMap(({ body }) => readWriteRequest(body));
}

/** The series that each request says are gone. */
function staleIn({ requests }: Receiver): string[][] {
  return requests.map(({ body }) =>
    readWriteRequest(body)
      .filter(({ samples }) => samples[0]?.bits === STALE)
      .map(nameOf),
  );
}
