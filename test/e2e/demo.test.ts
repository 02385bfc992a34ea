import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { MetricStatistics } from '../../cli/demo/cloudwatch-view.ts';
import { PLANS } from '../../cli/demo/cluster.ts';
import { type DemoCycle, type DemoTask, runDemo } from '../../cli/demo/demo.ts';
import type { Measure } from '../../cli/demo/task/metadata.ts';
import { APP_CONTAINER } from '../../cli/demo/task/simulated.ts';
import { secondsOf } from '../../cli/demo/task/usage.ts';
import { loadConfig } from '../../lambda/config/load.ts';
import { CONTAINER_CPU_UTILIZATION } from '../../lambda/model/settings/names.ts';
import { sidecarCommand } from '../sidecar/sidecar-process.ts';

/** What the demo collects, and when the endpoint took the figures. */
const CONFIG = `${readFileSync(join(import.meta.dirname, '../../cli/demo/fargauge.yaml'), 'utf8')}
    - source_labels: [ServiceName]
      label_matcher: .+
      metric_selectors: [^ee_container_sample_timestamp_seconds$]
      dimensions: [[ClusterName, ServiceName, container_name]]
`;

/** Cycles of about a second each, so that the sidecars' samples cover all of the time. */
const INTERVAL_MS = 1_000;
const MEASURED_CYCLES = 8;

/** Cycles in which the figures of all tasks are complete. */
const COMPLETE_CYCLES = 3;

const THRESHOLD = 80;

/** Milliseconds that one sample of the demo's metadata endpoint covers. */
const SAMPLE_MS = 1_000;

/** Milliseconds that the difference between two polls of the sidecar covers at most, on a busy machine. */
const LONGEST_SPAN_MS = 3_000;

/** Points of CPU utilization by which the published figure may differ from what the system counted, which is what `ps` shows. */
const CPU_TOLERANCE = 5;

/** CPU seconds of a process at a time in milliseconds. */
interface Reading {
  readonly at: number;
  readonly seconds: number;
}

describe('the demo, end to end', () => {
  const cycles: DemoCycle[] = [];
  /** What the burning container has used, read twenty times a second. */
  const used: Reading[] = [];
  const stop = new AbortController();
  const pids = new Set<number>();
  let watcher: NodeJS.Timeout | undefined;
  let healthy: boolean | undefined;

  beforeAll(async () => {
    healthy = await runDemo({
      config: await demoConfig(),
      intervalMs: INTERVAL_MS,
      sidecar: sidecarCommand(),
      once: false,
      thresholdPercent: THRESHOLD,
      onCycle: (cycle) => {
        cycles.push(cycle);
        for (const { appPid, sidecarPid } of cycle.tasks) pids.add(appPid).add(sidecarPid);
        watcher ??= setInterval(() => used.push(readCpu(task(cycle, 'worker').appPid)), 50);
        if (cycle.number === MEASURED_CYCLES) clearInterval(watcher);
        if (cycle.number === MEASURED_CYCLES)
          process.kill(task(cycle, 'web').sidecarPid, 'SIGKILL');
        if (cycle.number >= MEASURED_CYCLES + 2 && measuredSinceKill(cycles).size === 2)
          stop.abort();
      },
      stop: stop.signal,
    });
  }, 90_000);

  afterAll(() => {
    clearInterval(watcher);
    stop.abort();
  });

  it('knows the CPU and memory of every task in its first cycle', () => {
    expect(cycles[0]?.tasks).toHaveLength(3);
    for (const { up, cpuPercent, memoryPercent } of cycles[0]!.tasks) {
      expect(up).toBe(true);
      expect(cpuPercent).toBeGreaterThanOrEqual(0);
      expect(memoryPercent).toBeGreaterThan(0);
    }
  });

  it('publishes the CPU of the burning task within 5 points of what the system counted', () => {
    // The first cycles' samples began before the readings did.
    const measured = cycles
      .slice(LONGEST_SPAN_MS / INTERVAL_MS + 1, MEASURED_CYCLES)
      // A cycle has what the sidecar sampled since the one before: nothing, one sample or more.
      .map((cycle) => ({ cycle, cpu: containerMetric(cycle, CONTAINER_CPU_UTILIZATION) }))
      .filter(({ cpu }) => cpu?.sampleCount === 1);
    expect(measured.length).toBeGreaterThan(0);
    for (const { cycle, cpu } of measured) {
      const published = cpu!.maximum;
      const sampledAt = containerMetric(cycle, 'ee_container_sample_timestamp_seconds');
      const readAt = sampledAt!.maximum * 1_000;
      // One sample of the endpoint, or more where the machine was too busy for the sidecar to see each.
      const counted = [];
      for (let span = SAMPLE_MS; span <= LONGEST_SPAN_MS; span += SAMPLE_MS / 10) {
        counted.push(percentOf(readingAt(used, readAt - span), readingAt(used, readAt)));
      }
      const off = Math.min(...counted.map((percent) => Math.abs(percent - published)));
      if (off >= CPU_TOLERANCE) console.error({ published, counted });
      expect(off).toBeLessThan(CPU_TOLERANCE);
    }
  });

  it('shows the burning task as the busiest of all cycles, and marks those over the alarm threshold', () => {
    const complete = cycles
      .slice(0, MEASURED_CYCLES)
      .filter(({ tasks }) => tasks.every(({ cpuPercent }) => cpuPercent !== undefined));
    expect(complete.length).toBeGreaterThan(0);
    // Of a second a busy machine can give any process nothing, so that only all cycles together tell who burns most.
    const sums = new Map<number, number>();
    for (const { appPid, cpuPercent } of complete.flatMap(({ tasks }) => tasks)) {
      sums.set(appPid, (sums.get(appPid) ?? 0) + cpuPercent!);
    }
    const [[busiest] = []] = [...sums].sort(([, one], [, other]) => other - one);
    expect(busiest).toBe(task(complete[0]!, 'worker').appPid);
    for (const { tasks } of complete) {
      expect(tasks.map(({ overThreshold }) => overThreshold)).toEqual(
        tasks.map(({ cpuPercent }) => cpuPercent! > THRESHOLD),
      );
    }
  });

  it('publishes one metric for each service, with all samples of its tasks', () => {
    const cpu = cycles[0]!.published.metrics.filter(
      ({ name }) => name === 'ee_task_cpu_utilization_percent',
    );
    expect(cpu.map(({ dimensions, unit }) => ({ dimensions, unit }))).toEqual([
      { dimensions: { ClusterName: 'demo', ServiceName: 'web' }, unit: 'Percent' },
      { dimensions: { ClusterName: 'demo', ServiceName: 'worker' }, unit: 'Percent' },
    ]);
    const [web, worker] = cpu.map(({ sampleCount }) => sampleCount);
    expect(web).toBeGreaterThanOrEqual(2);
    expect(worker).toBeGreaterThanOrEqual(1);
  });

  it('publishes the requests of the application as differences that add up to its own count', () => {
    const deltas = cycles
      .slice(0, MEASURED_CYCLES)
      .map(({ published }) =>
        published.metrics
          .filter(({ name, dimensions }) => name === 'http_requests_total' && dimensions.status)
          .reduce((sum, metric) => sum + metric.sum, 0),
      );
    expect(deltas[0]).toBe(0);
    // Ten requests a second; a machine under load makes fewer, never more.
    const total = deltas.reduce((sum, delta) => sum + delta, 0);
    expect(total).toBeGreaterThan(0);
    const seconds =
      (cycles[MEASURED_CYCLES - 1]!.report.startedAt - cycles[0]!.report.startedAt) / 1000;
    expect(total).toBeLessThanOrEqual(seconds * 10 + 2);
  });

  it('shows a killed sidecar as down while the others go on', () => {
    const { tasks, report } = cycles.at(-1)!;
    expect(tasks.filter(({ up }) => !up)).toEqual([
      expect.objectContaining({ service: 'web', reason: 'connect_refused', cpuPercent: undefined }),
    ]);
    // A cycle has what was sampled since the one before, which may be nothing.
    expect(measuredSinceKill(cycles)).toEqual(
      new Set(tasks.filter(({ up }) => up).map(({ taskId }) => taskId)),
    );
    expect(report.targets).toEqual({ discovered: 4, up: 3, down: 1, stopped: 0 });
    expect(healthy).toBe(false);
  });

  it('ends every process that it started', () => {
    expect([...pids].filter(isRunning)).toEqual([]);
  });
});

/** Each application has the share of a CPU that it asks for, however busy the machine is. */
const asPlanned: Measure = async (_, container, { taskArn }) => {
  const { share = 0 } = PLANS.find(({ taskId }) => taskArn.endsWith(taskId)) ?? {};
  const seconds = performance.now() / 1_000;
  return {
    cpuNanoseconds: container === APP_CONTAINER ? share * seconds * 1e9 : 0,
    anonymousBytes: 2 ** 20,
    residentBytes: 2 ** 20,
  };
};

describe('the demo on a machine that gives each task what it asks for', () => {
  it('shows the burning task as the busiest in each cycle, and it alone over the threshold', async () => {
    const complete: DemoCycle[] = [];
    const stop = new AbortController();
    await runDemo({
      config: await demoConfig(),
      intervalMs: INTERVAL_MS,
      once: false,
      thresholdPercent: THRESHOLD,
      measure: asPlanned,
      onCycle: (cycle) => {
        const isComplete = cycle.tasks.every(({ cpuPercent }) => cpuPercent !== undefined);
        if (isComplete) complete.push(cycle);
        if (complete.length === COMPLETE_CYCLES) stop.abort();
      },
      stop: stop.signal,
    });
    for (const { tasks } of complete) {
      const busiest = tasks.toSorted((one, other) => other.cpuPercent! - one.cpuPercent!);
      expect(busiest.map(({ taskId }) => taskId[0])).toEqual(['c', 'b', 'a']);
      expect(busiest.map(({ overThreshold }) => overThreshold)).toEqual([true, false, false]);
    }
  });
});

function demoConfig() {
  return loadConfig({
    env: { FARGAUGE_CONFIG: CONFIG },
    readFile: () => Promise.reject(new Error('no file is read')),
  });
}

/** The tasks of which some cycle since the sidecar was killed has the CPU. */
function measuredSinceKill(cycles: readonly DemoCycle[]): ReadonlySet<string> {
  const since = cycles.filter(({ number }) => number > MEASURED_CYCLES + 1);
  const tasks = since.flatMap((cycle) => cycle.tasks);
  return new Set(
    tasks.flatMap(({ taskId, cpuPercent }) => (cpuPercent === undefined ? [] : [taskId])),
  );
}

function task({ tasks }: DemoCycle, service: string): DemoTask {
  return tasks.find((each) => each.service === service)!;
}

/** What was published of the burning container. */
function containerMetric({ published }: DemoCycle, metric: string): MetricStatistics | undefined {
  return published.metrics.find(
    ({ name, dimensions }) =>
      name === metric && dimensions.ServiceName === 'worker' && dimensions.container_name === 'app',
  );
}

function readingAt(readings: readonly Reading[], time: number): Reading {
  return readings.reduce((nearest, reading) =>
    Math.abs(reading.at - time) < Math.abs(nearest.at - time) ? reading : nearest,
  );
}

/** Percent of one CPU between two readings. */
function percentOf(begin: Reading, end: Reading): number {
  return ((end.seconds - begin.seconds) / (end.at - begin.at)) * 100_000;
}

/** CPU seconds of a process, from where ps takes them; Linux's ps itself prints whole seconds only. */
function readCpu(pid: number): Reading {
  if (process.platform !== 'linux') {
    const time = execFileSync('ps', ['-o', 'time=', '-p', String(pid)], { encoding: 'utf8' });
    return { at: Date.now(), seconds: secondsOf(time.trim()) };
  }
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const [utime, stime] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13);
  return { at: Date.now(), seconds: (Number(utime) + Number(stime)) / 100 };
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
