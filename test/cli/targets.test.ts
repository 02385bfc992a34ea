import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Aws, startAws } from '../../cli/demo/aws/server.ts';
import { definition, task } from '../discovery/ecs/cluster/cluster-of.ts';
import { credentialsFor, type Folder, fargauge, jsonLines, temporaryFolder } from './fargauge.ts';
import { serveMetrics } from './target.ts';

let aws: Aws;
let folder: Folder;

beforeEach(async () => {
  aws = await startAws();
  folder = await temporaryFolder();
  const dockerLabels = { ECS_PROMETHEUS_EXPORTER_PORT: '8080' };
  const mapped = { name: 'app', dockerLabels, portMappings: [{ containerPort: 8080 }] };
  aws.ecs.putTaskDefinition(definition('web', [mapped]));
  aws.ecs.putTaskDefinition(definition('broken', [{ name: 'app', dockerLabels }]));
  const launched = { launchType: 'FARGATE' } as const;
  for (const [id, family] of [
    ['1', 'web'],
    ['2', 'broken'],
    ['3', 'broken'],
  ] as const) {
    const { taskDefinitionArn } = definition(family);
    aws.ecs.putTask(
      task(id, `127.0.0.${id}`, { taskDefinitionArn, group: `service:${family}`, ...launched }),
    );
  }
});

afterEach(async () => {
  await aws.close();
  await folder.remove();
});

function targets(...args: string[]) {
  return fargauge(['targets', '--endpoint-url', aws.url, ...args], credentialsFor(aws));
}

/** A configuration that finds containers by their docker labels alone. */
const byDockerLabel = () =>
  folder.file('labels.json', {
    cluster_name: 'demo',
    ecs_service_discovery: { sd_target_cluster: 'demo', docker_label: {} },
    scrape_configs: [{ job_name: 'apps', ecs_discovered: true }],
  });

describe('`fargauge targets`', () => {
  it('lists the targets, and what is left out with reason and remedy, and scrapes nothing', async () => {
    const { code, stdout, stderr } = await targets('--config', await byDockerLabel());
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [head, url, labels, reason, cause, ...more] = stdout.trimEnd().split('\n');
    expect([head, url]).toEqual(['1 targets, 2 left out', 'http://127.0.0.1:8080/metrics']);
    expect(labels).toMatch(/^ {2}labels: .*ServiceName="web".* job="apps"/);
    expect(reason).toBe(
      'left out: 2 unmapped_port; remedy: add the port to the portMappings of the container in its task definition',
    );
    expect(cause).toMatch(/container app, port 8080, .*service broken.*: task \S+ and 1 more/);
    expect(more).toEqual([]);
  });

  it('shows what relabeling changed, and hides secrets', async () => {
    const config = await folder.file('c.yaml', {
      scrape_configs: [
        {
          job_name: 'web',
          params: { token: ['hunter2'] },
          static_configs: [{ targets: ['a.example:80'], labels: { site: 'x' } }],
          relabel_configs: [{ source_labels: ['site'], target_label: 'place' }],
        },
        { job_name: 'plain', static_configs: [{ targets: ['b.example:80'] }] },
      ],
    });

    const { code, stdout } = await targets('--config', config);

    expect(code).toBe(0);
    expect(stdout).not.toContain('hunter2');
    expect(stdout.trimEnd().split('\n')).toEqual([
      '2 targets, 0 left out',
      'http://a.example/metrics?token=<secret>',
      '  labels: instance="a.example:80" job="web" place="x" site="x"',
      '  before relabeling: __address__="a.example:80" __metrics_path__="/metrics" __param_token="<secret>" __scheme__="http" __scrape_interval__="1m" __scrape_timeout__="10s" job="web" site="x"',
      'http://b.example/metrics',
      '  labels: instance="b.example:80" job="plain"',
    ]);
  });

  it('hides the secrets in the URL of a list', async () => {
    const groups = JSON.stringify([{ targets: ['a.example:80'] }]);
    const list = await serveMetrics(() => groups, { contentType: 'application/json' });
    await using _ = list;
    const url = `http://${list.address}/?token=hunter2`;
    const config = await folder.file('c.yaml', {
      scrape_configs: [{ job_name: 'web', http_sd_configs: [{ url }] }],
    });

    const { code, stdout } = await targets('--config', config, '--json');

    expect(code).toBe(0);
    expect(stdout).toContain('?token=<secret>');
    expect(stdout).not.toContain('hunter2');
  });

  it('prints one line of JSON for a program', async () => {
    const { stdout } = await targets('--config', await byDockerLabel(), '--json');
    expect(jsonLines(stdout)).toEqual([
      {
        targets: [
          {
            job: 'apps',
            url: 'http://127.0.0.1:8080/metrics',
            labels: expect.objectContaining({ ServiceName: 'web', container_name: 'app' }),
            discoveredLabels: expect.objectContaining({ __address__: '127.0.0.1:8080' }),
          },
        ],
        leftOut: [expect.objectContaining({ reason: 'unmapped_port', count: 2 })],
        idle: expect.any(Array),
        errors: [],
      },
    ]);
  });

  it('fails if it finds nothing, and says what finds nothing', async () => {
    const config = await folder.file('c.yaml', {
      scrape_configs: [{ job_name: 'none', static_configs: [] }],
    });
    const { code, stdout } = await targets('--config', config);
    expect(code).toBe(1);
    expect(stdout).toContain('0 targets, 0 left out\n');
  });

  it('fails with the errors of the ECS API', async () => {
    const { code, stdout } = await targets('--cluster', 'missing');
    expect(code).toBe(1);
    expect(stdout).toMatch(/^discovery: .*missing/m);
  });
});
