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
    emf: { namespace: 'Fargauge', logUnmatched: false },
  });
  expect(config.emf.declarations.map(({ dimensions }) => dimensions)).toEqual([
    [['ClusterName', 'ServiceName']],
    [['ClusterName', 'TaskDefinitionFamily']],
    [['instance'], ['zone']],
  ]);
  expect(config.emf.declarations[2]?.matcher.test('node_exporter;a')).toBe(true);
});
