import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { load } from './loading.ts';

it('examples/fargauge.yaml loads without a warning and says what its comments say', async () => {
  const path = 'examples/fargauge.yaml';
  const text = readFileSync(join(import.meta.dirname, '../..', path), 'utf8');
  const config = await load({ config: path, files: { [path]: text } });
  expect(config).toMatchObject({
    source: path,
    warnings: [],
    clusterName: 'shop',
    logs: { group: '/fargauge/{ClusterName}', region: 'eu-west-1' },
    discovery: {
      sources: [{ clusters: ['shop'], region: 'eu-west-1' }],
      refreshMs: 60_000,
      dockerLabel: { portLabel: 'ECS_PROMETHEUS_EXPORTER_PORT' },
      taskDefinitions: [
        { ports: [9546], jobName: 'fargauge-sidecar' },
        { ports: [9113, 9114], jobName: 'nginx', metricsPath: '/metrics' },
      ],
    },
    jobs: [
      {
        name: 'ecs',
        discovered: true,
        honorLabels: true,
        timeoutMs: 10_000,
        bodySizeLimit: 10_485_760,
      },
      { name: 'node_exporter', discovered: false, staticConfigs: [{ labels: { zone: 'a' } }] },
    ],
    outputs: [{ type: 'cloudwatch-logs' }],
    emf: {
      namespace: 'Fargauge',
      logUnmatched: false,
      metricBudget: { limit: 5_000, windowMs: 10_800_000 },
    },
  });
  expect(config.emf.declarations.map(({ dimensions }) => dimensions)).toEqual([
    [['ClusterName', 'ServiceName']],
    [['ClusterName', 'TaskDefinitionFamily']],
    [['instance'], ['zone']],
    [['instance']],
  ]);
  expect(config.emf.declarations[3]).toMatchObject({
    namespace: 'Fargauge/Hosts',
    rate: true,
    storageResolution: 60,
    properties: ['device'],
  });
  expect(config.emf.declarations[2]?.matcher.test('node_exporter;a')).toBe(true);
});

it('examples/receivers.yaml loads without a warning and signs what it sends', async () => {
  const path = 'examples/receivers.yaml';
  const text = readFileSync(join(import.meta.dirname, '../..', path), 'utf8');
  const { warnings, outputs } = await load({ config: path, files: { [path]: text } });
  expect(warnings).toEqual([]);
  expect(outputs).toMatchObject([
    { type: 'cloudwatch-logs' },
    {
      type: 'remote_write',
      externalLabels: { account: 'shop' },
      signing: { region: 'eu-west-1', role: { externalId: 'fargauge' } },
    },
    { type: 'otlp', name: 'otlp cloudwatch eu-west-1', signing: { region: 'eu-west-1' } },
  ]);
});

it('examples/each-task.yaml loads without a warning, and takes one sample a minute of what it names', async () => {
  const path = 'examples/each-task.yaml';
  const text = readFileSync(join(import.meta.dirname, '../..', path), 'utf8');
  const { warnings, outputs, jobs } = await load({ config: path, files: { [path]: text } });
  expect(warnings).toEqual([]);
  expect(outputs).toMatchObject([{ type: 'remote_write', relabeling: [{ action: 'drop' }, {}] }]);
  expect(jobs).toMatchObject([{ history: false, metricRelabeling: [{ action: 'keep' }] }]);
});
