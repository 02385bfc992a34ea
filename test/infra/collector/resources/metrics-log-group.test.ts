import { expect, it } from '@jest/globals';
import { Template } from 'aws-cdk-lib/assertions';
import { CollectorAlarms } from '../../../../infra/alarms/collector.ts';
import {
  CollectorConfiguration,
  type OutputInput,
} from '../../../../infra/configuration/configuration.ts';
import { CollectorDashboard } from '../../../../infra/dashboards/collector.ts';
import { collectorStack } from '../../template.ts';

const REMOTE_WRITE: OutputInput = {
  type: 'remote_write',
  url: 'https://prometheus.example/api/v1/write',
};
const OTLP: OutputInput = { type: 'otlp', endpoint: 'cloudwatch' };
const AS_A_ROLE: OutputInput = {
  type: 'cloudwatch-logs',
  role_arn: 'arn:aws:iam::444455556666:role/writer',
};

/** A collector, its alarms and its dashboard, where samples go to these outputs. */
function deployed(outputs: readonly OutputInput[], log_group_name?: string) {
  const configuration = CollectorConfiguration.taskMetrics().withOutputs(...outputs);
  const { stack, collector } = collectorStack({
    configuration:
      log_group_name === undefined
        ? configuration
        : CollectorConfiguration.of({ log_group_name, outputs: [...outputs] }),
  });
  new CollectorAlarms(stack, 'Alarms', { collector });
  const services = [{ clusterName: 'prod', serviceName: 'checkout' }];
  new CollectorDashboard(stack, 'Dashboard', { collector, services });
  return { collector, template: Template.fromStack(stack) };
}

it.each<[string, OutputInput[], string | undefined]>([
  ['remote write', [REMOTE_WRITE], undefined],
  ['OTLP', [OTLP], undefined],
  ['both', [REMOTE_WRITE, OTLP], undefined],
  ['a group of another account', [AS_A_ROLE], '/central/metrics'],
])(
  'no group is made, allowed or looked at for events that go nowhere but to %s',
  (_, outputs, group) => {
    const { collector, template } = deployed(outputs, group);
    expect(collector.metricsLogGroup).toBeUndefined();
    expect(Object.keys(template.findResources('AWS::Logs::LogGroup'))).toEqual([
      expect.stringMatching(/^CollectorLogGroup/),
    ]);
    const text = JSON.stringify(template.toJSON());
    expect(text).not.toContain('FARGAUGE_LOG_GROUP');
    expect(text).not.toContain('MetricsLogGroup');
    expect(text).not.toContain('Worst tasks');
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmDescription: 'CloudWatch extracts no metrics from events that the collector delivered',
    });
  },
);

it('the function’s own log is looked at where the events are printed', () => {
  const { collector, template } = deployed([{ type: 'stdout' }, REMOTE_WRITE]);
  expect(collector.metricsLogGroup).toBe(collector.logGroup);
  template.resourceCountIs('AWS::Logs::LogGroup', 1);
  expect(JSON.stringify(template.findResources('AWS::CloudWatch::Dashboard'))).toMatch(
    /SOURCE '.{0,20}"Ref":"CollectorLogGroup/,
  );
});

it.each<[string, OutputInput[]]>([
  ['beside remote write', [{ type: 'cloudwatch-logs' }, REMOTE_WRITE]],
  // Its name is taken in the other account.
  ['as a role that is told no other', [AS_A_ROLE]],
])('a group is made for events %s', (_, outputs) => {
  const { collector, template } = deployed(outputs);
  expect(collector.metricsLogGroup).toBeDefined();
  template.resourceCountIs('AWS::Logs::LogGroup', 2);
});
