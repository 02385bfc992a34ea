import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Aws, startAws } from '../../cli/demo/aws/server.ts';
import { definition, task } from '../discovery/ecs/cluster/cluster-of.ts';
import { describeWithFixtures, fixtureText } from '../fixtures.ts';
import { extractMetrics } from '../integration/support/emf.ts';
import { credentialsFor, type Folder, fargauge, jsonLines, temporaryFolder } from './fargauge.ts';
import { serveMetrics } from './target.ts';

/** As Keycloak with MicroProfile metrics has it. */
const KEYCLOAK = `# TYPE base_classloader_loadedClasses_count gauge
base_classloader_loadedClasses_count 21334
# TYPE base_classloader_loadedClasses_total counter
base_classloader_loadedClasses_total 21400
# TYPE base_gc_total counter
base_gc_total{name="G1 Young Generation"} 12
# TYPE base_thread_count gauge
base_thread_count 77
`;

let folder: Folder;

beforeEach(async () => {
  folder = await temporaryFolder();
});

afterEach(() => folder.remove());

/** Writes both documents and gives the options that name them. */
async function configured(agent: unknown, prometheus: unknown): Promise<string[]> {
  return [
    ...['--config', await folder.file('cwagent.json', agent)],
    ...['--prometheus-config', await folder.file('prometheus.yaml', prometheus)],
  ];
}

describe('`fargauge collect` with a configuration of the CloudWatch Agent', () => {
  it('takes static targets without AWS', async () => {
    await using target = await serveMetrics(() => KEYCLOAK);
    const documents = await configured(
      {
        agent: { debug: true },
        logs: {
          metrics_collected: {
            prometheus: {
              cluster_name: 'shop',
              log_group_name: '/ecs/{ClusterName}',
              prometheus_config_path: 'env:PROMETHEUS_CONFIG_CONTENT',
              emf_processor: {
                metric_namespace: 'Shop',
                metric_declaration: [
                  {
                    source_labels: ['job'],
                    label_matcher: '^keycloak$',
                    dimensions: [['ClusterName', 'job'], ['ClusterName']],
                    metric_selectors: ['^base_thread_count$'],
                  },
                ],
              },
            },
          },
        },
      },
      `
global: { scrape_interval: 1m, scrape_timeout: 10s }
scrape_configs:
  - job_name: keycloak
    static_configs: [{ targets: ['${target.address}'] }]
`,
    );

    const { code, stdout, stderr } = await fargauge(['collect', ...documents]);

    expect(code).toBe(0);
    expect(stderr).toContain(
      'dropped no_declaration: base_gc_total {"name":"G1 Young Generation"}',
    );
    const [line = '', ...more] = stdout.trimEnd().split('\n');
    expect(more).toEqual([]);
    expect(
      extractMetrics(line).map(({ name, dimensions, values }) => [name, dimensions, ...values]),
    ).toEqual([
      ['base_thread_count', { ClusterName: 'shop', job: 'keycloak' }, 77],
      ['base_thread_count', { ClusterName: 'shop' }, 77],
    ]);
  });
});

describeWithFixtures('`fargauge collect` with configurations that users have', 'migrations', () => {
  let aws: Aws;

  beforeEach(async () => {
    aws = await startAws();
  });

  afterEach(() => aws.close());

  it('takes that of an agent in a task of its own, which discovers Keycloak', async () => {
    await using keycloak = await serveMetrics(() => KEYCLOAK);
    const containerPort = keycloak.port;
    const container = { name: 'keycloak', portMappings: [{ containerPort }] };
    aws.ecs.putTaskDefinition(definition('keycloak', [container]));
    const { taskDefinitionArn } = definition('keycloak');
    aws.ecs.putTask(
      task('1', '127.0.0.1', { taskDefinitionArn, group: 'service:auth', launchType: 'FARGATE' }),
    );
    // The port is the only thing that a test cannot have as it is.
    const agent = fixtureText('migrations', 'keycloak-cwagent.json').replace(
      '"sd_metrics_ports": "8080"',
      `"sd_metrics_ports": "${containerPort}"`,
    );
    const documents = await configured(
      agent,
      fixtureText('migrations', 'keycloak-prometheus.yaml'),
    );

    const { code, stdout, stderr } = await fargauge(
      [
        ...['collect', ...documents, '--cluster', 'demo', '--endpoint-url', aws.url],
        ...['--output', 'cloudwatch-logs'],
      ],
      credentialsFor(aws),
    );

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    // The counters have no second sample yet, the threads no declaration.
    expect(stdout).toMatch(/ dropped: (?=.*2 first_sample)(?=.*\d no_declaration)/);
    const stored = aws.logs.events({ group: '/ecs/cloudwatch-agent', stream: 'keycloak' });
    expect(stored.flatMap(({ message }) => extractMetrics(message))).toEqual([
      expect.objectContaining({
        namespace: 'CWAgent',
        name: 'base_classloader_loadedClasses_count',
        dimensions: { ClusterName: 'demo', TaskDefinitionFamily: 'keycloak' },
        values: [21334],
      }),
    ]);
  });

  it('takes that of an agent beside Keycloak, with the labels that its events have', async () => {
    await using keycloak = await serveMetrics(
      () => `${KEYCLOAK}# TYPE vendor_memoryPool_usage_bytes gauge
vendor_memoryPool_usage_bytes{name="G1 Survivor Space"} 1048576
`,
    );
    const prometheus = fixtureText('migrations', 'sidecar-prometheus.yaml').replace(
      '127.0.0.1:8080',
      keycloak.address,
    );
    const documents = await configured(
      fixtureText('migrations', 'sidecar-cwagent.json'),
      prometheus,
    );

    const { code, stdout, stderr } = await fargauge([
      ...['collect', ...documents, '--cluster', 'sample-cluster'],
    ]);

    expect(code).toBe(0);
    expect(stderr).not.toContain('warning');
    const [event] = jsonLines(stdout);
    const { _aws, ClusterName, job, prom_metric_type } = event!;
    expect({ ClusterName, job, prom_metric_type }).toEqual({
      ClusterName: 'sample-cluster',
      job: 'cwagent-static-config',
      prom_metric_type: 'gauge',
    });
    expect(extractMetrics(stdout.trimEnd())).toEqual([
      expect.objectContaining({
        namespace: 'CWAgent',
        name: 'base_classloader_loadedClasses_count',
        dimensions: { ClusterName: 'sample-cluster' },
        values: [21334],
      }),
    ]);
    expect(_aws).toMatchObject({ Timestamp: expect.any(Number) });
  });

  it('takes that of a server outside of ECS: all metrics of a target as plain log events', async () => {
    await using exporter = await serveMetrics(() => '# TYPE node_load1 gauge\nnode_load1 0.25\n');
    const prometheus = fixtureText('migrations', 'onprem-prometheus.yaml').replace(
      'localhost:9100',
      exporter.address,
    );
    const documents = await configured(
      fixtureText('migrations', 'onprem-cwagent.json'),
      prometheus,
    );

    const { code, stderr } = await fargauge(
      ['collect', ...documents, '--output', 'cloudwatch-logs', '--endpoint-url', aws.url],
      credentialsFor(aws),
    );

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [stored, ...more] = aws.logs.events({ group: 'test', stream: 'node_exporter' });
    expect(more).toEqual([]);
    expect(JSON.parse(stored!.message)).toMatchObject({
      job: 'node_exporter',
      instance: exporter.address,
      node_load1: 0.25,
      up: 1,
    });
    expect(JSON.parse(stored!.message)).not.toHaveProperty('_aws');
  });
});
