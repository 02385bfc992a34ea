import { expect, it } from '@jest/globals';
import { Template } from 'aws-cdk-lib/assertions';
import { CollectorAlarms } from '../../infra/alarms/collector.ts';
import { Shards } from '../../infra/collector/shards/shards.ts';
import { CollectorDashboard } from '../../infra/dashboards/collector.ts';
import { OWN_METRICS } from '../../infra/price/monthly-bill.ts';
import { COLLECTOR_NAMESPACE, READ_METRICS } from '../../lambda/model/settings/names.ts';
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
  // One is of shards alone, another of a metric budget.
  expect(OWN_METRICS).toBe(READ_METRICS.length - 2);
});

it('are published that an app reads beside them', () => {
  const { stack, collector } = collectorStack({});
  collector.metricSamplesDropped();
  collector.metricTargetsUp();
  Template.fromStack(stack).hasResourceProperties('AWS::Lambda::Function', {
    Environment: { Variables: { FARGAUGE_OWN_METRICS: 'SamplesDropped,TargetsUp' } },
  });
});

it('are numbers in the same log event where nobody reads them', () => {
  const told: unknown[][] = [];
  const metrics = {
    addMetric: (...given: unknown[]) => told.push(['metric', ...given.slice(0, 3)]),
    addMetadata: (...given: unknown[]) => told.push(['field', ...given]),
  };
  const own = ownMetrics(metrics as never, 'SamplesDropped, Other');
  own.addMetric('TargetsUp', 'Count', 1);
  own.addMetric('SamplesDropped', 'Count', 2);
  own.addMetric('SamplesScraped', 'Count', 3);
  own.addMetadata('reasons', '{}');
  expect(told).toEqual([
    ['metric', 'TargetsUp', 'Count', 1],
    ['metric', 'SamplesDropped', 'Count', 2],
    ['field', 'SamplesScraped', 3],
    ['field', 'reasons', '{}'],
  ]);
});
