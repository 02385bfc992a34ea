import { expect, it } from '@jest/globals';
import { Template } from 'aws-cdk-lib/assertions';
import { CollectorAlarms } from '../../infra/alarms/collector.ts';
import { Shards } from '../../infra/collector/shards/shards.ts';
import { CollectorDashboard } from '../../infra/dashboards/collector.ts';
import { OWN_METRICS } from '../../infra/price/monthly-bill.ts';
import {
  COLLECTOR_NAMESPACE,
  ENV,
  FAULT_METRICS,
  READ_METRICS,
} from '../../lambda/model/settings/names.ts';
import { ownMetrics } from '../../lambda/report/own-metrics.ts';
import { collectorStack } from './template.ts';

/** Names of the collector's metrics about itself in alarms and widgets. */
function readBy(template: Template): readonly string[] {
  const text = JSON.stringify(template.toJSON()).replaceAll('\\"', '"').replaceAll('\\"', '"');
  const inWidgets = text.matchAll(new RegExp(`\\["${COLLECTOR_NAMESPACE}","(\\w+)"`, 'g'));
  const inAlarms = Object.values(template.findResources('AWS::CloudWatch::Alarm')).flatMap(
    ({ Properties }) =>
      Properties.Namespace === COLLECTOR_NAMESPACE ? [Properties.MetricName as string] : [],
  );
  return [...new Set([...Array.from(inWidgets, ([, name = '']) => name), ...inAlarms])].sort();
}

it('are published that alarms and widgets of the templates read, and no others', () => {
  const { stack, collector } = collectorStack({ shards: Shards.fixed(2) });
  new CollectorAlarms(stack, 'Alarms', { collector });
  const services = [{ clusterName: 'prod', serviceName: 'checkout' }];
  new CollectorDashboard(stack, 'Dashboard', { collector, services });
  expect(readBy(Template.fromStack(stack))).toEqual([...READ_METRICS].sort());
  // Without faults there is only the duration of a cycle.
  expect(OWN_METRICS).toBe(READ_METRICS.length - FAULT_METRICS.length);
  // Nothing is asked for beyond it, so faults of 0 are not published.
  const functions = Object.values(
    Template.fromStack(stack).findResources('AWS::Lambda::Function'),
  ).map(({ Properties }) => Properties.Environment?.Variables ?? {});
  expect(functions.flatMap((variables) => variables[ENV.ownMetrics] ?? [])).toEqual([]);
});

it('are published that an app reads beside them', () => {
  const { stack, collector } = collectorStack({});
  collector.metricSamplesDropped();
  // An alarm of the app may miss a value, so the metric has one in each cycle.
  collector.metricTargetsDown();
  collector.faults((each) => each.metricStateFailures());
  Template.fromStack(stack).hasResourceProperties('AWS::Lambda::Function', {
    Environment: { Variables: { FARGAUGE_OWN_METRICS: 'SamplesDropped,TargetsDown' } },
  });
});

/** What becomes of a metric. */
function told(
  named: string,
  isDivided: boolean,
  metrics: readonly [name: string, value: number][],
) {
  const calls: unknown[][] = [];
  const own = ownMetrics(
    {
      addMetric: (...given: unknown[]) => calls.push(['metric', given[0], given[2]]),
      addMetadata: (...given: unknown[]) => calls.push(['field', ...given]),
    } as never,
    named,
    isDivided,
  );
  for (const [name, value] of metrics) own.addMetric(name, 'Count', value);
  return calls;
}

it('are numbers in the same log event where nobody reads them', () => {
  expect(
    told('SamplesDropped, Other', false, [
      ['CycleDuration', 0],
      ['SamplesDropped', 2],
      ['TargetsUp', 3],
    ]),
  ).toEqual([
    ['metric', 'CycleDuration', 0],
    ['metric', 'SamplesDropped', 2],
    ['field', 'TargetsUp', 3],
  ]);
});

it.each(FAULT_METRICS)('are numbers in the log where there is no fault: %s', (name) => {
  const values: [string, number][] = [
    [name, 0],
    [name, 1],
  ];
  expect(told('', false, values)).toEqual([
    ['field', name, 0],
    ['metric', name, 1],
  ]);
  expect(told(name, false, values)).toEqual([
    ['metric', name, 0],
    ['metric', name, 1],
  ]);
});

it('tell of each shard that it publishes something, because the alarm reads the least of all', () => {
  expect(told('', true, [['NothingPublished', 0]])).toEqual([['metric', 'NothingPublished', 0]]);
});
