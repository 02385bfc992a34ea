import { describe, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { defaultDocument } from '../../../lambda/config/native/default.ts';
import type { Config } from '../../../lambda/model/settings/config.ts';
import {
  CONTAINER_CPU_UTILIZATION,
  CONTAINER_MEMORY_UTILIZATION,
  TASK_CPU_UTILIZATION,
  TASK_MEMORY_UTILIZATION,
} from '../../../lambda/model/settings/names.ts';
import { load } from '../loading.ts';

const CLUSTER_ARN = 'arn:aws:ecs:eu-west-1:123456789012:cluster/shop';

describe('the built-in default', () => {
  it('discovers the cluster of the environment and names it in the events', async () => {
    const { source, warnings, clusterName, discovery } = await load({
      env: { FARGAUGE_CLUSTER: CLUSTER_ARN },
    });
    expect({ source, warnings, clusterName, sources: discovery?.sources }).toEqual({
      source: 'built-in default',
      warnings: [],
      clusterName: 'shop',
      sources: [{ clusters: [CLUSTER_ARN], region: 'eu-west-1' }],
    });
  });

  it('finds containers by docker label, and sidecars that only declare their port', async () => {
    const { discovery } = await load({ env: { FARGAUGE_CLUSTER: CLUSTER_ARN } });
    expect(discovery?.dockerLabel).toEqual({
      portLabel: 'ECS_PROMETHEUS_EXPORTER_PORT',
      metricsPathLabel: 'ECS_PROMETHEUS_METRICS_PATH',
      jobNameLabel: 'job',
    });
    expect(discovery?.taskDefinitions).toMatchObject([
      { ports: [9546], jobName: 'fargauge-sidecar' },
    ]);
    const arn = 'arn:aws:ecs:eu-west-1:123456789012:task-definition/any:1';
    expect(discovery?.taskDefinitions[0]?.arnPattern.test(arn)).toBe(true);
  });

  it('has one job, in which the sidecar’s own container_name wins', async () => {
    const { jobs } = await load({ env: { FARGAUGE_CLUSTER: CLUSTER_ARN } });
    expect(jobs).toMatchObject([{ name: 'ecs', discovered: true, honorLabels: true }]);
  });

  it.each([
    [TASK_CPU_UTILIZATION, 'web', ['ClusterName', 'ServiceName']],
    [TASK_MEMORY_UTILIZATION, 'web', ['ClusterName', 'ServiceName']],
    [TASK_CPU_UTILIZATION, '', ['ClusterName', 'TaskDefinitionFamily']],
    [TASK_MEMORY_UTILIZATION, '', ['ClusterName', 'TaskDefinitionFamily']],
    // What the alarms do not need is not paid for.
    [CONTAINER_CPU_UTILIZATION, 'web', undefined],
    [CONTAINER_MEMORY_UTILIZATION, '', undefined],
    ['ee_task_cpu_utilization_percent_more', 'web', undefined],
  ])('publishes %s of service %j under %j, in percent', async (metric, service, dimensions) => {
    const { emf } = await load({ env: { FARGAUGE_CLUSTER: CLUSTER_ARN } });
    expectPublished(emf, metric, service, dimensions);
    expect(emf.namespace).toBe('Fargauge');
  });

  it.each([
    [TASK_CPU_UTILIZATION, 'web', ['ClusterName', 'ServiceName']],
    [CONTAINER_CPU_UTILIZATION, 'web', ['ClusterName', 'ServiceName', 'container_name']],
    [CONTAINER_MEMORY_UTILIZATION, 'web', ['ClusterName', 'ServiceName', 'container_name']],
    [CONTAINER_CPU_UTILIZATION, '', ['ClusterName', 'TaskDefinitionFamily', 'container_name']],
    [CONTAINER_MEMORY_UTILIZATION, '', ['ClusterName', 'TaskDefinitionFamily', 'container_name']],
  ])('publishes with containers %s of service %j under %j', async (metric, service, dimensions) => {
    const FARGAUGE_CONFIG = JSON.stringify(defaultDocument('containers'));
    const { emf } = await load({ env: { FARGAUGE_CLUSTER: CLUSTER_ARN, FARGAUGE_CONFIG } });
    expectPublished(emf, metric, service, dimensions);
  });

  it('writes to the log group of the environment where there is one', async () => {
    const group = async (env: Record<string, string>) =>
      (await load({ env: { FARGAUGE_CLUSTER: 'shop', ...env } })).logs.group;
    expect(await group({})).toBe('/fargauge/{ClusterName}');
    expect(await group({ FARGAUGE_LOG_GROUP: '/mine' })).toBe('/mine');
  });

  it('can be printed and used as a file', async () => {
    const files = { '/copy.yaml': stringify(defaultDocument()) };
    const env = { FARGAUGE_CLUSTER: 'shop' };
    const copy = await load({ config: '/copy.yaml', env, files });
    const original = await load({ env });
    expect(JSON.stringify({ ...copy, source: original.source })).toBe(JSON.stringify(original));
  });
});

function expectPublished(
  emf: Config['emf'],
  metric: string,
  service: string,
  dimensions: readonly string[] | undefined,
): void {
  expect(publishedUnder(emf, metric, service)).toEqual(
    dimensions === undefined ? [] : [dimensions],
  );
  expect(emf.units.get(metric)).toBe(dimensions === undefined ? undefined : 'Percent');
}

/** The dimension sets of the declarations that apply to a metric of a task of `service`. */
function publishedUnder(emf: Config['emf'], metric: string, service: string) {
  return emf.declarations
    .filter(({ matcher, selectors, sourceLabels }) => {
      expect(sourceLabels).toEqual(['ServiceName']);
      return matcher.test(service) && selectors.some((selector) => selector.test(metric));
    })
    .flatMap(({ dimensions }) => dimensions);
}
