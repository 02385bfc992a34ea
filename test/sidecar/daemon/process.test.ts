import { describe, expect, it } from '@jest/globals';
import { readText, readValue } from '../exposition/read-text.ts';
import { json, startMetadataStandIn, status } from '../metadata-stand-in.ts';
import { sampleInstance, taskId } from '../sample-instance.ts';
import { type SidecarProcess, startSidecar } from '../sidecar-process.ts';

const CPU = 'ee_task_cpu_utilization_percent';

const EMF = JSON.stringify({
  metric_namespace: 'Fargauge',
  metric_declaration: [
    {
      metric_selectors: [`^${CPU}$`, '^ee_instance_cpu_usage_vcpus$'],
      dimensions: [['ClusterName', 'TaskId'], ['ClusterName']],
    },
  ],
});

/** The environment of a managed daemon. */
const ON_MANAGED_INSTANCES = { AWS_EXECUTION_ENV: 'AWS_ECS_MANAGED_INSTANCES' };

describe('A daemon as a process', () => {
  it('finds out that it is one, and shows the truth of 40 tasks from the first scrape on', async () => {
    await using standIn = await startMetadataStandIn();
    const instance = sampleInstance(40, 0);
    standIn.serveInstance(instance);
    await using daemon = start(standIn.uri, ON_MANAGED_INSTANCES);

    for (const query of ['', '?since=0']) {
      const { headers, text } = await scrape(daemon, query);
      expect(headers.get('fargauge-scope')).toBe('instance');
      const lines = text.matchAll(
        /^ee_task_cpu_utilization_percent\{.*task_id="(\w+)".*\} (\S+)/gm,
      );
      const percents = new Map([...lines].map(([, id, value]) => [id, Number(value)]));
      expect(percents.size).toBe(40);
      for (const { id, cpuPercent } of instance.truth) {
        expect(percents.get(id)).toBeCloseTo(cpuPercent, 9);
      }
    }
  });

  it.each([
    ['where it may not see all tasks', ON_MANAGED_INSTANCES],
    ['where it is told so', { ...ON_MANAGED_INSTANCES, FARGAUGE_SCOPE: 'task' }],
    ['elsewhere', { AWS_EXECUTION_ENV: 'AWS_ECS_FARGATE' }],
    ['by default', {}],
  ])('is a sidecar of its own task %s', async (_, env) => {
    await using standIn = await startMetadataStandIn();
    standIn.serveInstance(sampleInstance(3, 0));
    standIn.answer('/tasks', status(500, '"V4 tasks metadata handler: not supported"'));
    await using sidecar = start(standIn.uri, env);

    const { headers, text } = await scrape(sidecar);
    expect(headers.has('fargauge-scope')).toBe(false);
    expect(readValue(text, CPU)).toBeCloseTo(0.4, 9);
    expect(text).not.toContain('service_name="orders');
    const asked = standIn.requests.includes('/tasks');
    expect(asked).toBe(env === ON_MANAGED_INSTANCES);
    if (asked)
      expect(await sidecar.line('/tasks: HTTP 500')).toContain('figures of the own task alone');
  });

  it.each([
    ['refuses the permission', status(403, '"denied"'), 'HTTP 403: "denied"'],
    ['gives half an array', status(200, '[{"TaskARN":'), 'expected a JSON array, to its end'],
    ['gives an object', json({}), 'expected a JSON array, to its end'],
  ])(
    'has its own task alone while the endpoint %s, and all of them again after that',
    async (_, failure, reason) => {
      await using standIn = await startMetadataStandIn();
      standIn.serveInstance(sampleInstance(5, 0));
      standIn.answer('/tasks', failure);
      await using daemon = start(standIn.uri, { FARGAUGE_SCOPE: 'instance' });
      expect(await daemon.line('figures of the own task alone')).toContain(`/tasks: ${reason}`);
      const alone = await scrape(daemon);
      standIn.serveInstance(sampleInstance(5, 10));
      await daemon.line('/tasks answers again: figures of all tasks of the instance');
      const { headers, text } = await scrape(daemon);

      expect(alone.headers.get('fargauge-scope')).toBe('instance');
      expect(tasksIn(alone.text)).toEqual([taskId(0)]);
      expect(readValue(alone.text, 'ee_exporter_tasks_available')).toBe(0);
      expect(headers.get('fargauge-scope')).toBe('instance');
      expect(tasksIn(text)).toEqual([0, 1, 2, 3, 4].map(taskId));
      expect(
        readValue(text, 'ee_exporter_upstream_requests_total', { path: '/tasks', code: '200' }),
      ).toBe(1);
    },
  );

  it('passes over what is no task, and counts it', async () => {
    await using standIn = await startMetadataStandIn();
    const { tasks, stats } = sampleInstance(5, 0);
    standIn.serveInstance({
      tasks: [...tasks, null, {}, tasks[1]],
      stats: [null, ...stats.slice(0, 3)],
    });
    await using daemon = start(standIn.uri, { FARGAUGE_SCOPE: 'instance' });

    const { text } = await scrape(daemon);
    expect(tasksIn(text)).toHaveLength(5);
    expect(readText(text).get(CPU)!.rows).toHaveLength(3);
    const skipped = readText(text).get('ee_exporter_elements_skipped_total')!.rows;
    expect(Object.fromEntries(skipped.map(({ labels, value }) => [labels.reason, value]))).toEqual({
      no_object: 2,
      no_task_arn: 1,
      same_task: 1,
    });
  });

  it('writes the points that nobody has collected when it is stopped, of each task with its labels', async () => {
    await using standIn = await startMetadataStandIn();
    const { tasks, stats } = sampleInstance(3, 0);
    standIn.serveInstance({ tasks, stats });
    await using daemon = start(standIn.uri, { FARGAUGE_SCOPE: 'instance', FARGAUGE_EMF: EMF });
    await scrape(daemon);
    // The last poll has one task less.
    standIn.serveInstance(sampleInstance(2, 10));
    daemon.process.kill('SIGTERM');
    const { code, output } = await daemon.ending;
    const events = output
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));

    expect(code).toBe(0);
    const ofTasks = events.filter((event) => CPU in event);
    expect(
      ofTasks.map(({ TaskId, ServiceName, [CPU]: values }) => [TaskId, ServiceName, values]),
    ).toEqual([
      [taskId(0), undefined, [0.4, 0.4]],
      [taskId(1), 'orders-1', [0.8, 0.8]],
      [taskId(2), 'orders-2', [1.2]],
    ]);
    for (const event of ofTasks) {
      expect(event).toMatchObject({ ClusterName: 'shop', LaunchType: 'MANAGED_INSTANCES' });
      // As a sidecar's: these are the collector's labels under other names.
      expect(event).not.toHaveProperty('task_id');
    }
    expect(events.filter((event) => 'ee_instance_cpu_usage_vcpus' in event)).toEqual([
      expect.objectContaining({ ClusterName: 'shop', AvailabilityZone: 'eu-west-1a' }),
    ]);
  });

  it('refuses a scope that there is not', async () => {
    await using sidecar = startSidecar({
      ECS_CONTAINER_METADATA_URI_V4: 'http://127.0.0.1:9/v4/0',
      FARGAUGE_SCOPE: 'cluster',
    });

    const { code, lines } = await sidecar.ending;
    expect(code).toBe(2);
    expect(lines.join('\n')).toContain(
      'FARGAUGE_SCOPE: expected task, instance or auto, given "cluster"',
    );
  });
});

function start(uri: string, env: Readonly<Record<string, string>>): SidecarProcess {
  return startSidecar({ ECS_CONTAINER_METADATA_URI_V4: uri, ...env });
}

async function scrape(
  sidecar: SidecarProcess,
  query = '',
): Promise<{ headers: Headers; text: string }> {
  const response = await fetch(`${await sidecar.url()}/metrics${query}`);
  return { headers: response.headers, text: await response.text() };
}

/** Ids of the tasks on a page. */
function tasksIn(text: string): (string | undefined)[] {
  return (readText(text).get('ee_task_info')?.rows ?? []).map(({ labels }) => labels.task_id);
}
