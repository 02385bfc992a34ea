import { describe, expect, it } from '@jest/globals';
import type { Point } from '../../../lambda/model/samples/point.ts';
import type { Publication } from '../../../lambda/model/samples/publication.ts';
import { labelsOf } from '../../../lambda/model/samples/sample.ts';
import { MAX_METRIC_VALUE } from '../../../lambda/model/settings/metric.ts';
import { MAX_DATA, MAX_VALUES } from '../../../lambda/outputs/cloudwatch-metrics/limits.ts';
import { MINUTE, series } from '../../series/samples.ts';
import { NOW, refusal, sent } from './sent.ts';

const WEB = labelsOf({ ClusterName: 'main', ServiceName: 'web', TaskId: 'a' });
const BY_SERVICE = ['ClusterName', 'ServiceName'];
const DIMENSIONS = [
  { Name: 'ClusterName', Value: 'main' },
  { Name: 'ServiceName', Value: 'web' },
];

const SHOP = [publication({})];

describe('a request', () => {
  it('has data as the API takes them, compressed and signed', async () => {
    const points = [point('cpu', 1.5), point('requests', 20, { interval: MINUTE })];
    const { requests, headers, problems, report } = await sent([points], {
      units: new Map([['cpu', 'Percent']]),
    });
    expect(requests).toEqual([
      {
        Namespace: 'Shop',
        MetricData: [
          {
            MetricName: 'cpu',
            Dimensions: DIMENSIONS,
            Timestamp: NOW / 1_000,
            Unit: 'Percent',
            Values: [1.5],
          },
          { MetricName: 'requests', Dimensions: DIMENSIONS, Timestamp: NOW / 1_000, Values: [20] },
        ],
      },
    ]);
    expect(problems).toEqual([]);
    expect(headers).toMatchObject([
      {
        'content-encoding': 'gzip',
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': 'GraniteServiceVersion20100801.PutMetricData',
        authorization: expect.stringContaining('/eu-central-1/monitoring/aws4_request'),
      },
    ]);
    expect(report).toEqual({
      output: 'cloudwatch_metrics',
      takes: 'metrics',
      events: 1,
      metrics: 2,
      bytes: expect.any(Number),
      requests: 1,
      rejected: {},
      errors: [],
    });
  });

  it('has each set of dimensions, and none for the empty one', async () => {
    const publications = [publication({ dimensions: [[], ['TaskId']], storageResolution: 1 })];
    const { requests } = await sent([[point('cpu', 1, { publications })]]);
    expect(requests[0]!.MetricData).toMatchObject([
      { StorageResolution: 1 },
      { StorageResolution: 1, Dimensions: [{ Name: 'TaskId', Value: 'a' }] },
    ]);
    expect(requests[0]!.MetricData[0]).not.toHaveProperty('Dimensions');
  });

  it('is about one namespace', async () => {
    const publications = [publication({ namespace: 'A' }), publication({ namespace: 'B' })];
    const { requests } = await sent([[point('cpu', 1, { publications })]]);
    expect(requests.map(({ Namespace }) => Namespace)).toEqual(['A', 'B']);
  });

  it(`has at most ${MAX_DATA} data`, async () => {
    const points = Array.from({ length: MAX_DATA + 1 }, (_, index) => point(`m${index}`, index));
    const { requests, problems } = await sent([points]);
    expect(requests.map(({ MetricData }) => MetricData.length)).toEqual([MAX_DATA, 1]);
    expect(problems).toEqual([]);
  });

  it('has at most 1 MB before it is compressed, and is as full as it may be', async () => {
    const labels = labelsOf({ a: 'x'.repeat(1_000), b: 'y'.repeat(1_000), c: 'z'.repeat(1_000) });
    const publications = [publication({ dimensions: [['a', 'b', 'c']] })];
    const points = Array.from({ length: 1_000 }, (_, index) =>
      point(`m${index}`, index, { labels, publications }),
    );
    const { requests, problems } = await sent([points]);
    expect(problems).toEqual([]);
    expect(requests.map((request) => JSON.stringify(request).length > 990_000)).toEqual([
      ...[true, true, true],
      false,
    ]);
  });
});

describe('values of one metric in the same minute', () => {
  it('are one datum, each value once with how often it occurred, at the time of the latest', async () => {
    const points = [1, 2, 1].map((value, index) =>
      point('cpu', value, { timestamp: NOW + index * 1_000 }),
    );
    const { requests } = await sent([points]);
    expect(requests[0]!.MetricData).toEqual([
      expect.objectContaining({
        Timestamp: NOW / 1_000 + 2,
        Values: [1, 2],
        Counts: [2, 1],
      }),
    ]);
  });

  it('are one datum of all tasks of a service, which counts for each of them', async () => {
    const tasks = ['a', 'b', 'c'].map((TaskId, index) => [
      point('cpu', index, { labels: labelsOf(WEB, { TaskId }) }),
    ]);
    const { requests, outcomes, report } = await sent(tasks);
    expect(requests[0]!.MetricData).toMatchObject([{ MetricName: 'cpu', Values: [0, 1, 2] }]);
    expect(outcomes).toEqual(tasks.map(() => ({ accepted: 1, rejected: new Map() })));
    expect(report).toMatchObject({ metrics: 3, requests: 1 });
  });

  it('are kept apart by minute, or by second where the resolution is one', async () => {
    const publications = [publication({ storageResolution: 1 })];
    const { requests } = await sent([
      [
        point('minutes', 1),
        point('minutes', 2, { timestamp: NOW + MINUTE }),
        point('seconds', 1, { publications }),
        point('seconds', 2, { publications, timestamp: NOW + 1_000 }),
      ],
    ]);
    expect(requests[0]!.MetricData.map(({ Values }) => Values)).toEqual([[1], [2], [1], [2]]);
  });

  it(`are several data where more than ${MAX_VALUES} differ`, async () => {
    const tasks = Array.from({ length: 2 * MAX_VALUES + 1 }, (_, index) => [
      point('cpu', index, { labels: labelsOf(WEB, { TaskId: String(index) }) }),
    ]);
    const { requests, problems } = await sent(tasks);
    expect(requests[0]!.MetricData.map(({ Values }) => Values.length)).toEqual([150, 150, 1]);
    expect(problems).toEqual([]);
  });

  it('have the exact sum and bounds of a distribution beside its values', async () => {
    const bins = Array.from({ length: MAX_VALUES + 1 }, (_, index) => {
      return { value: index + 0.5, count: 2, from: index, to: index + 1 };
    });
    const sum = 25_000;
    const { requests, problems } = await sent([[point('latency', { bins, sum })]]);
    const data = requests[0]!.MetricData;
    expect(problems).toEqual([]);
    expect(data.map(({ Values, Counts }) => [Values.length, Counts?.length])).toEqual([
      [150, 150],
      [1, 1],
    ]);
    const sums = data.map(({ StatisticValues }) => StatisticValues!);
    expect(sums.map(({ SampleCount }) => SampleCount)).toEqual([300, 2]);
    expect(sums.map(({ Minimum, Maximum }) => [Minimum, Maximum])).toEqual([
      [0, 150],
      [150, 151],
    ]);
    expect(sums.reduce((total, { Sum }) => total + Sum, 0)).toBeCloseTo(sum, 6);
  });
});

describe('what CloudWatch would refuse', () => {
  it.each([
    ['metric_name', point('größe', 1)],
    ['metric_name', point('x'.repeat(256), 1)],
    ['out_of_range', point('m', MAX_METRIC_VALUE * 1.01)],
    ['out_of_range', point('m', -Infinity)],
    ['no_declaration', point('m', 1, { publications: [] })],
  ])('is dropped as %s, and the rest is sent', async (reason, bad) => {
    const { requests, drops, problems, outcomes } = await sent([[bad, point('good', 1)]]);
    expect(drops).toEqual({ [reason]: 1 });
    expect(requests[0]!.MetricData.map(({ MetricName }) => MetricName)).toEqual(['good']);
    expect(outcomes).toEqual([{ accepted: 1, rejected: new Map() }]);
    expect(problems).toEqual([]);
  });

  it('is a namespace of AWS, of which no request is made', async () => {
    const publications = [publication({ namespace: 'AWS/ECS' })];
    const { requests, report, outcomes } = await sent([
      [point('m', 1, { publications }), point('good', 1)],
    ]);
    expect(requests.map(({ Namespace }) => Namespace)).toEqual(['Shop']);
    expect(outcomes).toEqual([{ accepted: 1, rejected: new Map([['refused', 1]]) }]);
    expect(report).toMatchObject({
      rejected: { refused: 1 },
      errors: [
        'CloudWatch would refuse the namespace AWS/ECS: those that begin with AWS/ belong to AWS',
      ],
    });
  });
});

describe('a request that is refused for one datum', () => {
  const points = (from: number) =>
    Array.from({ length: 100 }, (_, index) => point(`m${from + index}`, 1));

  /** Refuses what has one of these metrics, and says where if it `tells`. */
  const refusing =
    (bad: readonly string[], tells: boolean) => (request: Parameters<NonNullable<Answer>>[0]) => {
      const places = request.MetricData.flatMap(({ MetricName }, index) =>
        bad.includes(MetricName) ? [index + 1] : [],
      );
      if (places.length === 0) return new Response('{}');
      const name = (place: number) => (tells ? `MetricData.member.${place}.Value` : 'some');
      const text = places.map((place) => `The value 1 for parameter ${name(place)} is invalid.`);
      return refusal('InvalidParameterValueException', text.join('\n'));
    };

  it.each([
    ['by the place in the message', true, 3],
    ['by halves where the message names none', false, 1 + 2 * 8],
  ])('is sent without it, which is found %s', async (_, tells, requests) => {
    const { accepted, report, outcomes } = await sent([points(0), points(100)], {
      answer: refusing(['m17'], tells),
    });
    const names = accepted.flatMap(({ MetricData }) => MetricData.map((each) => each.MetricName));
    expect(names).toHaveLength(199);
    expect(new Set(names).size).toBe(199);
    expect(names).not.toContain('m17');
    expect(outcomes).toEqual([
      { accepted: 99, rejected: new Map([['refused', 1]]) },
      { accepted: 100, rejected: new Map() },
    ]);
    expect(report).toMatchObject({ metrics: 199, rejected: { refused: 1 } });
    expect(report.requests).toBeLessThanOrEqual(requests);
    expect(report.errors).toEqual([
      expect.stringMatching(
        /^PutMetricData at https:\/\/monitoring\.eu-central-1\.amazonaws\.com\/ was refused\. HTTP 400: The value 1 for parameter .* \(m17 \{ClusterName=main, ServiceName=web\} of Shop\)$/,
      ),
    ]);
  });

  it('is sent without all of those that are named', async () => {
    const { accepted, report } = await sent([points(0)], {
      answer: refusing(['m3', 'm50', 'm99'], true),
    });
    expect(accepted.flatMap(({ MetricData }) => MetricData)).toHaveLength(97);
    expect(report).toMatchObject({ rejected: { refused: 3 } });
  });

  it('is given up where nothing of it is taken, after a bounded number of requests', async () => {
    const { report, outcomes } = await sent([points(0), points(100), points(200)], {
      answer: () => refusal('InvalidParameterValueException', 'no'),
    });
    expect(report).toMatchObject({ metrics: 0, rejected: { refused: 300 } });
    expect(report.requests).toBeLessThan(220);
    expect(outcomes.map(({ accepted }) => accepted)).toEqual([0, 0, 0]);
  });
});

describe('a request that fails', () => {
  it.each([
    ['Throttling', 400],
    ['ThrottlingException', 400],
    ['Throttling', 429],
  ])(
    'is made again after growing times where it is throttled (%s, %i), and told',
    async (type, status) => {
      const { report, waited } = await sent([[point('m', 1)]], {
        answer: (_, attempt) =>
          attempt < 4 ? refusal(type, 'Rate exceeded', status) : new Response('{}'),
      });
      expect(report).toMatchObject({ metrics: 1, requests: 4, throttled: 3, rejected: {} });
      expect(waited).toEqual([125, 250, 500]);
    },
  );

  it('is rejected as throttled for the account where that lasts until the deadline', async () => {
    const deadline = new AbortController();
    const { report } = await sent([[point('m', 1)]], {
      signal: deadline.signal,
      answer: (_, attempt) => {
        if (attempt === 3) deadline.abort();
        return refusal('Throttling', 'Rate exceeded');
      },
    });
    expect(report.rejected).toEqual({ deadline: 1 });
    expect(report.errors).toEqual([
      expect.stringContaining(
        'was throttled. HTTP 429: Rate exceeded. An account has 500 requests a second in a Region, unless its quota was raised.',
      ),
    ]);
  });

  it('is made again where the service fails', async () => {
    const { report } = await sent([[point('m', 1)]], {
      answer: (_, attempt) =>
        attempt < 2 ? refusal('InternalServiceFault', 'oops', 500) : new Response('{}'),
    });
    expect(report).toMatchObject({ metrics: 1, requests: 2, rejected: {} });
  });

  it.each([
    ['AccessDeniedException', 400],
    ['AccessDenied', 403],
    ['UnrecognizedClientException', 400],
  ])('is denied by %s with %i, which other namespaces may not be', async (type, status) => {
    const publications = [publication({ namespace: 'Denied' })];
    const { report, accepted, requests } = await sent(
      [[point('m', 1, { publications }), point('good', 1)]],
      {
        answer: ({ Namespace }) =>
          Namespace === 'Denied' ? refusal(type, 'not authorized', status) : new Response('{}'),
      },
    );
    expect(requests).toHaveLength(2);
    expect(accepted.map(({ Namespace }) => Namespace)).toEqual(['Shop']);
    expect(report.rejected).toEqual({ access_denied: 1 });
    expect(report.errors).toEqual([
      expect.stringContaining('is denied; the role needs cloudwatch:PutMetricData'),
    ]);
  });
});

type Answer = NonNullable<Parameters<typeof sent>[1]>['answer'];

interface More {
  readonly labels?: Point['labels'];
  readonly publications?: Point['publications'];
  readonly timestamp?: number;
  readonly interval?: number;
}

function point(name: string, value: Point['value'], more: More = {}): Point {
  const { labels = WEB, publications = SHOP, timestamp = NOW, interval } = more;
  return { series: series(name), labels, publications, value, timestamp, interval };
}

function publication(more: Partial<Publication>): Publication {
  return {
    namespace: 'Shop',
    dimensions: [BY_SERVICE],
    storageResolution: 60,
    rate: false,
    ...more,
  };
}
