import { describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../../lambda/config/load.ts';
import type { TaskDiscovery } from '../../../lambda/model/settings/config.ts';
import { messagesOf, nativeEnv } from '../loading.ts';

const AT = 'FARGAUGE_CONFIG: scrape_configs[0].aws_sd_configs[0]';
const ARN = 'arn:aws:ecs:eu-west-1:123456789012:cluster';
const ROLE_ARN = 'arn:aws:iam::210987654321:role/reader';
const ROLE = 'the role "ecs" (ec2, elasticache, lightsail, msk and rds are not supported)';
const NOT_YET = 'no such key (Prometheus has it, this version of Fargauge does not support it yet)';

const load = (entry: object, more: object = {}, document: object = {}) => {
  const job = { job_name: 'a', aws_sd_configs: [{ role: 'ecs', ...entry }], ...more };
  return loadConfig({
    env: nativeEnv({ scrape_configs: [job], ...document }),
    readFile: () => Promise.reject(new Error('no file is read')),
    resolveSecret: async (reference) => `<${reference}>`,
  });
};

async function discoveryOf(...args: Parameters<typeof load>): Promise<TaskDiscovery> {
  const { jobs } = await load(...args);
  return jobs[0]!.taskDiscoveries[0]!;
}

describe('aws_sd_configs', () => {
  it('has the defaults of Prometheus: every cluster, port 80, a minute', async () => {
    expect(await discoveryOf({}, {}, { region: 'eu-west-1' })).toEqual({
      sources: [{ clusters: ['*'], region: 'eu-west-1' }],
      port: 80,
      refreshMs: 60_000,
      lookups: new Set(),
    });
  });

  it('has what it says', async () => {
    const entry = {
      region: 'eu-west-1',
      endpoint: 'https://ecs.example',
      access_key: 'AKIA',
      secret_key: 'aws:ssm:/key',
      profile: 'p',
      role_arn: ROLE_ARN,
      external_id: 'x-1',
      clusters: [`${ARN}/a`, 'b-*'],
      port: 9404,
      refresh_interval: '5m',
      request_concurrency: 5,
    };
    const { sources, ...more } = await discoveryOf(entry);
    expect(more).toEqual({ port: 9404, refreshMs: 300_000, lookups: new Set() });
    expect(sources).toEqual([
      {
        clusters: [`${ARN}/a`, 'b-*'],
        region: 'eu-west-1',
        endpoint: 'https://ecs.example',
        accessKey: { id: 'AKIA', secret: expect.anything() },
        profile: 'p',
        role: { arn: ROLE_ARN, externalId: 'x-1' },
      },
    ]);
    expect(sources[0]?.accessKey?.secret.reveal()).toBe('<aws:ssm:/key>');
  });

  it('takes 0 as the default port, as Go does', async () => {
    expect((await discoveryOf({ port: 0 })).port).toBe(80);
  });

  it.each<[string, object[], string[]]>([
    ['nothing', [{ source_labels: ['__meta_ecs_cluster'], target_label: 'a' }], []],
    [
      'a status of services',
      [{ source_labels: ['x', '__meta_ecs_service_status'], target_label: 'a' }],
      ['services'],
    ],
    [
      'tags of services',
      [{ action: 'drop', source_labels: ['__meta_ecs_tag_service_a'] }],
      ['services'],
    ],
    [
      'public addresses',
      [{ action: 'keep', source_labels: ['__meta_ecs_public_ip'] }],
      ['public_ips'],
    ],
    [
      'tags of clusters by their names',
      [{ action: 'labelmap', regex: '__meta_ecs_tag_cluster_(Team)' }],
      ['cluster_tags'],
    ],
    [
      'all that there is',
      [{ action: 'labelmap', regex: '__meta_ecs_(.+)' }],
      ['cluster_tags', 'public_ips', 'services'],
    ],
  ])('looks up what relabeling reads: %s', async (_, relabeling, lookups) => {
    const { lookups: wanted } = await discoveryOf({}, { relabel_configs: relabeling });
    expect([...wanted].sort()).toEqual(lookups);
  });

  it('warns of filters, which are not for tasks', async () => {
    const { warnings } = await load({ filters: [{ name: 'x', values: ['y'] }] });
    expect(warnings).toEqual([`${AT}.filters: has no effect: the role ecs does not use it`]);
  });

  it.each<[object, string]>([
    [{ role: 'ec2' }, `role: expected ${ROLE}, given "ec2" (string)`],
    [{ role: undefined }, `role: expected ${ROLE}, given nothing`],
    [{ port: 65_536 }, 'port: expected a port from 1 to 65535, given 65536 (number)'],
    [{ port: '80' }, 'port: expected a port from 1 to 65535, given "80" (string)'],
    [{ region: [] }, 'region: expected a string, given a list'],
    [
      { endpoint: 'ftp://x' },
      'endpoint: expected an http or https URL, or a host name, given "ftp://x" (string)',
    ],
    [
      { access_key: 'AKIA' },
      'access_key: expected secret_key beside this key, given this key alone',
    ],
    [
      { secret_key: 'hunter2' },
      'secret_key: expected access_key beside this key, given this key alone',
    ],
    [{ access_key: 'AKIA', secret_key: [5] }, 'secret_key: expected a string, given a list'],
    [
      { external_id: 'x-1' },
      'external_id: expected role_arn beside this key, given this key alone',
    ],
    [
      { role_arn: 'x' },
      'role_arn: expected the ARN of a role, such as "arn:aws:iam::123456789012:role/fargauge", given "x" (string)',
    ],
    [
      { clusters: [`${ARN}/a`], region: 'us-east-1' },
      `clusters[0]: expected a cluster in the region that stands beside it, us-east-1, given "${ARN}/a" (string)`,
    ],
    [
      { clusters: ['a b'] },
      'clusters[0]: expected the name or ARN of a cluster, or a pattern of one such as "prod-*", given "a b" (string)',
    ],
    [
      { refresh_interval: 60 },
      'refresh_interval: expected a Prometheus duration up to 24 days, such as "30s" or "1m30s", given "60" (string)',
    ],
    [
      { request_concurrency: -1 },
      'request_concurrency: expected a whole number of at least 0, given -1 (number)',
    ],
    [{ cluster: ['a'] }, 'cluster: expected the key "clusters", given an unknown key'],
    [{ tls_config: {} }, `tls_config: expected ${NOT_YET}, given an object`],
  ])('refuses %j', async (entry, complaint) => {
    expect(await messagesOf(load(entry))).toEqual([`${AT}.${complaint}`]);
  });
});

describe('a rule that reads what is not looked up', () => {
  const RULE = [{ action: 'keep', source_labels: ['__meta_ecs_tag_service_team'] }];
  const section = (lookups: string[]) => ({
    ecs_service_discovery: { docker_label: {}, sd_lookups: lookups },
    scrape_configs: [{ job_name: 'a', ecs_discovered: true, relabel_configs: RULE }],
  });
  const warningsOf = async (document: object) => (await load({}, {}, document)).warnings;

  it('is warned of', async () => {
    expect(await warningsOf(section(['cluster_tags']))).toEqual([
      'FARGAUGE_CONFIG: scrape_configs[0].relabel_configs[0].source_labels: reads __meta_ecs_tag_service_team, which needs services among the sd_lookups of ecs_service_discovery',
    ]);
  });

  it('is fine once it is', async () => {
    expect(await warningsOf(section(['services']))).toEqual([]);
  });
});
