import type { ContainerInstance, Service, Task, TaskDefinition } from '@aws-sdk/client-ecs';
import { expect, it } from '@jest/globals';
import { startAws } from '../../cli/demo/aws/server.ts';
import { ConfigError } from '../../lambda/config/errors.ts';
import { loadConfig } from '../../lambda/config/load.ts';
import { Cluster } from '../../lambda/discovery/cluster.ts';
import { ecsClient } from '../../lambda/discovery/ecs-client.ts';
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
  };
  expected: {
    targets?: { address: string; metricsPath: string; labels: Record<string, string> }[];
    absent_labels?: Record<string, string[]>;
    error_path?: (string | number)[];
  };
}

/** What is not there yet: the bridge and host network modes, and discovery by the names of services. */
const NOT_YET = [
  'container-name-ec2-bridge',
  'ec2-bridge-dynamic-port',
  'ec2-host-mode',
  'service-deployment-gone',
  'service-fargate-awsvpc',
  'service-patterns',
  'service-pattern-unanchored',
  'two-tasks-on-one-instance',
];

/** Labels that Fargauge adds to those of the CloudWatch Agent. */
const MORE_LABELS = ['ServiceName'];

describeWithFixtures('discovery as the CloudWatch Agent does it', 'cloudwatch-agent', () => {
  const cases = fixtureJson<Case[]>('cloudwatch-agent', 'discovery.json');
  const table = cases.map((c) => [c.name, c] as const);
  it.each(table.filter(([name]) => !NOT_YET.includes(name)))('%s', async (_, c) => {
    await check(c);
  });

  it.each(table.filter(([name]) => NOT_YET.includes(name)))('%s is not there yet', async (_, c) => {
    await expect(check(c)).rejects.toThrow();
  });

  it('has every case that is not there yet', () => {
    expect(cases.map(({ name }) => name)).toEqual(expect.arrayContaining(NOT_YET));
  });
});

/** Throws where a case does not come out as it should. */
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
      ([name]) => MORE_LABELS.includes(name) && !(name in labels),
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
  const aws = await startAws({ ecs: { ...input, clusters: [input.cluster] } });
  const ecs = ecsClient({
    endpoint: aws.url,
    region: input.region,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  try {
    const { found, errors } = await new Cluster(ecs, discovery!).find(
      0,
      new AbortController().signal,
    );
    expect(errors).toEqual([]);
    return found.map(({ address, labels }) => ({
      address,
      metricsPath: labels.__metrics_path__ ?? '/metrics',
      labels,
    }));
  } finally {
    ecs.destroy();
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
