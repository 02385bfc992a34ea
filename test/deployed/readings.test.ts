import { describe, expect, it } from '@jest/globals';
import { TemplateValues } from '../infra/iam/evaluation/template-values.ts';
import { extractMetrics } from '../integration/support/emf.ts';
import { missing, type Published } from './published.ts';
import { readingsOf } from './readings.ts';

const AT = { account: '111122223333', region: 'eu-west-1' };

const stackOf = (type: string, properties: object) => ({
  name: 'Stack',
  at: AT,
  values: new TemplateValues(
    { Resources: { It: { Type: type, Properties: { ...properties } } } },
    AT,
  ),
});
const alarm = (properties: object) => readingsOf([stackOf('AWS::CloudWatch::Alarm', properties)]);
const dashboard = (type: string, properties: object) => {
  const body = { widgets: [{ type, properties: { title: 'CPU', ...properties } }] };
  return readingsOf([
    stackOf('AWS::CloudWatch::Dashboard', { DashboardBody: JSON.stringify(body) }),
  ]);
};

/** A gauge of a service in CloudWatch, and a series of it at a receiver. */
const PUBLISHED: Published = {
  metrics: extractMetrics(
    JSON.stringify({
      _aws: {
        Timestamp: 1,
        CloudWatchMetrics: [
          { Namespace: 'Shop', Dimensions: [['ServiceName']], Metrics: [{ Name: 'cpu' }] },
        ],
      },
      ServiceName: 'web',
      cpu: 5,
    }),
  ),
  series: [{ name: 'cpu', labels: { '@resource.service': 'web' }, account: AT.account }],
  logGroups: new Set(['/shop']),
  own: [{ group: '/log', fields: { TargetsUp: 1, TargetsDown: 0, Collector: 'shop' } }],
};

const DOWN = { Namespace: 'Fargauge/Collector', MetricName: 'TargetsDown' };
const collector = (Value: string) => [{ Name: 'Collector', Value }];
const field = (name: string) => `SOURCE '/log' | stats max(${name}) as up by bin(1m)`;

const CPU = { Namespace: 'Shop', MetricName: 'cpu' };
const OF_WEB = [{ Name: 'ServiceName', Value: 'web' }];

const promQl = (Query: string) => ({ EvaluationCriteria: { PromQLCriteria: { Query } } });
const search = (schema: string) => `SUM(SEARCH('{${schema}} MetricName="cpu"', 'Maximum', 60))`;

describe('what reads what is there', () => {
  it.each<[string, ReturnType<typeof readingsOf>]>([
    ['an alarm', alarm({ ...CPU, Dimensions: OF_WEB })],
    [
      'an alarm on an expression',
      alarm({
        Metrics: [
          { Expression: 'FILL(m, 0)' },
          { MetricStat: { Metric: { ...CPU, Dimensions: OF_WEB } } },
        ],
      }),
    ],
    ['an alarm by PromQL', alarm(promQl('max({"cpu", "@resource.service"="web"}) > 90'))],
    ['an alarm by an expression of PromQL', alarm(promQl('cpu{"@resource.service"=~"w.b"}'))],
    ['a graph', dashboard('metric', { metrics: [['Shop', 'cpu', 'ServiceName', 'web', {}]] })],
    ['a search', dashboard('metric', { metrics: [[{ expression: search('Shop,ServiceName') }]] })],
    ['a chart', dashboard('chart', { data: { queries: [{ query: '{"cpu"}' }] } })],
    ['an alarm on a fault that is not there', alarm({ ...DOWN, Dimensions: collector('shop') })],
    ['a graph of the log', dashboard('log', { query: field('TargetsUp') })],
    ['a table of events', dashboard('log', { query: "SOURCE '/shop' | fields @message" })],
  ])('is found: %s', (_, readings) => {
    expect(readings.length).toBeGreaterThan(0);
    expect(missing(readings, PUBLISHED)).toEqual([]);
  });
});

describe('what reads what is not there', () => {
  it.each<[string, ReturnType<typeof readingsOf>, string]>([
    ['a namespace', alarm({ ...CPU, Namespace: 'Other', Dimensions: OF_WEB }), 'Other cpu'],
    ['a name', alarm({ ...CPU, MetricName: 'memory', Dimensions: OF_WEB }), 'Shop memory'],
    ['dimensions', alarm(CPU), 'alarm It: Shop cpu '],
    [
      'a value of a dimension',
      alarm({ ...CPU, Dimensions: [{ Name: 'ServiceName', Value: 'api' }] }),
      'ServiceName=api',
    ],
    ['a series', alarm(promQl('absent({"up"})')), 'the series up'],
    [
      'a label of a series',
      alarm(promQl('{"cpu", "@resource.service"="api"}')),
      '@resource.service=api',
    ],
    [
      'names of dimensions',
      dashboard('metric', { metrics: [[{ expression: search('Shop,TaskId') }]] }),
      'by TaskId',
    ],
    [
      'a fault of another collector',
      alarm({ ...DOWN, Dimensions: collector('other') }),
      'Collector=other',
    ],
    ['a field of the log', dashboard('log', { query: field('TargetsUpp') }), 'TargetsUpp'],
    ['a log group', dashboard('log', { query: "SOURCE '/other' | limit 1" }), '/other'],
  ])('is named: %s', (_, readings, text) => {
    expect(missing(readings, PUBLISHED)).toEqual([expect.stringContaining(text)]);
  });
});

it('a widget of which nothing is known is an error', () => {
  expect(() => dashboard('explorer', {})).toThrow('"CPU": nothing is known of widgets');
});
