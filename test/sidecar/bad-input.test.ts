import { describe, expect, it } from '@jest/globals';
import { readValue } from './exposition/read-text.ts';
import { type Responder, startMetadataStandIn, status } from './metadata-stand-in.ts';
import { sampleStats, sampleTask } from './sample-documents.ts';
import { sidecarCommand, startSidecar } from './sidecar-process.ts';

const URI = 'http://127.0.0.1:9/v4/0';

const EMF = JSON.stringify({
  metric_namespace: 'Fargauge',
  metric_declaration: [
    {
      metric_selectors: ['^ee_task_cpu_utilization_percent$'],
      dimensions: [['TaskDefinitionFamily']],
    },
  ],
});

/** Takes far more memory than its text has bytes. */
const HUGE = status(
  200,
  `{"Containers":[${Array.from({ length: 60_000 }, (_, n) => `{"DockerId":"${n}","Name":"a"}`)}]}`,
);

describe('The sidecar, on whatever runs it,', () => {
  it.each<[name: string, value: string, problem: string]>([
    ['FARGAUGE_EMF', '{', 'expected a JSON object, given "{"'],
    ['FARGAUGE_EMF', '[1]', 'expected a JSON object, given [1]'],
    [
      'FARGAUGE_EMF',
      '{"metric_namespace":"a","metric_declaration":[{"metric_selectors":["("]}]}',
      'metric_declaration[0].metric_selectors[0]: expected a regular expression, given "("',
    ],
    [
      'FARGAUGE_EMF',
      '{"metric_namespace":"a","metric_declaration":[{"label_matcher":"a{2,1}","metric_selectors":[]}]}',
      'metric_declaration[0].label_matcher: expected a regular expression, given "a{2,1}"',
    ],
    [
      'FARGAUGE_TARGETS',
      'web=http://[::1%25eth0]/metrics',
      'expected distinct name=URL, such as keycloak=http://127.0.0.1:8080/metrics (loopback only), given "web=http://[::1%25eth0]/metrics"',
    ],
    [
      'FARGAUGE_TOKEN_FILE',
      '/nowhere',
      "cannot read /nowhere: Error: ENOENT: no such file or directory, open '/nowhere'",
    ],
    [
      'ECS_METRICS_EXPORTER_HOST',
      '127.1',
      'expected an IP address such as 127.0.0.1, given "127.1"',
    ],
  ])('refuses %s=%s with the same words', async (name, value, problem) => {
    await using sidecar = startSidecar({ ECS_CONTAINER_METADATA_URI_V4: URI, [name]: value });

    const { code, lines } = await sidecar.ending;

    expect(code).toBe(2);
    expect(lines).toEqual([`fargauge sidecar: ${name}: ${problem}`]);
  });

  it.each<[string, Responder]>([
    ['no JSON', status(200, '{"Containers":')],
    ['60,000 containers', HUGE],
  ])('goes on after a document of %s', async (_, responder) => {
    await using standIn = await startMetadataStandIn();
    standIn.serve(sampleTask(), sampleStats(0, 1));
    standIn.answer('/task', responder);
    await using sidecar = startSidecar({ ECS_CONTAINER_METADATA_URI_V4: standIn.uri });

    expect(await sidecar.line('failed')).toContain(
      'task metadata endpoint failed: /task: expected ',
    );
    standIn.serve(sampleTask(), sampleStats(2, 1));
    await sidecar.line('task metadata endpoint answers again');
    const page = await (await fetch(`${await sidecar.url()}/metrics`)).text();
    expect(readValue(page, 'ee_ecs_metrics_exporter_success')).toBe(1);
  });

  it('tells that the disk behind its output is full, and ends in time', async () => {
    await using standIn = await startMetadataStandIn();
    standIn.serve(sampleTask(), sampleStats(0, 1));
    await using sidecar = startSidecar(
      { ECS_CONTAINER_METADATA_URI_V4: standIn.uri, FARGAUGE_EMF: EMF },
      { command: ['/bin/sh', '-c', 'exec "$@" >/dev/full', 'sh', ...sidecarCommand()] },
    );
    // The first poll has ended then.
    await (await fetch(`${await sidecar.url()}/metrics`)).text();

    sidecar.process.kill('SIGTERM');

    const { code, lines } = await sidecar.ending;
    expect(code).toBe(0);
    expect(lines.join('\n')).toMatch(/cannot write the last figures: Error: .*ENOSPC/);
  });
});
