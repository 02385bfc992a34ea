import { createServer } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { hang, type MetadataStandIn, startMetadataStandIn } from './metadata-stand-in.ts';
import { START, sampleStats, sampleTask } from './sample-documents.ts';
import { startSidecar } from './sidecar-process.ts';

const CPU = 'ee_task_cpu_utilization_percent';

const EMF = JSON.stringify({
  metric_namespace: 'Fargauge',
  metric_declaration: [
    {
      metric_selectors: ['^ee_task_cpu_utilization_percent$'],
      dimensions: [['ClusterName', 'TaskId']],
    },
  ],
});

describe('The history of a sidecar', () => {
  it('is collected point by point, each once', async () => {
    await using standIn = await startMetadataStandIn();
    standIn.serve(sampleTask(), sampleStats(0, 1));
    await using sidecar = startSidecar({ ECS_CONTAINER_METADATA_URI_V4: standIn.uri });
    const url = await sidecar.url();

    const first = await collect(url, '0');
    expect(first.times).toEqual([START + 0.25]);
    await renew(standIn, 1);
    await renew(standIn, 2);
    const second = await collect(url, first.until);
    expect(second.times).toEqual([START + 1.25, START + 2.25]);
    expect((await collect(url, second.until)).times).toEqual([]);
    // Another client, or the same after a failed delivery.
    expect((await collect(url, first.until)).times).toEqual(second.times);
  });

  it('is collected minute by minute, and once each, by who asks for whole minutes', async () => {
    await using standIn = await startMetadataStandIn();
    standIn.serve(sampleTask(), sampleStats(0, 1));
    await using sidecar = startSidecar({ ECS_CONTAINER_METADATA_URI_V4: standIn.uri });
    const url = await sidecar.url();

    const first = await collect(url, '0&minutes=complete');
    expect(first.times).toEqual([]);
    expect(first.until).toMatch(/^[\d.]+,\d+$/);
    const [since, before] = first.until.split(',');
    await renew(standIn, 1);
    const second = await collect(url, `${since}&before=${before}&minutes=complete`);
    expect(second.times).toEqual([]);
    await renew(standIn, 61);
    // As a client sends the cursor that knows nothing of its parts.
    const third = await collect(url, `${encodeURIComponent(second.until)}&minutes=complete`);
    expect(third.times).toEqual([START + 0.25, START + 1.25]);
    expect((await collect(url, encodeURIComponent(third.until))).times).toEqual([START + 61.25]);
  });

  it('is there when the endpoint fails', async () => {
    await using standIn = await startMetadataStandIn();
    standIn.serve(sampleTask(), sampleStats(0, 1));
    await using sidecar = startSidecar({ ECS_CONTAINER_METADATA_URI_V4: standIn.uri });
    const url = await sidecar.url();
    await collect(url, '0');
    standIn.answer('/task', (response) => response.writeHead(500).end());
    await sidecar.line('task metadata endpoint failed');

    const { times, text } = await collect(url, '0');
    expect(times).toEqual([START + 0.25]);
    expect(text).toContain('\nee_ecs_metrics_exporter_success 0\n');
    expect(text).not.toContain('ee_task_cpu_limit');
  });
});

describe('A sidecar that is stopped', () => {
  it('writes the points that nobody has collected', async () => {
    await using standIn = await startMetadataStandIn();
    standIn.serve(sampleTask(), sampleStats(0, 1));
    await using sidecar = startSidecar({
      ECS_CONTAINER_METADATA_URI_V4: standIn.uri,
      FARGAUGE_EMF: EMF,
    });
    const url = await sidecar.url();
    await collect(url, '0');
    await renew(standIn, 3);
    // Shows the latest values, not the points.
    await fetch(`${url}/metrics`).then((response) => response.text());
    await renew(standIn, 4);
    sidecar.process.kill('SIGTERM');
    const { code, output } = await sidecar.ending;
    const events = output
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));

    expect(code).toBe(0);
    expect(events).toEqual([
      {
        _aws: {
          Timestamp: (START + 4.25) * 1000,
          CloudWatchMetrics: [
            {
              Namespace: 'Fargauge',
              Dimensions: [['ClusterName', 'TaskId']],
              Metrics: [{ Name: CPU }],
            },
          ],
        },
        ClusterName: 'shop',
        TaskDefinitionFamily: 'orders',
        TaskRevision: '7',
        TaskId: 'f1e2d3c4b5a697887766554433221100',
        LaunchType: 'FARGATE',
        AvailabilityZone: 'eu-west-1a',
        container_name: '_task_',
        container_id: '_task_',
        task_family: 'orders',
        task_revision: '7',
        base: 'task',
        [CPU]: [40, 40],
      },
    ]);
  });

  it('writes what it has where the endpoint hangs', async () => {
    await using standIn = await startMetadataStandIn();
    standIn.serve(sampleTask(), sampleStats(0, 1));
    await using sidecar = startSidecar({
      ECS_CONTAINER_METADATA_URI_V4: standIn.uri,
      FARGAUGE_EMF: EMF,
    });
    await fetch(`${await sidecar.url()}/metrics`);
    standIn.answer('/task', hang);
    await standIn.requested('/task');
    sidecar.process.kill('SIGTERM');
    const { code, output } = await sidecar.ending;

    expect(code).toBe(0);
    expect(JSON.parse(output)).toMatchObject({ [CPU]: [40] });
  });

  it('writes nothing where it was not told how', async () => {
    await using standIn = await startMetadataStandIn();
    standIn.serve(sampleTask(), sampleStats(0, 1));
    await using sidecar = startSidecar({ ECS_CONTAINER_METADATA_URI_V4: standIn.uri });
    await fetch(`${await sidecar.url()}/metrics`);
    sidecar.process.kill('SIGTERM');

    expect(await sidecar.ending).toMatchObject({ code: 0, output: '' });
  });
});

describe('A sidecar with a token and applications', () => {
  it('shows them to those who have the token', async () => {
    await using standIn = await startMetadataStandIn();
    const application = createServer((_, response) => response.end('up 1\n'));
    await new Promise<void>((resolve) => application.listen(0, '127.0.0.1', resolve));
    const { port } = application.address() as { port: number };
    await using sidecar = startSidecar({
      ECS_CONTAINER_METADATA_URI_V4: standIn.uri,
      FARGAUGE_TARGETS: `web=http://127.0.0.1:${port}/metrics`,
      FARGAUGE_TOKEN: 'horse',
      FARGAUGE_DOCUMENTS: 'off',
    });
    const url = await sidecar.url();
    const ask = (path: string, headers: Record<string, string>) =>
      fetch(`${url}${path}`, { headers });
    const authorized = { authorization: 'Bearer horse' };

    expect(await (await ask('/metrics/web', authorized)).text()).toBe('up 1\n');
    expect((await ask('/metrics/web', {})).status).toBe(401);
    expect((await ask('/task', authorized)).status).toBe(404);
    expect((await ask('/health', {})).status).toBe(200);
    application.close();
  });
});

interface Collected {
  readonly text: string;
  /** Times of the points of the task's CPU utilization. */
  readonly times: number[];
  readonly until: string;
}

async function collect(url: string, since: string): Promise<Collected> {
  const response = await fetch(`${url}/metrics?since=${since}`);
  const text = await response.text();
  expect(text.endsWith('# EOF\n')).toBe(true);
  const lines = text.split('\n').filter((line) => line.startsWith(`${CPU}{`));
  return {
    text,
    times: lines.map((line) => Number(line.split(' ').at(-1))),
    until: response.headers.get('fargauge-history-until')!,
  };
}

/** Serves the figures of a later second, and waits until they were taken and asked for again. */
async function renew(standIn: MetadataStandIn, second: number): Promise<void> {
  standIn.serve(sampleTask(), sampleStats(second, 1));
  await standIn.requested('/task/stats');
  await standIn.requested('/task/stats');
}
