import { describe, expect, it } from '@jest/globals';
import { readText, readValue } from '../exposition/read-text.ts';
import { START } from '../sample-documents.ts';
import { instanceTask, sampleInstance, taskId, timeAt } from '../sample-instance.ts';
import { pageOf } from '../sample-page.ts';
import { type ClientPage, startDaemon } from './simulated.ts';

const CPU = 'ee_task_cpu_utilization_percent';
const ENDED = 'ee_task_ended_timestamp_seconds';
const MAX_PAGE_BYTES = 4 * 1024 * 1024;

describe('A daemon', () => {
  it('shows each task of the instance as a sidecar in it would, with the labels of the task', async () => {
    const daemon = startDaemon(sampleInstance(40, 0));
    await daemon.advance(0);
    await daemon.poll(sampleInstance(40, 10));
    const page = daemon.latest();
    const shown = readText(page);

    for (const { observation } of daemon.sampler.known()!.live) {
      const { id, serviceName } = observation.task.task;
      const more = {
        ...{ task_id: id, ...(serviceName && { service_name: serviceName }) },
        ...{ cluster: 'shop', launch_type: 'MANAGED_INSTANCES', availability_zone: 'eu-west-1a' },
      };
      for (const [name, { rows }] of readText(pageOf(observation, (START + 9.5) * 1000))) {
        if (/^(ecs|ee_exporter|ee_ecs)_/.test(name)) continue;
        const own = shown.get(name)?.rows.filter(({ labels }) => labels.task_id === id);
        expect(own?.map(({ labels, value }) => ({ labels, value }))).toEqual(
          rows.map(({ labels, value }) => ({ labels: { ...labels, ...more }, value })),
        );
      }
    }
    expect(page).toContain(
      `${CPU}{container_name="_task_",container_id="_task_",task_family="orders",task_revision="7",` +
        `task_id="${taskId(3)}",service_name="orders-3",cluster="shop",launch_type="MANAGED_INSTANCES",` +
        'availability_zone="eu-west-1a",base="task"} 1.6',
    );
    expect(readValue(page, 'ee_exporter_tasks_available')).toBe(1);
  });

  it('sums up the instance, and keeps the history of the sums', async () => {
    const daemon = startDaemon(sampleInstance(40, 0));
    await daemon.advance(0);
    await daemon.poll(sampleInstance(40, 10));
    const labels = {
      cluster: 'shop',
      launch_type: 'MANAGED_INSTANCES',
      availability_zone: 'eu-west-1a',
    };
    const vcpus = (2 * 40 * 41) / 2 / 1000;

    const page = daemon.latest();
    expect(readText(page).get('ee_instance_tasks')?.rows).toEqual([{ labels, value: 40 }]);
    expect(readValue(page, 'ee_instance_containers')).toBe(80);
    expect(readValue(page, 'ee_instance_cpu_usage_vcpus')).toBeCloseTo(vcpus, 9);
    expect(readValue(page, 'ee_instance_cpu_utilization_percent')).toBeCloseTo(
      (vcpus / 8) * 100,
      9,
    );
    expect(readValue(page, 'ee_instance_cpu_reservation_percent')).toBe((40 * 0.5 * 100) / 8);
    expect(pointsOf(daemon.since(0), 'ee_instance_cpu_usage_vcpus')).toHaveLength(2);
  });

  it('delivers a minute of 100 tasks and 500 containers in pages of 4 MiB, each figure once', async () => {
    const options = { containers: 5 };
    const daemon = startDaemon(sampleInstance(100, 0, options));
    await daemon.advance(0);
    const begin = pagesSince(daemon, 0).at(-1)!.until;
    for (let second = 10; second <= 60; second += 10) {
      await daemon.poll(sampleInstance(100, second, options));
    }
    const pages = pagesSince(daemon, begin);

    expect(pages.length).toBeGreaterThan(3);
    for (const { text } of pages) expect(text.length).toBeLessThanOrEqual(MAX_PAGE_BYTES);
    const lines = pages.flatMap(({ text }) => text.split('\n'));
    const figures = lines.filter((line) => /^ee_(task|container|instance)_/.test(line));
    expect(new Set(figures).size).toBe(figures.length);
    const points = figures.filter((line) => line.startsWith(`${CPU}{`));
    expect(points).toHaveLength(100 * 6);
    // A container's usual page has them all.
    const latest = (name: string) => figures.filter((line) => line.startsWith(`${name}{`));
    expect(latest('ee_container_cpu_usage_seconds_total')).toHaveLength(600);
    expect(latest('ee_task_info')).toHaveLength(100);
    expect(latest('ee_instance_tasks')).toHaveLength(1);
    expect(lines.filter((line) => line.startsWith('ee_exporter_info{'))).toHaveLength(pages.length);
    // Whoever failed to deliver gets the same points.
    expect(pagesSince(daemon, begin).map(({ until }) => until)).toEqual(
      pages.map(({ until }) => until),
    );
    expect(figuresIn(daemon.since(pages.at(-1)!.until))).toEqual([]);
  });

  it('never divides the figures of a task at one poll', async () => {
    const options = { containers: 5 };
    const daemon = startDaemon(sampleInstance(100, 0, options));
    await daemon.advance(0);
    for (let second = 10; second <= 60; second += 10) {
      await daemon.poll(sampleInstance(100, second, options));
    }
    const places = new Map<string, Set<number>>();
    for (const [index, { text }] of pagesSince(daemon, 0).entries()) {
      for (const line of text.split('\n')) {
        const [, id] = /task_id="(\w+)"/.exec(line) ?? [];
        const [, time] = /\} \S+ (\d{10}\S*)$/.exec(line) ?? [];
        if (id === undefined || time === undefined) continue;
        const key = `${id} ${time}`;
        places.set(key, (places.get(key) ?? new Set()).add(index));
      }
    }

    expect(places.size).toBe(100 * 7);
    expect([...places.values()].filter((pages) => pages.size > 1)).toEqual([]);
  });

  it('delivers the last figures of a task with its end, once', async () => {
    const daemon = startDaemon(sampleInstance(3, 0));
    await daemon.advance(0);
    const { until } = daemon.since(0);
    await daemon.poll(sampleInstance(3, 10));
    await daemon.poll(sampleInstance(2, 20));

    const page = daemon.since(until);
    const ofGone = figuresIn(page).filter((line) => line.includes(taskId(2)));
    expect(
      ofGone.filter((line) => line.startsWith(`${ENDED}{container_name="_task_"`)),
    ).toHaveLength(1);
    expect(ofGone.filter((line) => line.startsWith(`${CPU}{`))).toHaveLength(1);
    expect(
      ofGone.filter((line) => line.startsWith('ee_container_cpu_usage_seconds_total{')),
    ).toHaveLength(3);
    expect(daemon.latest()).toContain(taskId(2));
    page.take();
    expect(daemon.latest()).not.toContain(taskId(2));

    await daemon.poll(sampleInstance(2, 30));
    expect(daemon.since(page.until).text).not.toContain(taskId(2));
    // Another client.
    expect(daemon.since(until).text).toContain(`${ENDED}{`);
  });

  it('delivers the end of a task even if the endpoint has failed since, for itself too', async () => {
    const daemon = startDaemon(sampleInstance(3, 0));
    await daemon.advance(0);
    const { until } = daemon.since(0);
    await daemon.poll(sampleInstance(2, 10));
    daemon.served.allowed = false;
    daemon.served.answers = false;
    await daemon.poll(sampleInstance(2, 20));
    await daemon.poll(sampleInstance(2, 30));
    const page = daemon.since(until);

    expect(page.text).toContain('\nee_ecs_metrics_exporter_success 0\n');
    expect(page.text.match(new RegExp(`^${ENDED}\\{.*task_id="${taskId(2)}"`, 'gm'))).toHaveLength(
      1,
    );
    // What was known of those that live is not of now.
    expect(page.text.match(/^ee_task_info\{/gm)).toHaveLength(1);
    expect(daemon.latest()).toContain(ENDED);
    page.take();
    expect(daemon.since(page.until).text).not.toContain(ENDED);
    expect(daemon.latest()).not.toContain(ENDED);
  });

  it('goes on with a task that one poll missed, and takes its end back', async () => {
    const daemon = startDaemon(sampleInstance(3, 0));
    await daemon.advance(0);
    await daemon.poll(sampleInstance(3, 10));
    await daemon.poll(sampleInstance(2, 20));
    const missed = daemon.since(0);
    expect(missed.text).toContain(ENDED);
    missed.take();
    await daemon.poll(sampleInstance(3, 30));

    const page = daemon.since(missed.until);
    expect(page.text).not.toContain(`${ENDED}{`);
    expect(
      pointsOf(page, CPU, taskId(2)).map((line) => Number(line.split(' ').at(-1)) - START),
    ).toEqual([30]);
    expect(daemon.history.lost.size).toBe(0);
  });

  it('shows the end to those who take no history for 2 minutes', async () => {
    const daemon = startDaemon(sampleInstance(3, 0));
    await daemon.advance(0);
    const stopped = { KnownStatus: 'STOPPED', ExecutionStoppedAt: timeAt(7) };
    const { tasks, stats } = sampleInstance(2, 10);
    await daemon.poll({ tasks: [...tasks, instanceTask(2, 2, stopped)], stats });

    expect(readValue(daemon.latest(), ENDED, { task_id: taskId(2) })).toBe(START + 7);
    for (let second = 20; second <= 130; second += 10) await daemon.poll(sampleInstance(2, second));
    expect(daemon.latest()).toContain(ENDED);
    await daemon.poll(sampleInstance(2, 140));
    expect(daemon.latest()).not.toContain(ENDED);
  });

  it('falls back to its own task with one line, keeps what others have left, and comes back', async () => {
    const daemon = startDaemon(sampleInstance(3, 0));
    await daemon.advance(0);
    await daemon.poll(sampleInstance(3, 10));
    const { until } = daemon.since(0);
    await daemon.poll(sampleInstance(3, 20));
    daemon.served.allowed = false;
    await daemon.poll(sampleInstance(3, 30));
    await daemon.advance(1_000);

    const page = daemon.latest();
    const ids = readText(page)
      .get('ee_task_info')!
      .rows.map(({ labels }) => labels.task_id);
    expect(ids).toEqual([taskId(0)]);
    expect(readValue(page, 'ee_exporter_tasks_available')).toBe(0);
    expect(readText(page).has('ee_instance_tasks')).toBe(false);
    const times = (id: string) =>
      pointsOf(daemon.since(until), CPU, id).map((line) => Number(line.split(' ').at(-1)) - START);
    expect(times(taskId(0))).toEqual([20, 30]);
    expect(times(taskId(2))).toEqual([20]);

    daemon.served.allowed = true;
    await daemon.advance(2_000);
    await daemon.poll(sampleInstance(3, 40));
    expect(readValue(daemon.latest(), 'ee_exporter_tasks_available')).toBe(1);
    expect(daemon.latest()).not.toContain(ENDED);
    expect(times(taskId(2))).toEqual([20, 30, 40]);
    expect(daemon.messages).toEqual([
      '/tasks: HTTP 500: not supported: figures of the own task alone',
      '/tasks answers again: figures of all tasks of the instance',
    ]);
  });

  it.each([
    ['the own task is of a daemon, and may read all tasks', 'daemon:fargauge', true, 'instance'],
    ['the own task is of a daemon that may not', 'daemon:fargauge', false, 'task'],
    ['the own task is of a service', 'service:orders', true, 'task'],
  ] as const)('finds its scope by itself where %s', async (_, Group, allowed, scope) => {
    const { tasks, stats } = sampleInstance(3, 0);
    const daemon = startDaemon(
      { tasks: [{ ...tasks[0], Group }, ...tasks.slice(1)], stats },
      'auto',
    );
    daemon.served.allowed = allowed;
    await daemon.advance(0);

    const rows = readText(daemon.latest()).get('ee_task_info')!.rows;
    expect(daemon.sampler.ofInstance).toBe(scope === 'instance');
    expect(rows).toHaveLength(scope === 'instance' ? 3 : 1);
    const ofTask = readText(daemon.latest()).get(CPU)?.rows[0]?.labels;
    expect(ofTask).toHaveProperty('container_name', '_task_');
    expect('task_id' in ofTask!).toBe(scope === 'instance');
    expect(daemon.messages).toHaveLength(Group === 'daemon:fargauge' && !allowed ? 1 : 0);
  });

  it.each([
    ['loses, and counts, the points of a task that gives way', false],
    ['loses none where a client has taken them', true],
  ])('%s', async (_, isCollected) => {
    const daemon = startDaemon(sampleInstance(60, 0));
    await daemon.advance(0);
    // One task ends with each poll.
    for (let n = 1; n <= 50; n += 1) {
      if (isCollected) for (const page of pagesSince(daemon, 0)) page.take();
      await daemon.poll(sampleInstance(60, n * 10, { from: n + 1 }));
    }
    const lost = (reason: string) =>
      readText(daemon.latest())
        .get('ee_exporter_history_points_lost_total')
        ?.rows.find(({ labels }) => labels.reason === reason)?.value;

    if (isCollected) expect(lost('task_gone')).toBeUndefined();
    else expect(lost('task_gone')).toBeGreaterThan(0);
    expect(lost('container_gone')).toBeUndefined();
  });
});

type Daemon = ReturnType<typeof startDaemon>;

/** As a client asks on, until nothing is left. */
function pagesSince(daemon: Daemon, since: number): ClientPage[] {
  const pages: ClientPage[] = [];
  for (let cursor = since, more = true; more; ) {
    const page = daemon.since(cursor);
    pages.push(page);
    ({ until: cursor, more } = page);
  }
  return pages;
}

function figuresIn({ text }: ClientPage): string[] {
  return text.split('\n').filter((line) => /^ee_(task|container|instance)_/.test(line));
}

/** Lines of the points of a family. @param id of their task @default any */
function pointsOf(page: ClientPage, name: string, id = ''): string[] {
  return figuresIn(page).filter((line) => line.startsWith(`${name}{`) && line.includes(id));
}
