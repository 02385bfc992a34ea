import { describe, expect, it } from '@jest/globals';
import { CLUSTER, load, loadAgent, loadNative } from './loading.ts';

const ARN = 'arn:aws:ecs:eu-west-1:123456789012:cluster/other';
const DISCOVERY = { docker_label: {} };
const ECS_GROUP = '/aws/ecs/containerinsights/{ClusterName}/prometheus';

describe('the label ClusterName', () => {
  it.each<[string, object, Record<string, string>, string | undefined]>([
    ['cluster_name first', { cluster_name: 'a' }, { FARGAUGE_CLUSTER: 'b' }, 'a'],
    ['then the environment', {}, { FARGAUGE_CLUSTER: 'b' }, 'b'],
    ['an ARN there by its name', {}, { FARGAUGE_CLUSTER: ARN }, 'other'],
    ['an empty cluster_name as none', { cluster_name: '' }, { FARGAUGE_CLUSTER: 'b' }, 'b'],
    [
      'then the cluster that is discovered',
      { ecs_service_discovery: { ...DISCOVERY, sd_target_cluster: ARN } },
      {},
      'other',
    ],
    ['none outside of ECS', {}, {}, undefined],
  ])('takes %s', async (_, document, env, expected) => {
    const { clusterName } = await load({
      env: { ...env, FARGAUGE_CONFIG: JSON.stringify(document) },
    });
    expect(clusterName).toBe(expected);
  });
});

describe('the cluster that is discovered', () => {
  it.each<[string, object, Record<string, string>, string]>([
    [
      'sd_target_cluster first, as it is',
      { cluster_name: 'a', ecs_service_discovery: { ...DISCOVERY, sd_target_cluster: ARN } },
      { FARGAUGE_CLUSTER: 'b' },
      ARN,
    ],
    [
      'then the environment, as it is',
      { cluster_name: 'a', ecs_service_discovery: DISCOVERY },
      { FARGAUGE_CLUSTER: ARN },
      ARN,
    ],
    ['then cluster_name', { cluster_name: 'a', ecs_service_discovery: DISCOVERY }, {}, 'a'],
  ])('is %s', async (_, document, env, expected) => {
    const { discovery } = await load({
      env: { ...env, FARGAUGE_CONFIG: JSON.stringify(document) },
    });
    expect(discovery?.sources.map(({ clusters }) => clusters)).toEqual([[expected]]);
  });
});

describe('defaults that depend on ECS', () => {
  it('are the agent’s of ECS where a cluster is known', async () => {
    const { logs, emf } = await loadAgent({});
    expect([logs.group, emf.namespace]).toEqual([ECS_GROUP, 'ECS/ContainerInsights/Prometheus']);
  });

  it('are the agent’s of a server where none is', async () => {
    const { logs, emf } = await load({ env: { FARGAUGE_CONFIG: '{}' } });
    expect([logs.group, emf.namespace]).toEqual(['/fargauge', 'CWAgent/Prometheus']);
  });
});

describe('the log group', () => {
  it.each<[string, object, Record<string, string>, string]>([
    [
      'log_group_name first',
      { log_group_name: '/a/{JobName}' },
      { FARGAUGE_LOG_GROUP: '/b' },
      '/a/{JobName}',
    ],
    ['then the environment', {}, { FARGAUGE_LOG_GROUP: '/b' }, '/b'],
    ['an empty log_group_name as none', { log_group_name: '' }, { FARGAUGE_LOG_GROUP: '/b' }, '/b'],
  ])('takes %s', async (_, document, env, expected) => {
    const { logs } = await load({ env: { ...env, FARGAUGE_CONFIG: JSON.stringify(document) } });
    expect(logs.group).toBe(expected);
  });
});

describe('region and endpoint', () => {
  const prometheus = { ecs_service_discovery: DISCOVERY, log_group_name: 'a' };
  const agent = (agentKeys: object, logs: object, section: object = {}) =>
    load({
      env: {
        FARGAUGE_CLUSTER: CLUSTER,
        PROMETHEUS_CONFIG_CONTENT: '{}',
        CW_CONFIG_CONTENT: JSON.stringify({
          agent: agentKeys,
          logs: {
            ...logs,
            metrics_collected: {
              prometheus: { ...prometheus, ecs_service_discovery: { ...DISCOVERY, ...section } },
            },
          },
        }),
      },
    });

  it('of the agent are for CloudWatch Logs and for discovery', async () => {
    const { logs, discovery } = await agent({ region: 'eu-west-1' }, {});
    expect([logs.region, discovery?.sources[0]?.region]).toEqual(['eu-west-1', 'eu-west-1']);
  });

  it('of discovery can be another', async () => {
    const { logs, discovery } = await agent(
      { region: 'eu-west-1' },
      {},
      { sd_cluster_region: 'us-east-1' },
    );
    expect([logs.region, discovery?.sources[0]?.region]).toEqual(['eu-west-1', 'us-east-1']);
  });

  it.each([
    [
      'vpce-1.logs.eu-west-1.vpce.amazonaws.com',
      'https://vpce-1.logs.eu-west-1.vpce.amazonaws.com',
    ],
    ['http://127.0.0.1:4566', 'http://127.0.0.1:4566'],
  ])('as an endpoint %s means %s', async (endpoint, expected) => {
    expect((await agent({}, { endpoint_override: endpoint })).logs.endpoint).toBe(expected);
  });

  it('of a native document are at its top', async () => {
    const { logs } = await loadNative({
      region: 'eu-west-1',
      endpoint_override: 'http://127.0.0.1:1',
    });
    expect(logs).toMatchObject({ region: 'eu-west-1', endpoint: 'http://127.0.0.1:1' });
  });
});
