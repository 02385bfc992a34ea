import { describe, expect, it } from '@jest/globals';
import { Match, Template } from 'aws-cdk-lib/assertions';
import {
  FargateService,
  FargateTaskDefinition,
  type IBaseService,
  type ICluster,
} from 'aws-cdk-lib/aws-ecs';
import { App, Stack } from 'aws-cdk-lib/core';
import { PromQLServiceAlarms } from '../../../infra/alarms/promql-service.ts';
import { ServiceAlarms } from '../../../infra/alarms/service.ts';
import { type WatchedService, watchedService } from '../../../infra/alarms/watched-service.ts';
import { CollectorConfiguration } from '../../../infra/configuration/configuration.ts';
import { CollectorDashboard } from '../../../infra/dashboards/collector.ts';
import { PromQLDashboard } from '../../../infra/dashboards/promql.ts';
import { taskCpuUtilization, taskMemoryUtilization } from '../../../infra/metrics/task.ts';
import { collectorStack, IMAGE, placeIn } from '../template.ts';

const OVER_OTLP = CollectorConfiguration.builtIn().withOutputs({
  type: 'otlp',
  endpoint: 'cloudwatch',
});

/** A service of the cluster `prod` that exists. */
function existing(stack: Stack): IBaseService {
  return FargateService.fromFargateServiceAttributes(stack, 'Service', {
    serviceName: 'checkout',
    cluster: placeIn(stack, 'Place').cluster,
  });
}

describe('an alarm on a service', () => {
  it('finds the names of one that exists', () => {
    const stack = new Stack(new App(), 'Stack');
    new ServiceAlarms(stack, 'Alarms', { service: existing(stack) }).taskCpuAlarm();
    Template.fromStack(stack).hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmDescription: 'A task of checkout uses more than 80 % of its CPU limit',
      Dimensions: [
        { Name: 'ClusterName', Value: 'prod' },
        { Name: 'ServiceName', Value: 'checkout' },
      ],
    });
  });

  it('follows one that is made with it', () => {
    // GIVEN
    const stack = new Stack(new App(), 'Stack');
    const taskDefinition = new FargateTaskDefinition(stack, 'Task');
    taskDefinition.addContainer('app', { image: IMAGE });
    const cluster: ICluster = placeIn(stack, 'Place').cluster;
    const service = new FargateService(stack, 'Service', { cluster, taskDefinition });

    // WHEN
    new ServiceAlarms(stack, 'Alarms', { service: service as IBaseService }).taskCpuAlarm();

    // THEN
    const name = { 'Fn::GetAtt': [Match.stringLikeRegexp('^Service'), 'Name'] };
    Template.fromStack(stack).hasResourceProperties('AWS::CloudWatch::Alarm', {
      Dimensions: [
        { Name: 'ClusterName', Value: 'prod' },
        { Name: 'ServiceName', Value: name },
      ],
    });
  });

  it('is refused where the collector does not collect the cluster of it', () => {
    const { stack, collector } = collectorStack({
      configuration: CollectorConfiguration.builtIn(),
    });
    const service = {
      serviceName: 'checkout',
      cluster: { clusterName: 'test' },
    } as IBaseService;
    expect(() => new ServiceAlarms(stack, 'Alarms', { service, collector })).toThrow(
      new Error(
        '[Stack/Alarms] Expected `clusterName` to be a cluster that Stack/Collector collects, which are prod, got test',
      ),
    );
  });

  it('by PromQL asks for its names', () => {
    const stack = new Stack(new App(), 'Stack');
    const props = { service: existing(stack), configuration: OVER_OTLP };
    new PromQLServiceAlarms(stack, 'Alarms', props).taskCpuAlarm();
    const [alarm] = Object.values(
      Template.fromStack(stack).findResources('AWS::CloudWatch::Alarm'),
    );
    expect(JSON.stringify(alarm?.Properties)).toMatch(/prod.*checkout/);
  });

  it.each<[given: WatchedService, got: string]>([
    [{}, 'none of them'],
    [{ clusterName: 'prod' }, '`clusterName`'],
    [{ serviceName: 'checkout' }, '`serviceName`'],
    [
      { service: {} as IBaseService, clusterName: 'prod', serviceName: 'checkout' },
      '`service` and `clusterName` and `serviceName`',
    ],
  ])('is refused where %j says of which', (given, got) => {
    expect(() => watchedService('Stack/Alarms', given)).toThrow(
      new Error(
        `[Stack/Alarms] Expected \`service\`, or \`clusterName\` and \`serviceName\`, got ${got}`,
      ),
    );
  });
});

describe('a dashboard', () => {
  it('shows a service as it shows one by its names', () => {
    const bodies = (['service', 'names'] as const).map((by) => {
      const { stack, collector } = collectorStack();
      const service = existing(stack);
      const names = { clusterName: 'prod', serviceName: 'checkout' };
      new CollectorDashboard(stack, 'Dashboard', {
        collector,
        services: [by === 'service' ? service : names],
      });
      const template = Template.fromStack(stack);
      return template.findResources('AWS::CloudWatch::Dashboard');
    });
    expect(bodies[0]).toEqual(bodies[1]);
  });

  it('by PromQL shows a service, too', () => {
    const { stack, collector } = collectorStack({ configuration: OVER_OTLP });
    new PromQLDashboard(stack, 'Dashboard', { collector, services: [existing(stack)] });
    const found = Template.fromStack(stack).findResources('AWS::CloudWatch::Dashboard');
    expect(JSON.stringify(found)).toContain('checkout');
  });
});

it.each([
  ['taskCpuUtilization', taskCpuUtilization],
  ['taskMemoryUtilization', taskMemoryUtilization],
])('%s is a metric of a service', (_, metric) => {
  const service = existing(new Stack(new App(), 'Stack'));
  expect(metric(service).dimensions).toEqual({ ClusterName: 'prod', ServiceName: 'checkout' });
});
