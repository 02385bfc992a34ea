import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { describeWithFixtures, fixtureText } from '../fixtures.ts';
import { load } from './loading.ts';

const ROOT = join(import.meta.dirname, '../..');

it.each([
  ['examples/node-exporter.yaml', 4],
  ['examples/static.yaml', 0],
])('%s loads without a warning', async (path, declarations) => {
  const config = await load({
    config: path,
    files: { [path]: readFileSync(join(ROOT, path), 'utf8') },
  });
  expect(config).toMatchObject({
    warnings: [],
    jobs: [{ name: 'node_exporter', staticConfigs: [{ targets: ['127.0.0.1:9100'] }] }],
  });
  expect(config.emf.declarations).toHaveLength(declarations);
});

describeWithFixtures('a CloudWatch Agent on a server', 'migrations', () => {
  it('has two files that load as they are, and make plain events in a stream for each job', async () => {
    const files = {
      'agent.json': fixtureText('migrations/onprem-cwagent.json'),
      'prometheus.yaml': fixtureText('migrations/onprem-prometheus.yaml'),
    };
    const config = await load({
      config: 'agent.json',
      prometheusConfig: 'prometheus.yaml',
      files,
    });
    expect(config).toMatchObject({
      warnings: [],
      logs: { group: 'test' },
      jobs: [{ name: 'node_exporter', staticConfigs: [{ targets: ['localhost:9100'] }] }],
      emf: { declarations: [] },
    });
    expect(config.outputs).toBeUndefined();
  });
});
