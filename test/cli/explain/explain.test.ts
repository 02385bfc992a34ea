import { describe, expect, it } from '@jest/globals';
import { describeFamilies, describeSeries } from '../../../cli/explain/describe.ts';
import { explain, type SeriesExplanation } from '../../../cli/explain/explain.ts';
import { readPage } from '../../../cli/explain/page.ts';
import { receiversOf } from '../../../cli/explain/receivers.ts';
import { labelsOf } from '../../../lambda/model/samples/sample.ts';
import { DROP_TEXTS } from '../../../lambda/report/drop-texts.ts';
import { loadNative } from '../../config/loading.ts';

const PAGE = `# TYPE keycloak_request_duration histogram
keycloak_request_duration_bucket{method="GET",le="1"} 2
keycloak_request_duration_bucket{method="GET",le="+Inf"} 3
keycloak_request_duration_sum{method="GET"} 4
keycloak_request_duration_count{method="GET"} 3
# TYPE threads gauge
threads 7
# TYPE odd gauge
odd NaN
huge 1e300
{"größe"} 1
# TYPE logins_total counter
logins_total 5
`;

const DECLARATION = {
  source_labels: ['job', 'ServiceName'],
  label_matcher: '^web;auth$',
  dimensions: [['ServiceName']],
  metric_selectors: ['^threads$', '^odd$', '^huge$', '^größe$', '^logins_total$'],
};

/** What becomes of the series of a page under these rules. */
async function explained(
  declarations: readonly object[],
  {
    page = PAGE,
    job = {},
    processor = {},
    labels = { ServiceName: 'auth' } as Readonly<Record<string, string>>,
    more = {},
  } = {},
): Promise<readonly SeriesExplanation[]> {
  const config = await loadNative({
    cluster_name: 'shop',
    scrape_configs: [{ job_name: 'web', static_configs: [{ targets: ['a:1'] }], ...job }],
    emf_processor: {
      metric_namespace: 'Shop',
      metric_unit: { threads: 'Count' },
      metric_declaration: declarations,
      ...processor,
    },
    ...more,
  });
  const saved = { body: Buffer.from(page), contentType: 'text/plain', labels: labelsOf(labels) };
  const { failure, ...read } = readPage(config, saved);
  expect(failure).toBeUndefined();
  return explain(config, read, undefined, receiversOf(config.outputs, read));
}

const of = (name: string, all: readonly SeriesExplanation[]) => {
  const found = all.find((series) => series.name === name);
  if (found === undefined) throw new Error(`there is no ${name}`);
  return found;
};

describe('the explanation of a series', () => {
  it('says what it becomes', async () => {
    const threads = of('threads', await explained([DECLARATION]));
    expect(threads).toMatchObject({
      value: 7,
      metrics: [
        {
          namespace: 'Shop',
          name: 'threads',
          dimensions: { ServiceName: 'auth' },
          unit: 'Count',
          as: 'value',
        },
      ],
      dropped: undefined,
      edit: undefined,
    });
    expect(describeSeries(threads)).toContain(
      '\n  published as Shop threads{ServiceName="auth"} (value in Count)\n  metric_declaration[0]: selector "^threads$" matches the name; label_matcher "^web;auth$" matches "web;auth" (source_labels job, ServiceName); [ServiceName] is complete',
    );
  });

  it('says that of a whole histogram at each of its series', async () => {
    const selectors = { metric_selectors: ['^keycloak_request_duration$'] };
    const all = await explained([{ ...DECLARATION, ...selectors }]);
    for (const part of ['sum', 'count', 'bucket']) {
      expect(of(`keycloak_request_duration_${part}`, all)).toMatchObject({
        metrics: [{ name: 'keycloak_request_duration', as: 'distribution' }],
        dropped: { reason: 'first_sample' },
      });
    }
  });

  it.each([
    [
      'a selector',
      'keycloak_request_duration_sum',
      {},
      'no_declaration',
      {
        key: 'metric_selectors',
        value: '^keycloak_request_duration_sum$',
      },
    ],
    [
      'a matcher',
      'threads',
      { label_matcher: '^api$' },
      'no_declaration',
      {
        key: 'label_matcher',
        value: '^web;auth$',
      },
    ],
    [
      'a label',
      'threads',
      { dimensions: [['ServiceName', 'zone']] },
      'no_dimension_set',
      {
        key: 'dimensions',
        value: '[ServiceName]',
      },
    ],
  ])(
    'that %s keeps back names the reason and the edit that publishes it',
    async (_, name, change, reason, edit) => {
      const declaration = { ...DECLARATION, ...change };
      const kept = of(name, await explained([declaration]));
      expect(kept).toMatchObject({
        metrics: [],
        dropped: { reason, text: DROP_TEXTS[reason as 'no_declaration'] },
        edit: { index: 0, ...edit },
      });
      // The proof of the edit: with it the collector publishes the series.
      const applied = {
        metric_selectors: { metric_selectors: [...DECLARATION.metric_selectors, edit.value] },
        label_matcher: { label_matcher: edit.value },
        dimensions: { dimensions: [edit.value.slice(1, -1).split(', ')] },
      }[edit.key];
      const mended = of(name, await explained([{ ...declaration, ...applied }]));
      expect(mended.metrics).toHaveLength(1);
      expect(mended.edit).toBeUndefined();
    },
  );

  it.each([
    ['the matcher and the selectors', { label_matcher: '^api$', metric_selectors: ['^x$'] }],
    ['the selectors and the dimensions', { metric_selectors: ['^x$'], dimensions: [['zone']] }],
    ['everything', { source_labels: ['zone'], metric_selectors: ['^x$'], dimensions: [['zone']] }],
    ['an entry without dimensions', { dimensions: [] }],
  ])('that is kept back by %s gets a declaration that publishes it', async (_, change) => {
    const declaration = { ...DECLARATION, ...change };
    const { edit } = of('threads', await explained([declaration]));
    expect(edit).toMatchObject({ index: 1, key: 'metric_declaration' });
    const mended = of('threads', await explained([declaration, JSON.parse(edit?.value ?? '')]));
    expect(mended.metrics).toHaveLength(1);
  });

  it('gets no edit of the declarations if something else drops it', async () => {
    const rules = [{ source_labels: ['__name__'], regex: 'threads', action: 'drop' }];
    const declaration = { ...DECLARATION, metric_selectors: ['^größe$x'] };
    const all = await explained([declaration], { job: { metric_relabel_configs: rules } });
    expect(of('threads', all)).toMatchObject({ edit: undefined, dropped: { reason: 'relabeled' } });
    // CloudWatch refuses its name under any declaration.
    expect(of('größe', all)).toMatchObject({
      edit: undefined,
      dropped: { reason: 'no_declaration' },
    });
  });

  it.each([
    ['odd', 'not_finite'],
    ['huge', 'out_of_range'],
    ['größe', 'metric_name'],
    ['logins_total', 'first_sample'],
  ] as const)('of %s says that CloudWatch gets no value now: %s', async (name, reason) => {
    const series = of(name, await explained([DECLARATION]));
    expect(series).toMatchObject({ metrics: [{ name }], dropped: { reason } });
    expect(describeSeries(series)).toContain(
      `\n  not this sample: ${reason}: ${DROP_TEXTS[reason]}`,
    );
  });

  it('says that relabeling drops it, and that the budget holds it back', async () => {
    const rules = [{ source_labels: ['__name__'], regex: 'threads', action: 'drop' }];
    const relabeled = await explained([DECLARATION], { job: { metric_relabel_configs: rules } });
    expect(of('threads', relabeled).dropped?.reason).toBe('relabeled');
    const budget = await explained([DECLARATION], {
      page: 'threads 1\nodd 2\n',
      processor: { metric_budget: 1 },
    });
    expect(budget.map(({ name, dropped }) => [name, dropped?.reason])).toEqual([
      ['threads', undefined],
      ['odd', 'metric_budget'],
    ]);
  });

  it.each([
    [[{ type: 'cloudwatch-logs' }], 'log event'],
    [[{ type: 'file', path: 'events.json' }, { type: 'cloudwatch_metrics' }], 'log event'],
    [[{ type: 'cloudwatch_metrics' }], 'no_declaration'],
    [[{ type: 'otlp', endpoint: 'https://otlp.example' }], 'no_declaration'],
  ])('says that without a rule the outputs %j make it a %s', async (outputs, fate) => {
    const more = { region: 'eu-west-1', outputs };
    const all = await explained([DECLARATION], {
      page: 'other 1\n',
      processor: { log_unmatched: true },
      more,
    });
    expect(describeFamilies(all)).toBe(`other: 1 ${fate}`);
  });

  it('sums up the fates by name', async () => {
    const text = describeFamilies(await explained([DECLARATION]));
    expect(text.split('\n')).toEqual([
      'keycloak_request_duration_bucket: 2 no_declaration',
      'keycloak_request_duration_sum: 1 no_declaration',
      'keycloak_request_duration_count: 1 no_declaration',
      'threads: 1 published',
      'odd: 1 not_finite',
      'huge: 1 out_of_range',
      'größe: 1 metric_name',
      'logins_total: 1 published from the second scrape on',
    ]);
  });
});

describe('a sample that comes twice', () => {
  const SERIES = { first_sample: 'zero' };

  it.each([
    [
      'a gauge, whose last value counts',
      '# TYPE threads gauge\nthreads 1\nthreads 2\n',
      ['duplicate', undefined],
    ],
    [
      'a counter, whose first value counts',
      '# TYPE logins counter\nlogins_total 1\nlogins_total 2\n',
      [undefined, 'duplicate'],
    ],
  ])('is told from the other one: %s', async (_, page, reasons) => {
    const all = await explained([DECLARATION], { page, processor: SERIES });
    expect(all.map(({ dropped }) => dropped?.reason)).toEqual(reasons);
    expect(all.map(({ metrics }) => metrics.length)).toEqual([1, 1]);
  });

  it('is told of if metric relabeling made it so', async () => {
    const rules = [{ regex: 'pod', action: 'labeldrop' }];
    const page = '# TYPE threads gauge\nthreads{pod="a"} 1\nthreads{pod="b"} 2\n';
    const all = await explained([DECLARATION], { page, job: { metric_relabel_configs: rules } });
    expect(all.map(({ dropped }) => dropped?.reason)).toEqual(['duplicate', undefined]);
  });
});

describe('the proposed edit', () => {
  it('for a bucket publishes its whole histogram, not a mixture of buckets', async () => {
    const name = 'keycloak_request_duration_bucket';
    for (const page of [PAGE, PAGE.replace('# TYPE keycloak_request_duration histogram\n', '')]) {
      const { edit } = of(name, await explained([DECLARATION], { page }));
      expect(edit).toMatchObject({
        index: 0,
        key: 'metric_selectors',
        value: '^keycloak_request_duration$',
      });
      const selectors = [...DECLARATION.metric_selectors, edit?.value ?? ''];
      const mended = await explained([{ ...DECLARATION, metric_selectors: selectors }], { page });
      expect(of(name, mended).metrics).toMatchObject([{ as: 'distribution' }]);
    }
  });

  it('for a bucket never has the bound among the dimensions', async () => {
    const declaration = { ...DECLARATION, source_labels: ['zone'], metric_selectors: ['^x$'] };
    const all = await explained([declaration], { labels: {} });
    const { edit } = of('keycloak_request_duration_bucket', all);
    expect(edit?.key).toBe('metric_declaration');
    expect(edit?.value).not.toContain('"le"');
  });

  it('for a quantile keeps the quantiles apart', async () => {
    const page = '# TYPE rpc summary\nrpc{quantile="0.5"} 1\nrpc{quantile="0.9"} 2\n';
    const { edit } = of('rpc', await explained([DECLARATION], { page }));
    expect(edit).toMatchObject({ index: 1, key: 'metric_declaration' });
    const added = JSON.parse(edit?.value ?? '');
    const mended = await explained([DECLARATION, added], { page });
    expect(mended.flatMap(({ metrics }) => metrics.map(({ dimensions }) => dimensions))).toEqual([
      { ServiceName: 'auth', quantile: '0.5' },
      { ServiceName: 'auth', quantile: '0.9' },
    ]);
  });

  it('of a text that no matcher reads is by other labels, and the length is told', async () => {
    const labels = { ServiceName: 'x'.repeat(16_385), zone: 'a' };
    const series = of('threads', await explained([DECLARATION], { labels }));
    expect(describeSeries(series)).toContain(
      'label_matcher "^web;auth$" reads texts of at most 16384 characters, got 16389: "web;xxx',
    );
    expect(series.edit).toMatchObject({ index: 1, key: 'metric_declaration' });
    const mended = await explained([DECLARATION, JSON.parse(series.edit?.value ?? '')], { labels });
    expect(of('threads', mended).metrics).toHaveLength(1);
  });
});

describe('what the outputs of events and metrics get', () => {
  const OUTPUTS = [{ type: 'cloudwatch-logs' }, { type: 'cloudwatch_metrics', name: 'metrics' }];

  it.each([
    ['a metric', 'threads', ['emf_event', 'datum']],
    ['a counter, from the second scrape on', 'logins_total', ['emf_event', 'datum']],
    ['a series that no rule takes', 'keycloak_request_duration_sum', ['plain_event']],
    ['a value that CloudWatch refuses', 'odd', []],
  ])('of %s', async (_, name, gets) => {
    const all = await explained([DECLARATION], {
      processor: { log_unmatched: true },
      more: { outputs: OUTPUTS, region: 'eu-west-1' },
    });
    expect(of(name, all).received.map((each) => each.gets)).toEqual(gets);
  });

  it('is an event of CloudWatch Logs without outputs in the configuration', async () => {
    const threads = of('threads', await explained([DECLARATION]));
    expect(describeSeries(threads)).toMatch(/\n {2}cloudwatch-logs gets an EMF event with it$/);
  });
});

describe('what the receivers of samples get', () => {
  const RECEIVERS = [
    {
      type: 'remote_write',
      name: 'amp',
      url: 'https://amp.example/',
      external_labels: { region: 'eu' },
      write_relabel_configs: [
        { source_labels: ['__name__'], regex: 'odd', action: 'drop' },
        { regex: 'instance', action: 'labeldrop' },
      ],
    },
    { type: 'otlp', name: 'otel', endpoint: 'https://otlp.example' },
  ];

  const received = (page = PAGE) =>
    explained([DECLARATION], { page, more: { outputs: RECEIVERS } });

  it('are the series and the points that they would be sent', async () => {
    const all = await received();
    expect(of('threads', all).received).toEqual([
      {
        output: 'amp',
        gets: 'series',
        labels: { __name__: 'threads', ServiceName: 'auth', job: 'web', region: 'eu' },
      },
      {
        output: 'otel',
        gets: 'point',
        metric: 'threads',
        kind: 'gauge',
        attributes: {},
        resource: {
          'aws.ecs.service.name': 'auth',
          'service.name': 'web',
          'service.instance.id': 'saved-page',
        },
      },
    ]);
    expect(of('keycloak_request_duration_bucket', all).received[1]).toMatchObject({
      metric: 'keycloak_request_duration',
      kind: 'histogram',
      attributes: { method: 'GET' },
    });
    expect(describeSeries(of('logins_total', all))).toContain(
      '\n  amp gets the series logins_total{region="eu", job="web", ServiceName="auth"}\n  otel gets a point of the monotonic sum logins_total{}, of the resource {',
    );
  });

  it('is nothing, with the reason, if it is dropped on its way', async () => {
    const all = await received(`${PAGE}threads 8\n`);
    const reasons = all
      .filter(({ name }) => ['odd', 'threads'].includes(name))
      .map(({ name, received: gets }) => [name, ...gets.map(({ dropped }) => dropped?.reason)]);
    expect(reasons).toEqual([
      ['threads', undefined, undefined],
      ['odd', 'relabeled', 'not_finite'],
      ['threads', 'duplicate', 'duplicate'],
    ]);
    expect(describeSeries(of('odd', all))).toContain(
      '\n  amp gets nothing: relabeled: write_relabel_configs of the output drop it\n  otel gets nothing: not_finite: ',
    );
  });
});

describe('a saved page', () => {
  it('that is none has the failure of its scrape', async () => {
    const config = await loadNative({ scrape_configs: [{ job_name: 'web' }] });
    const saved = { body: Buffer.from('<html>'), contentType: 'text/plain', labels: labelsOf() };
    expect(readPage(config, saved).failure?.reason).toBe('invalid_body');
  });

  it('belongs to a job of the configuration', async () => {
    const config = await loadNative({ scrape_configs: [{ job_name: 'web' }, { job_name: 'api' }] });
    const saved = {
      body: Buffer.from('a 1\n'),
      contentType: 'text/plain',
      labels: labelsOf({ job: 'api' }),
    };
    expect(readPage(config, saved).target.job).toBe('api');
    expect(() => readPage(config, { ...saved, job: 'none' })).toThrow(
      'expected the name of a job of the configuration (web, api), given none',
    );
  });
});
