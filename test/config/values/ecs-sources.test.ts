import { describe, expect, it } from '@jest/globals';
import { load, loadNative, messagesOf } from '../loading.ts';

const ARN = 'arn:aws:ecs:eu-west-1:123456789012:cluster';
const ROLE = 'arn:aws:iam::210987654321:role/path/reader';
const CLUSTER = 'the name or ARN of a cluster, or a pattern of one such as "prod-*"';
const TEXT = 'a string that is not empty';
const SECTION = 'ecs_service_discovery';

const document = (section: object, more: object = {}) => ({
  ...more,
  ecs_service_discovery: { docker_label: {}, ...section },
});
const discovery = async (section: object, more: object = {}, env: Record<string, string> = {}) => {
  const text = JSON.stringify(document(section, more));
  return (await load({ env: { ...env, FARGAUGE_CONFIG: text } })).discovery;
};

describe('where to look for tasks', () => {
  it.each<[string, object, object, object[]]>([
    [
      'one cluster',
      { sd_target_cluster: 'shop', sd_cluster_region: 'us-east-1' },
      { region: 'eu-west-1' },
      [{ clusters: ['shop'], region: 'us-east-1' }],
    ],
    [
      'a list of names, ARNs and patterns, each once',
      { sd_target_cluster: ['shop', 'prod-*', 'shop'] },
      { region: 'eu-west-1' },
      [{ clusters: ['shop', 'prod-*'], region: 'eu-west-1' }],
    ],
    [
      'an ARN, in the Region that it names',
      { sd_target_cluster: `${ARN}/shop` },
      { region: 'us-east-1' },
      [{ clusters: [`${ARN}/shop`], region: 'eu-west-1' }],
    ],
    [
      'several Regions, one source for each',
      { sd_target_cluster: ['a', `${ARN}/b`, 'c'] },
      { region: 'us-east-1' },
      [
        { clusters: ['a', 'c'], region: 'us-east-1' },
        { clusters: [`${ARN}/b`], region: 'eu-west-1' },
      ],
    ],
    [
      'no Region at all',
      { sd_target_cluster: 'shop' },
      {},
      [{ clusters: ['shop'], region: undefined }],
    ],
    [
      'other accounts, beside the own one',
      {
        sd_target_cluster: 'own',
        sd_targets: [
          { clusters: ['*'], role_arn: ROLE, external_id: 'x-1' },
          { clusters: ['b'], region: 'eu-west-1', role_arn: ROLE, external_id: 'x-1' },
          { clusters: ['c'], role_arn: ROLE },
        ],
      },
      { region: 'us-east-1' },
      [
        { clusters: ['own'], region: 'us-east-1', role: undefined },
        { clusters: ['*'], region: 'us-east-1', role: { arn: ROLE, externalId: 'x-1' } },
        { clusters: ['b'], region: 'eu-west-1', role: { arn: ROLE, externalId: 'x-1' } },
        { clusters: ['c'], region: 'us-east-1', role: { arn: ROLE, externalId: undefined } },
      ],
    ],
    [
      'sd_targets alone',
      { sd_targets: [{ clusters: ['far'], region: 'eu-west-1' }] },
      {},
      [{ clusters: ['far'], region: 'eu-west-1' }],
    ],
  ])('is %s', async (_, section, more, sources) => {
    expect((await discovery(section, more))?.sources).toEqual(sources);
  });

  it('is the cluster of the environment only where nothing else is named', async () => {
    const env = { FARGAUGE_CLUSTER: 'env-*' };
    expect((await discovery({}, {}, env))?.sources).toMatchObject([{ clusters: ['env-*'] }]);
    const section = { sd_targets: [{ clusters: ['far'] }] };
    expect((await discovery(section, {}, env))?.sources).toMatchObject([{ clusters: ['far'] }]);
  });
});

describe('the label ClusterName', () => {
  it.each<[boolean, object]>([
    [false, { sd_target_cluster: 'shop' }],
    [false, { sd_target_cluster: ['shop'] }],
    [false, { sd_targets: [{ clusters: ['shop'] }] }],
    [true, { sd_target_cluster: 'shop-*' }],
    [true, { sd_target_cluster: ['a', 'b'] }],
    [true, { sd_target_cluster: 'a', sd_targets: [{ clusters: ['b'] }] }],
  ])('is one of each target: %s for %j', async (expected, section) => {
    expect((await discovery(section))?.labelsCluster).toBe(expected);
  });

  it.each<[string | undefined, object, Record<string, string>]>([
    ['shop', { sd_target_cluster: `${ARN}/shop` }, {}],
    ['shop', { sd_target_cluster: ['shop'] }, {}],
    ['shop', { sd_targets: [{ clusters: ['shop'] }] }, {}],
    ['shop', { sd_target_cluster: 'shop' }, { FARGAUGE_CLUSTER: 'prod-*' }],
    ['env', { sd_target_cluster: ['a', 'b'] }, { FARGAUGE_CLUSTER: 'env' }],
    [undefined, { sd_target_cluster: ['a', 'b'] }, {}],
    [undefined, { sd_target_cluster: 'prod-*' }, {}],
    [undefined, {}, { FARGAUGE_CLUSTER: 'prod-*' }],
  ])('of events without one is %s for %j and %j', async (expected, section, env) => {
    const config = await load({
      env: { ...env, FARGAUGE_CONFIG: JSON.stringify(document(section)) },
    });
    expect(config.clusterName).toBe(expected);
    expect([config.logs.group, config.emf.namespace]).toEqual([
      '/aws/ecs/containerinsights/{ClusterName}/prometheus',
      'ECS/ContainerInsights/Prometheus',
    ]);
  });
});

describe('what is wrong', () => {
  const target = (entry: object) => ({ sd_targets: [{ clusters: ['a'], ...entry }] });
  const TARGET = 'sd_targets[0]';

  it.each<[object, string, string]>([
    [
      { sd_target_cluster: 'a b' },
      'sd_target_cluster',
      `expected ${CLUSTER}, given "a b" (string)`,
    ],
    [
      { sd_target_cluster: 'arn:aws:ecs:eu-west-1:12:cluster/a' },
      'sd_target_cluster',
      `expected ${CLUSTER}, given "arn:aws:ecs:eu-west-1:12:cluster/a" (string)`,
    ],
    [
      { sd_target_cluster: 5 },
      'sd_target_cluster',
      'expected the name, ARN or pattern of a cluster, or a list of such, given 5 (number)',
    ],
    [
      { sd_target_cluster: [5] },
      'sd_target_cluster',
      'expected the name, ARN or pattern of a cluster, or a list of such, given a list',
    ],
    [
      { sd_target_cluster: ['a', 'b c'] },
      'sd_target_cluster[1]',
      `expected ${CLUSTER}, given "b c" (string)`,
    ],
    [{ sd_target_cluster: [] }, 'sd_target_cluster', 'expected at least one cluster, given a list'],
    [
      { sd_target_cluster: `${ARN}/a`, sd_cluster_region: 'us-east-1' },
      'sd_target_cluster',
      `expected a cluster in the region that stands beside it, us-east-1, given "${ARN}/a" (string)`,
    ],
    [
      { sd_target_cluster: ['a', `${ARN}/b`], sd_cluster_region: 'us-east-1' },
      'sd_target_cluster[1]',
      `expected a cluster in the region that stands beside it, us-east-1, given "${ARN}/b" (string)`,
    ],
    [{ sd_targets: {} }, 'sd_targets', 'expected a list, given an object'],
    [{ sd_targets: ['a'] }, TARGET, 'expected an object, given "a" (string)'],
    [{ sd_targets: [{}] }, `${TARGET}.clusters`, 'expected a list, given nothing'],
    [target({ clusters: [] }), `${TARGET}.clusters`, 'expected at least one cluster, given a list'],
    [target({ clusters: 'a' }), `${TARGET}.clusters`, 'expected a list, given "a" (string)'],
    [
      target({ clusters: ['a', ''] }),
      `${TARGET}.clusters[1]`,
      `expected ${CLUSTER}, given "" (string)`,
    ],
    [
      target({ cluster: 'a' }),
      `${TARGET}.cluster`,
      'expected one of the keys clusters, region, role_arn, external_id, given an unknown key',
    ],
    [target({ region: '' }), `${TARGET}.region`, `expected ${TEXT}, given "" (string)`],
    [
      target({ region: 'us-east-1', clusters: ['a', `${ARN}/b`] }),
      `${TARGET}.clusters[1]`,
      `expected a cluster in the region that stands beside it, us-east-1, given "${ARN}/b" (string)`,
    ],
    [
      target({ role_arn: 'reader' }),
      `${TARGET}.role_arn`,
      'expected the ARN of a role, such as "arn:aws:iam::123456789012:role/fargauge", given "reader" (string)',
    ],
    [
      target({ role_arn: 5 }),
      `${TARGET}.role_arn`,
      'expected the ARN of a role, such as "arn:aws:iam::123456789012:role/fargauge", given 5 (number)',
    ],
    [
      target({ role_arn: ROLE, external_id: 'x' }),
      `${TARGET}.external_id`,
      'expected an external id of 2 to 1224 letters, digits and + = , . @ : / - _, given "x" (string)',
    ],
    [
      target({ external_id: 'x-1' }),
      `${TARGET}.external_id`,
      'expected role_arn beside this key, given "x-1" (string)',
    ],
    [
      { sd_lookups: ['tags'] },
      'sd_lookups[0]',
      'expected one of services, cluster_tags, public_ips, given "tags" (string)',
    ],
    [{ daemon: 'must' }, 'daemon', 'expected one of optional, required, given "must" (string)'],
    [{ sd_lookups: 'services' }, 'sd_lookups', 'expected a list, given "services" (string)'],
    [
      { service_name_list_for_tasks: {} },
      'service_name_list_for_tasks',
      'expected a list, given an object',
    ],
    [
      { service_name_list_for_tasks: [{ sd_metrics_ports: '1' }] },
      'service_name_list_for_tasks[0].sd_service_name_pattern',
      'expected a regular expression in RE2 syntax, given nothing',
    ],
    [
      { service_name_list_for_tasks: [{ sd_service_name_pattern: '*', sd_metrics_ports: '1' }] },
      'service_name_list_for_tasks[0].sd_service_name_pattern',
      'expected a regular expression in RE2 syntax, given "*" (string): missing argument to repetition operator: `*`',
    ],
    [
      { service_name_list_for_tasks: [{ sd_service_name_pattern: 'a' }] },
      'service_name_list_for_tasks[0].sd_metrics_ports',
      'expected ports separated by ";", such as "9404;9406", given nothing',
    ],
    [
      {
        service_name_list_for_tasks: [
          { sd_service_name_pattern: 'a', sd_metrics_ports: '1', sd_container_pattern: 'b' },
        ],
      },
      'service_name_list_for_tasks[0].sd_container_pattern',
      'expected one of the keys sd_service_name_pattern, sd_metrics_ports, sd_container_name_pattern, sd_metrics_path, sd_job_name, given an unknown key',
    ],
    [
      { service_name_list_for_task: [] },
      'service_name_list_for_task',
      'expected the key "service_name_list_for_tasks", given an unknown key',
    ],
  ])('%j at %s', async (section, path, complaint) => {
    expect(await messagesOf(loadNative(document(section)))).toEqual([
      `FARGAUGE_CONFIG: ${SECTION}.${path}: ${complaint}`,
    ]);
  });

  it('in the environment', async () => {
    const env = { FARGAUGE_CLUSTER: 'a b', FARGAUGE_CONFIG: JSON.stringify(document({})) };
    expect(await messagesOf(load({ env }))).toEqual([
      `FARGAUGE_CLUSTER: expected ${CLUSTER}, given "a b" (string)`,
    ]);
  });
});
