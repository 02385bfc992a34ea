import { describe, expect, it } from '@jest/globals';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { CollectorAlarms } from '../../../infra/alarms/collector.ts';
import { ServiceAlarms } from '../../../infra/alarms/service.ts';
import {
  CollectorConfiguration,
  type OutputInput,
} from '../../../infra/configuration/configuration.ts';
import { MetricsDelivery } from '../../../infra/configuration/metrics-delivery.ts';
import { CollectorDashboard } from '../../../infra/dashboards/collector.ts';
import { collectorStack } from '../template.ts';

const { LOGS, METRICS, BOTH } = MetricsDelivery;
const SERVICE = { clusterName: 'prod', serviceName: 'checkout' };

/** A collector that delivers so, with alarms and a dashboard. */
function deployed(delivery: MetricsDelivery) {
  const { stack, collector } = collectorStack({ delivery });
  new CollectorAlarms(stack, 'Alarms', { collector });
  new ServiceAlarms(stack, 'ServiceAlarms', { ...SERVICE, collector }).taskCpuAlarm();
  new CollectorDashboard(stack, 'Dashboard', { collector, services: [SERVICE] });
  const template = Template.fromStack(stack);
  return { stack, collector, template, text: JSON.stringify(template.toJSON()) };
}

const PUT = {
  PolicyDocument: {
    Statement: Match.arrayWith([Match.objectLike({ Action: 'cloudwatch:PutMetricData' })]),
  },
};

describe.each([
  ['logs', LOGS, { events: true, metrics: false }],
  ['metrics', METRICS, { events: false, metrics: true }],
  ['both', BOTH, { events: true, metrics: true }],
])('a delivery by %s', (_, delivery, { events, metrics }) => {
  const { stack, collector, template, text } = deployed(delivery);

  it('has the permissions that it needs, and no others', () => {
    template.resourcePropertiesCountIs('AWS::IAM::Policy', PUT, metrics ? 1 : 0);
    expect(text.includes('CollectorMetricsLogGroup')).toBe(events);
    expect(collector.metricsLogGroup !== undefined).toBe(events);
  });

  it('warns where CloudWatch would add up each value twice', () => {
    const annotations = Annotations.fromStack(stack);
    const found = annotations.findWarning('*', Match.stringLikeRegexp('Sum and SampleCount'));
    expect(found).toHaveLength(events && metrics ? 1 : 0);
  });

  it('may write to the namespaces of its rules alone', () => {
    const condition = { StringEquals: { 'cloudwatch:namespace': ['Fargauge'] } };
    expect(text.includes(JSON.stringify(condition))).toBe(metrics);
  });

  it('has its alarms, and a dashboard that shows the worst tasks where there are events', () => {
    expect(text).toContain('ee_task_cpu_utilization_percent');
    expect(text.includes('Worst tasks of checkout now')).toBe(events);
    expect(text.includes('There is no table of the worst tasks')).toBe(!events);
  });
});

it('limits the permission to the namespaces of a configuration’s own rules', () => {
  const rule = (metric_namespace?: string) => ({
    source_labels: ['job'],
    metric_selectors: ['.'],
    dimensions: [['job']],
    ...(metric_namespace && { metric_namespace }),
  });
  const configuration = CollectorConfiguration.of({
    emf_processor: { metric_namespace: 'Shop', metric_declaration: [rule(), rule('Other')] },
    scrape_configs: [{ job_name: 'app', static_configs: [{ targets: ['10.0.0.1:80'] }] }],
  });
  const { stack } = collectorStack({ configuration, delivery: METRICS });
  expect(JSON.stringify(Template.fromStack(stack).toJSON())).toContain(
    '{"StringEquals":{"cloudwatch:namespace":["Shop","Other"]}}',
  );
});

it('has no permission without a rule, which could publish nothing', () => {
  const configuration = CollectorConfiguration.of({
    scrape_configs: [{ job_name: 'app', static_configs: [{ targets: ['10.0.0.1:80'] }] }],
  });
  const { stack } = collectorStack({ configuration, delivery: METRICS });
  Template.fromStack(stack).resourcePropertiesCountIs('AWS::IAM::Policy', PUT, 0);
});

it('does not limit the permission beside metrics over OTLP, which have no namespace', () => {
  const outputs: OutputInput[] = [
    { type: 'cloudwatch_metrics' },
    { type: 'otlp', endpoint: 'cloudwatch' },
  ];
  const configuration = CollectorConfiguration.builtIn().withOutputs(...outputs);
  const template = Template.fromStack(collectorStack({ configuration }).stack);
  template.resourcePropertiesCountIs('AWS::IAM::Policy', PUT, 1);
  expect(JSON.stringify(template.toJSON())).not.toContain('cloudwatch:namespace');
});

it('is refused beside outputs of the configuration', () => {
  const configuration = CollectorConfiguration.builtIn().withOutputs({ type: 'stdout' });
  expect(() => collectorStack({ configuration, delivery: METRICS })).toThrow(
    'Expected no `delivery` beside a `configuration` with `outputs`: name cloudwatch-logs or cloudwatch_metrics there',
  );
});
