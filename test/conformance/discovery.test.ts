import type { Instance } from '@aws-sdk/client-ec2';
import type { ContainerInstance, Service, Task, TaskDefinition } from '@aws-sdk/client-ecs';
import { expect, it } from '@jest/globals';
import { startAws } from '../../cli/demo/aws/server.ts';
import { ConfigError } from '../../lambda/config/findings/errors.ts';
import { loadConfig } from '../../lambda/config/load.ts';
import { awsClients } from '../../lambda/discovery/aws/clients.ts';
import { loadEc2 } from '../../lambda/discovery/aws/load-ec2.ts';
import { RequestBudget } from '../../lambda/discovery/aws/request-budget.ts';
import { AccountRegion } from '../../lambda/discovery/ecs/cluster/account-region.ts';
import { containerFinder } from '../../lambda/discovery/ecs/targets.ts';
import { distinctTargets } from '../../lambda/discovery/target-list.ts';
import { systemClock } from '../../lambda/model/waiting/clock.ts';
import { describeWithFixtures, fixtureJson } from '../fixtures.ts';

interface Case {
  name: string;
  config: object;
  input: {
    cluster: string;
    region: string;
    tasks: Task[];
    taskDefinitions: TaskDefinition[];
    services: Service[];
    containerInstances: ContainerInstance[];
    ec2Instances: Instance[];
  };
  expected: {
    targets?: { address: string; metricsPath: string; labels: Record<string, string> }[];
    absent_labels?: Record<string, string[]>;
    error_path?: (string | number)[];
  };
}

/** Labels that Fargauge adds to those of the CloudWatch Agent, as the specification allows. */
const MORE_LABELS = /^(?:ServiceName|TaskArn|AvailabilityZone|__meta_ecs_.*)$/;

describeWithFixtures('discovery as the CloudWatch Agent does it', 'cloudwatch-agent', () => {
  const cases = fixtureJson<Case[]>('cloudwatch-agent', 'discovery.json');

  it.each(cases.map((c) => [c.name, c] as const))('%s', async (_, c) => {
    await check(c);
  });
});

async function check({ config, input, expected }: Case): Promise<void> {
  if (expected.error_path !== undefined) {
    const error = await configOf(config, input).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ConfigError);
    const paths = (error as ConfigError).issues.map(({ path }) => path);
    expect(paths).toEqual([pathOf(expected.error_path)]);
    return;
  }
  const found = await targetsOf(await configOf(config, input), input);
  const { targets = [], absent_labels: absent = {} } = expected;
  const byKey = <T extends { address: string; metricsPath: string }>(all: readonly T[]) =>
    Object.fromEntries(all.map((target) => [`${target.address}${target.metricsPath}`, target]));

  expect(found).toHaveLength(targets.length);
  const actual = byKey(found);
  for (const [key, { labels }] of Object.entries(byKey(targets))) {
    const more = Object.entries(actual[key]?.labels ?? {}).filter(
      ([name]) => MORE_LABELS.test(name) && !(name in labels),
    );
    expect({ [key]: { ...actual[key]?.labels } }).toEqual({
      [key]: { ...labels, ...Object.fromEntries(more) },
    });
    for (const name of absent[key] ?? []) expect(actual[key]?.labels).not.toHaveProperty(name);
  }
}

/** What the ECS API and the configuration of a case lead to, before the settings of a job. */
async function targetsOf(
  { discovery }: Awaited<ReturnType<typeof configOf>>,
  input: Case['input'],
) {
  const aws = await startAws({
    region: input.region,
    ecs: { ...input, clusters: [input.cluster] },
    ec2: { instances: input.ec2Instances },
  });
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const [source] = discovery!.sources;
  const clients = awsClients({ endpoint: aws.url, credentials }, loadEc2)(source!);
  const budget = new RequestBudget(systemClock);
  const finding = { finder: containerFinder(discovery!), refreshMs: discovery!.refreshMs };
  const account = new AccountRegion(source!, finding, clients, budget);
  try {
    const { clusters, errors } = await account.find(0, new AbortController().signal);
    expect([...errors, ...clusters.flatMap((cluster) => cluster.errors)]).toEqual([]);
    return distinctTargets(clusters).located.map(({ target: { address, labels } }) => ({
      address,
      metricsPath: labels.__metrics_path__ ?? '/metrics',
      labels,
    }));
  } finally {
    await aws.close();
  }
}

function configOf(section: object, { cluster, region }: Case['input']) {
  const document = {
    agent: { region },
    logs: {
      metrics_collected: {
        prometheus: {
          cluster_name: cluster,
          log_group_name: '/ecs/test',
          prometheus_config_path: 'env:PROMETHEUS_CONFIG_CONTENT',
          ecs_service_discovery: {
            sd_target_cluster: cluster,
            sd_cluster_region: region,
            ...section,
          },
        },
      },
    },
  };
  return loadConfig({
    env: {
      CW_CONFIG_CONTENT: JSON.stringify(document),
      PROMETHEUS_CONFIG_CONTENT: 'scrape_configs: []',
    },
    readFile: () => Promise.reject(new Error('no file is read')),
  });
}

/** `a.b[0].c` of a list of keys and indices. */
function pathOf(path: readonly (string | number)[]): string {
  return path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`))
    .join('')
    .slice(1);
}
