import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { readText, readValue } from './exposition/read-text.ts';
import {
  breakOff,
  hang,
  json,
  type Responder,
  startMetadataStandIn,
  status,
} from './metadata-stand-in.ts';
import { APP, SIDECAR, sampleStats, sampleTask } from './sample-documents.ts';
import { startSidecar } from './sidecar-process.ts';

const OWN_FAMILIES = [
  'ecs_metrics_exporter_success',
  'ee_ecs_metrics_exporter_success',
  'ee_exporter_info',
  'ee_exporter_upstream_duration_seconds',
  'ee_exporter_upstream_requests_total',
];

describe('The sidecar as a process', () => {
  it('tells the figures of the task from the first scrape on', async () => {
    await using standIn = await startMetadataStandIn();
    standIn.serve(sampleTask(), sampleStats(0));
    await using sidecar = startSidecar({ ECS_CONTAINER_METADATA_URI_V4: standIn.uri });

    const response = await fetch(`${await sidecar.url()}/metrics`);
    const text = await response.text();

    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(readValue(text, 'ee_ecs_metrics_exporter_success')).toBe(1);
    expect(readText(text).get('ee_task_cpu_utilization_percent')?.rows).toEqual([
      {
        labels: {
          container_name: '_task_',
          container_id: '_task_',
          task_family: 'orders',
          task_revision: '7',
          base: 'task',
        },
        value: 40,
      },
    ]);
    expect(readText(text).get('ee_container_cpu_utilization_percent')?.rows).toEqual([
      { labels: expect.objectContaining({ container_name: 'app', base: 'task' }), value: 20 },
      {
        labels: expect.objectContaining({ container_name: 'sidecar', base: 'container' }),
        value: 80,
      },
    ]);
  });

  it('passes both documents through as they are', async () => {
    await using standIn = await startMetadataStandIn();
    standIn.answer('/task', status(200, '{"Family" : "a", "Containers":[]}'));
    standIn.answer('/task/stats', status(200, '{"a":{"limit":18446744073709551615}}'));
    await using sidecar = startSidecar({
      ECS_CONTAINER_METADATA_URI_V4: standIn.uri,
      FARGAUGE_DOCUMENTS: 'on',
    });
    const url = await sidecar.url();

    expect(await (await fetch(`${url}/task`)).text()).toBe('{"Family" : "a", "Containers":[]}');
    expect(await (await fetch(`${url}/stats`)).text()).toBe('{"a":{"limit":18446744073709551615}}');
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('ends at once with exit code 0 on %s', async (signal) => {
    await using standIn = await startMetadataStandIn();
    standIn.answer('/task', hang);
    standIn.answer('/task/stats', hang);
    await using sidecar = startSidecar({ ECS_CONTAINER_METADATA_URI_V4: standIn.uri });
    await sidecar.url();

    sidecar.process.kill(signal);

    expect(await sidecar.ending).toMatchObject({ code: 0, signal: null });
  });

  it.each<[string, unknown]>([
    ['null', { [APP]: null, [SIDECAR]: null }],
    ['{}', { [APP]: {}, [SIDECAR]: {} }],
    ['missing', {}],
  ])('has no figures and no failure where the entries are %s', async (_, stats) => {
    await using standIn = await startMetadataStandIn();
    standIn.serve(sampleTask(), stats);
    await using sidecar = startSidecar({ ECS_CONTAINER_METADATA_URI_V4: standIn.uri });

    const text = await (await fetch(`${await sidecar.url()}/metrics`)).text();

    expect(readValue(text, 'ee_ecs_metrics_exporter_success')).toBe(1);
    expect(readValue(text, 'ee_container_stats_available', { container_name: 'app' })).toBe(0);
    expect(readValue(text, 'ee_task_cpu_limit')).toBe(0.5);
    expect(
      [...readText(text).keys()].filter((name) => /usage|utili|_io_|network/.test(name)),
    ).toEqual(['ee_task_ephemeral_storage_utilization_percent']);
  });

  it.each<[string, Responder]>([
    ['500', status(500, '"internal failure"')],
    ['429', status(429, 'You have reached maximum request limit.')],
    ['HTML', status(200, '<html></html>', 'text/html')],
    ['JSON of another kind', json('V4 task metadata handler: unable to generate metadata')],
    ['half an answer', breakOff],
  ])('answers 200 with success 0 where the endpoint gives %s', async (_, failure) => {
    await using standIn = await startMetadataStandIn();
    standIn.serve(sampleTask(), sampleStats(0));
    standIn.answer('/task/stats', failure);
    await using sidecar = startSidecar({
      ECS_CONTAINER_METADATA_URI_V4: standIn.uri,
      FARGAUGE_DOCUMENTS: 'on',
    });
    const url = await sidecar.url();

    const response = await fetch(`${url}/metrics`);
    const text = await response.text();

    expect(response.status).toBe(200);
    expect(readValue(text, 'ee_ecs_metrics_exporter_success')).toBe(0);
    expect(readValue(text, 'ecs_metrics_exporter_success')).toBe(0);
    expect([...readText(text).keys()].sort()).toEqual(OWN_FAMILIES);
    expect((await fetch(`${url}/stats`)).status).toBe(502);
    expect((await fetch(`${url}/health`)).status).toBe(200);
  });

  it('has no stale figures once the endpoint fails, and figures again once it recovers', async () => {
    await using standIn = await startMetadataStandIn();
    standIn.serve(sampleTask(), sampleStats(0, 1));
    await using sidecar = startSidecar({ ECS_CONTAINER_METADATA_URI_V4: standIn.uri });
    const url = `${await sidecar.url()}/metrics`;
    const scrape = async () => (await fetch(url)).text();
    expect(readValue(await scrape(), 'ee_task_cpu_usage_vcpus')).toBe(0.2);

    standIn.answer('/task/stats', status(500, '"internal failure"'));
    await sidecar.line('task metadata endpoint failed: /task/stats: HTTP 500');
    expect([...readText(await scrape()).keys()].sort()).toEqual(OWN_FAMILIES);

    standIn.serve(sampleTask(), sampleStats(2, 1));
    await sidecar.line('task metadata endpoint answers again');
    expect(readValue(await scrape(), 'ee_task_cpu_usage_vcpus')).toBe(0.2);
  });

  it('answers 200 with success 0 where nobody listens at the endpoint', async () => {
    const standIn = await startMetadataStandIn();
    await standIn[Symbol.asyncDispose]();
    await using sidecar = startSidecar({ ECS_CONTAINER_METADATA_URI_V4: standIn.uri });

    const text = await (await fetch(`${await sidecar.url()}/metrics`)).text();

    expect(readValue(text, 'ee_ecs_metrics_exporter_success')).toBe(0);
    expect([...readText(text).keys()].sort()).toEqual(OWN_FAMILIES);
    expect(
      readValue(text, 'ee_exporter_upstream_requests_total', {
        path: '/task/stats',
        code: 'refused',
      }),
    ).toBe(1);
  });

  it('does not wait for an endpoint that hangs, not even on the first scrape', async () => {
    await using standIn = await startMetadataStandIn();
    standIn.answer('/task', hang);
    standIn.answer('/task/stats', hang);
    await using sidecar = startSidecar({ ECS_CONTAINER_METADATA_URI_V4: standIn.uri });

    const text = await (await fetch(`${await sidecar.url()}/metrics`)).text();

    expect(readValue(text, 'ee_ecs_metrics_exporter_success')).toBe(0);
    // The requests are still under way.
    expect(readText(text).has('ee_exporter_upstream_requests_total')).toBe(false);
  });

  it('does not ask more when more scrape', async () => {
    await using standIn = await startMetadataStandIn();
    standIn.serve(sampleTask(), sampleStats(0));
    const startedAt = performance.now();
    await using sidecar = startSidecar({ ECS_CONTAINER_METADATA_URI_V4: standIn.uri });
    const url = await sidecar.url();

    const paths = ['/metrics', '/task', '/stats'];
    await Promise.all(
      // Less than the connections of one address, all of which may have to wait for the first poll.
      Array.from({ length: 48 }, async (_, index) =>
        (await fetch(`${url}${paths[index % paths.length]}`)).text(),
      ),
    );

    // Of each document one at once, and one more for each second that has passed, however long it took.
    const seconds = (performance.now() - startedAt) / 1000;
    for (const path of ['/task', '/task/stats']) {
      const requests = standIn.requests.filter((requested) => requested === path);
      expect(requests.length).toBeGreaterThan(0);
      expect(requests.length).toBeLessThanOrEqual(1 + Math.floor(seconds));
    }
  });

  it('refuses a broken environment with exit code 2, telling all that is wrong', async () => {
    const env = { ECS_METRICS_EXPORTER_PORT: '80000' };
    await using sidecar = startSidecar(env);

    const { code, lines } = await sidecar.ending;

    expect(code).toBe(2);
    expect(lines).toEqual([
      expect.stringContaining('ECS_CONTAINER_METADATA_URI_V4: expected'),
      expect.stringContaining(
        'ECS_METRICS_EXPORTER_PORT: expected an integer from 0 to 65535, given "80000"',
      ),
    ]);
  });

  it('says which port is taken, with exit code 1', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    await using sidecar = startSidecar({
      ECS_CONTAINER_METADATA_URI_V4: 'http://127.0.0.1:9/v4/0',
      ECS_METRICS_EXPORTER_PORT: String(port),
    });

    const { code, lines } = await sidecar.ending;
    taken.close();

    expect(code).toBe(1);
    expect(lines.join('\n')).toContain(
      `cannot listen on 127.0.0.1, port ${port}: Error: listen EADDRINUSE`,
    );
  });

  it('checks its own health: exit code 0 while it serves, 1 when it does not', async () => {
    await using standIn = await startMetadataStandIn();
    await using sidecar = startSidecar({ ECS_CONTAINER_METADATA_URI_V4: standIn.uri });
    const env = {
      ECS_CONTAINER_METADATA_URI_V4: standIn.uri,
      ECS_METRICS_EXPORTER_PORT: new URL(await sidecar.url()).port,
    };

    expect((await startSidecar(env, { args: ['health'] }).ending).code).toBe(0);
    sidecar.process.kill('SIGTERM');
    await sidecar.ending;
    expect((await startSidecar(env, { args: ['health'] }).ending).code).toBe(1);
  });
});
