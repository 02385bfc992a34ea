import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Template } from 'aws-cdk-lib/assertions';
import { App } from 'aws-cdk-lib/core';
import { readSettings } from '../../../infra/app/settings.ts';
import { FargaugeStack } from '../../../infra/app/stack.ts';
import { REPOSITORY } from '../../../infra/build/paths.ts';
import { monthlyBill, OWN_METRICS } from '../../../infra/price/monthly-bill.ts';
import { billedOf } from '../../../infra/price/template.ts';
import { publishStatus } from '../../../lambda/report/configuration.ts';
import { ownMetrics } from '../../../lambda/report/own-metrics.ts';
import { publishCycle } from '../../../lambda/report/self-metrics.ts';
import { type BillLine, sumOf as totalOf } from '../../../price/line.ts';
import { cycleReport } from '../../report/cycle.ts';
import { CODE, IMAGE } from '../template.ts';

const EXISTING = {
  cluster: 'prod',
  vpcId: 'vpc-0123456789abcdef0',
  subnetIds: 'subnet-0123456789abcdef0',
};

/** The workload of docs/cost.md. */
const THIRTY_SERVICES = {
  ...EXISTING,
  services: Array.from({ length: 30 }, (_, index) => `service-${index}`),
  tasks: 150,
  containersPerTask: 7,
};

/** The bill of the app with a context. */
function billOf(context: Record<string, unknown>): BillLine[] {
  const settings = readSettings(context, {});
  const stack = new FargaugeStack(new App(), 'Fargauge', {
    settings,
    code: CODE,
    sidecarImage: IMAGE,
  });
  const { Resources } = Template.fromStack(stack).toJSON();
  return monthlyBill({ ...settings, resources: Resources });
}

function dollarsOf(lines: readonly BillLine[], what: string): string | undefined {
  return lines.find((line) => line.what === what)?.dollars?.toFixed(2);
}

function sumOf(lines: readonly BillLine[]): string {
  return totalOf(lines).toFixed(2);
}

/** The cells of a row of the table in docs/cost.md that is worked out. */
function documented(row: string): string[] {
  const [, text = ''] = readFileSync(join(REPOSITORY, 'docs/cost.md'), 'utf8').split('## Worked');
  const line = text.split('\n').find((each) => each.startsWith(`| ${row} |`)) ?? '';
  return [...line.matchAll(/\$([\d.]+)/g)].map(([, dollars = '']) => dollars);
}

describe('the bill of 150 tasks in 30 services', () => {
  const [tasks, containers] = ['tasks', 'containers'].map((metrics) =>
    billOf({ ...THIRTY_SERVICES, metrics }),
  ) as [BillLine[], BillLine[]];

  it('is the sum that docs/cost.md works out', () => {
    expect(documented('**sum**').slice(0, 2)).toEqual([sumOf(tasks), sumOf(containers)]);
  });

  it('has the lines that docs/cost.md has', () => {
    const of = (what: string) => [tasks, containers].map((bill) => dollarsOf(bill, what));
    expect(of('metrics of the tasks')).toEqual(documented('metrics').slice(0, 2));
    expect(of('log events that carry them')).toEqual(documented('log ingestion'));
    expect(of('function')).toEqual(documented('function, 512 MB × 2 s').slice(0, 2));
  });

  it('grows with what else is published', () => {
    const detailed = billOf({ ...THIRTY_SERVICES, metrics: 'detailed' });
    expect(dollarsOf(detailed, 'metrics of the tasks')).toBe('180.00');
    expect(detailed[0]?.formula).toBe(
      'services: 30 × (2 of tasks + 2 × 7 of containers + 4 more) = 600, $0.30 each of the first 10,000',
    );
  });
});

describe('the way of the metrics into CloudWatch', () => {
  const EVENTS = 'log events that carry them';
  const REQUESTS = 'requests of PutMetricData that carry them';

  it.each([
    ['logs', '1.89', undefined],
    ['metrics', undefined, '0.44'],
    ['both', '1.89', '0.44'],
  ])('is billed for delivery=%s', (delivery, events, requests) => {
    const bill = billOf({ ...THIRTY_SERVICES, metrics: 'tasks', delivery });
    expect([EVENTS, REQUESTS].map((what) => dollarsOf(bill, what))).toEqual([events, requests]);
    expect(dollarsOf(bill, 'metrics of the tasks')).toBe('18.00');
  });

  it('takes a request for each 1,000 data, one for each metric, in each shard', () => {
    const many = { ...EXISTING, delivery: 'metrics', tasks: 3_000, serviceCount: 600 };
    expect(dollarsOf(billOf(many), REQUESTS)).toBe('0.88');
    expect(dollarsOf(billOf({ ...many, shards: 2 }), REQUESTS)).toBe('1.75');
  });

  it('brings no events through the endpoint of a trial', () => {
    const through = (delivery: string) =>
      billOf({ delivery, metrics: 'detailed' }).map(({ what }) => what);
    expect(through('metrics')).not.toContain(EVENTS);
    expect(through('logs')).toContain(EVENTS);
  });
});

it('metrics past 10,000 cost less', () => {
  const [metrics] = billOf({ ...EXISTING, serviceCount: 130_000, tasks: 1 });
  // 10,000 at $0.30, 240,000 at $0.10, 10,000 at $0.05.
  expect(metrics?.dollars).toBeCloseTo(3_000 + 24_000 + 500);
});

it('a trial is billed by the hour for what it makes', () => {
  const bill = billOf({});
  expect(dollarsOf(bill, 'interface endpoints, by zone')).toBe('14.60');
  const [task] = bill.filter(({ what }) => what.startsWith('Fargate tasks of TrialService'));
  expect(task?.dollars?.toFixed(2)).toBe('7.21');
  const [address] = bill.filter(({ what }) => what.startsWith('public addresses of TrialService'));
  expect(address?.dollars?.toFixed(2)).toBe('3.65');
});

it.each([
  // 10 shards, as docs/scale.md works it out; the workflow, the discovery and 2 × 10 + 2 objects.
  ['auto', { tasks: 10_000 }, '13.23', '0.64', '5.01'],
  // 41 shards and five transitions more.
  ['41', { tasks: 10_000 }, '54.23', '50.37', '19.13'],
])(
  'a collector in shards has a function for each, a workflow and more objects: %s',
  (shards, load, collecting, workflow, state) => {
    const bill = billOf({ ...EXISTING, ...load, shards });
    const [functions] = bill.filter(({ what }) => /^function, \d+ shards$/.test(what));
    expect(functions?.dollars?.toFixed(2)).toBe(collecting);
    expect(dollarsOf(bill, 'function that discovers')).toBe('4.68');
    expect(dollarsOf(bill, 'workflow')).toBe(workflow);
    expect(dollarsOf(bill, 'state in S3')).toBe(state);
  },
);

it('each metric that an alarm calculates with is billed', () => {
  const metric = { MetricStat: { Metric: { MetricName: 'a' } } };
  const schedule = { ScheduleExpression: 'rate(5 minutes)' };
  expect(
    billedOf({
      Schedule: { Type: 'AWS::Scheduler::Schedule', Properties: schedule },
      One: { Type: 'AWS::CloudWatch::Alarm', Properties: { MetricName: 'a' } },
      Sum: {
        Type: 'AWS::CloudWatch::Alarm',
        Properties: { Metrics: [{ Expression: 'a + b' }, metric, metric] },
      },
    }),
  ).toMatchObject({ alarmMetrics: 3, intervalMinutes: 5 });
});

it('a template without a schedule of a collector is refused', () => {
  expect(() => billedOf({})).toThrow('Expected a schedule of whole minutes, got none');
});

it('the collector publishes about itself what is billed', () => {
  const names = new Set<string>();
  const metrics = {
    addMetric: (name: string) => names.add(name),
    addMetadata: () => {},
  } as unknown as Parameters<typeof publishCycle>[1];
  const own = ownMetrics(metrics);
  publishCycle(cycleReport([]), own);
  publishStatus({ unread: [] } as unknown as Parameters<typeof publishStatus>[0], own);
  expect(names.size).toBe(OWN_METRICS);
});
