import { expect, it } from '@jest/globals';
import { MetricsDelivery } from '../../../infra/configuration/metrics-delivery.ts';
import { describeBill } from '../../../infra/price/describe-bill.ts';
import { loadOf } from '../../../infra/price/load.ts';
import { monthlyBill } from '../../../infra/price/monthly-bill.ts';

const RESOURCES = {
  Schedule: {
    Type: 'AWS::Scheduler::Schedule',
    Properties: { ScheduleExpression: 'rate(1 minute)' },
  },
  Function: {
    Type: 'AWS::Lambda::Function',
    Properties: { Handler: 'index.handler', MemorySize: 512 },
  },
  Alarm: { Type: 'AWS::CloudWatch::Alarm', Properties: { MetricName: 'a' } },
};

it('the text has each line with its formula, and the sum', () => {
  const load = loadOf({ services: 30, tasks: 150, containersPerTask: 7, serviceCount: 30 });
  const deployment = { resources: RESOURCES, load, metrics: 'tasks' } as const;
  const text = describeBill(deployment);
  const rows = text.split('\n').map((row) => row.trim().split(/ {2,}/));
  for (const { what, formula, dollars } of monthlyBill(deployment)) {
    expect(rows).toContainEqual([`$${dollars?.toFixed(2)}`, what, formula]);
  }
  expect(text).toContain('     $21.41  in all\n');
  expect(text).not.toContain('Assumed');
});

it('it says what was assumed, and how to say otherwise', () => {
  const text = describeBill({
    resources: RESOURCES,
    load: loadOf({ services: 2 }),
    metrics: 'tasks',
  });
  expect(text).toContain(
    'Assumed: 2 services (-c serviceCount=… says otherwise), 10 tasks (-c tasks=… says otherwise), 2 containers in each, the sidecar included (-c containersPerTask=… says otherwise).\n',
  );
});

it('it says what the other choices cost in all', () => {
  const load = loadOf({ services: 30, tasks: 150, containersPerTask: 7, serviceCount: 30 });
  expect(describeBill({ resources: RESOURCES, load, metrics: 'containers' })).toContain(
    'With other metrics in all, -c metrics=tasks: $21.41; -c metrics=detailed: $198.17.\n',
  );
});

it('it says that nobody counts what the rules of a document publish', () => {
  const text = describeBill({ resources: RESOURCES, load: loadOf({ services: 1 }) });
  expect(text).toContain('Not counted: the metrics that the rules of the configuration publish.');
  expect(text).not.toContain('metrics of the tasks');
  expect(text).not.toContain('Assumed');
});

it.each([
  [{}, true],
  [{ Vpc: { Type: 'AWS::EC2::VPC' } }, false],
])('it names the way through a network that is there: %j', (more, isThere) => {
  const load = loadOf({ services: 30, tasks: 150, serviceCount: 30, containersPerTask: 7 });
  const text = describeBill({ resources: { ...RESOURCES, ...more }, load, metrics: 'tasks' });
  expect(text.includes('$0.04 through an endpoint or $0.17 through a NAT gateway')).toBe(isThere);
});

it('without log events it names no way of theirs', () => {
  const load = loadOf({ services: 30, tasks: 150, serviceCount: 30, containersPerTask: 7 });
  const deployment = { resources: RESOURCES, load, metrics: 'containers' } as const;
  const text = describeBill({ ...deployment, delivery: MetricsDelivery.METRICS });
  expect(text).not.toContain('log events');
  // The other choices are delivered in the same way.
  expect(text).toContain('-c metrics=tasks: $19.96;');
});
