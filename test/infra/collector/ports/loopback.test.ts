import { describe, expect, it } from '@jest/globals';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { FargateService, FargateTaskDefinition } from 'aws-cdk-lib/aws-ecs';
import type { Stack } from 'aws-cdk-lib/core';
import { CollectorConfiguration } from '../../../../infra/configuration/configuration.ts';
import type { LoopbackTarget } from '../../../../infra/props/loopback-target.ts';
import { TaskSidecar } from '../../../../infra/sidecar/sidecar.ts';
import { collectorStack, IMAGE, placeIn } from '../../template.ts';

function warningsIn(stack: Stack): readonly string[] {
  return Annotations.fromStack(stack)
    .findWarning('/Stack/Collector', Match.anyValue())
    .map(({ entry }) => String(entry.data));
}

describe('a static target on loopback, of a CloudWatch Agent in each task', () => {
  const warningsOf = (job: string) =>
    warningsIn(
      collectorStack({ configuration: CollectorConfiguration.native(`scrape_configs: [${job}]`) })
        .stack,
    );

  it.each(['localhost:9404', '127.0.0.1:9404', '[::1]:9404'])('%s is warned of', (target) => {
    const job = `{job_name: jmx, metrics_path: /jmx, static_configs: [{targets: ['${target}']}]}`;
    expect(warningsOf(job)).toEqual([
      `[Stack/Collector] The job jmx has the target ${target}, where a Lambda function reaches only itself: give it to the sidecar of its task, as in TaskSidecar.addToTaskDefinition(taskDefinition, { targets: [{ name: 'app', url: 'http://${target}/jmx', container }] }) [ack: fargauge:loopbackTargets]`,
    ]);
  });

  it('is none where relabeling makes another address of it', () => {
    const job =
      "{job_name: probe, static_configs: [{targets: ['localhost:9404']}], relabel_configs: [{target_label: __address__, replacement: 'probe.internal:9115'}]}";
    expect(warningsOf(job)).toEqual([]);
  });
});

describe('a target of the sidecar', () => {
  const METRICS = `
emf_processor: {metric_declaration: [{source_labels: [job], label_matcher: '^app$', metric_selectors: ['^up$'], dimensions: [[job]]}]}
`;
  const BY_LABEL = `
ecs_service_discovery: {docker_label: {}}
scrape_configs: [{job_name: ecs, ecs_discovered: true}]
${METRICS}`;
  const byPath = (path: string) => `
ecs_service_discovery:
  task_definition_list: [{sd_task_definition_arn_pattern: '.*', sd_metrics_ports: '9546', sd_metrics_path: ${path}}]
scrape_configs: [{job_name: ecs, ecs_discovered: true}]
${METRICS}`;

  function warningsOf(configuration: string, isLabelled: boolean): readonly string[] {
    const { stack, collector } = collectorStack({
      configuration: CollectorConfiguration.native(configuration),
    });
    const taskDefinition = new FargateTaskDefinition(stack, 'Task');
    const container = taskDefinition.addContainer('app', { image: IMAGE });
    const target: LoopbackTarget = { name: 'app', url: 'http://localhost:8080/metrics' };
    TaskSidecar.addToTaskDefinition(taskDefinition, {
      image: IMAGE,
      targets: [isLabelled ? { ...target, container } : target],
    });
    const { cluster } = placeIn(stack, 'Place');
    collector.collectFrom(new FargateService(stack, 'Service', { cluster, taskDefinition }));
    return warningsIn(stack);
  }

  const MESSAGE =
    '[Stack/Collector] The configuration does not find the target "app" of the sidecar in Stack/Task: give the target its `container` and the configuration `docker_label: {}`, or name the path /metrics/app in `sd_metrics_path` [ack: fargauge:undiscoveredTarget-app]';

  it.each<[name: string, configuration: string, isLabelled: boolean, warnings: readonly string[]]>([
    ['that a docker label leads to', BY_LABEL, true, []],
    ['without a container', BY_LABEL, false, [MESSAGE]],
    ['with a label that nobody reads', byPath('/metrics'), true, [MESSAGE]],
    ['whose path is named', byPath('/metrics/app'), false, []],
  ])('%s', (_, configuration, isLabelled, warnings) => {
    expect(warningsOf(configuration, isLabelled)).toEqual(warnings);
  });
});
