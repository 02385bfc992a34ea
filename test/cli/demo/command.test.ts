import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DemoCycle } from '../../../cli/demo/demo.ts';
import { type Folder, fargauge, jsonLines, startFargauge, temporaryFolder } from '../fargauge.ts';

/** Starting three tasks on a busy machine. */
const TIMEOUT_MS = 60_000;

/** Publishes the requests of the application and the memory of the tasks, but no CPU. */
const OWN_RULES = {
  cluster_name: 'mine',
  log_group_name: '/my/{ServiceName}',
  ecs_service_discovery: { sd_target_cluster: 'demo', docker_label: {} },
  scrape_configs: [{ job_name: 'ecs', ecs_discovered: true, honor_labels: true }],
  emf_processor: {
    metric_namespace: 'Mine',
    metric_declaration: [
      {
        source_labels: ['ServiceName'],
        label_matcher: '.+',
        metric_selectors: ['^ee_task_memory_utilization_percent$', '^http_requests_total$'],
        dimensions: [['ServiceName', 'TaskId']],
      },
    ],
  },
};

let folder: Folder;

beforeAll(async () => {
  folder = await temporaryFolder();
});

afterAll(() => folder.remove());

describe('`fargauge demo`', () => {
  it(
    'with --once prints one cycle in which every task was measured, and ends with 0',
    async () => {
      const { code, stdout, stderr } = await fargauge(['demo', '--once', '--threshold', '0']);

      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      const lines = stdout.split('\n');
      expect(lines[0]).toBe('Starting three tasks and their sidecars. Ctrl-C ends them.');
      expect(lines.filter((line) => line.startsWith('Cycle '))).toEqual([
        expect.stringMatching(/^Cycle 1 at \S+: 4 of 4 targets up, \d+ ms$/),
      ]);
      const heading = lines.findIndex((line) => line.startsWith('TASK '));
      expect(lines[heading]).toMatch(
        /^TASK +SERVICE +SIDECAR +PID +APP PID +STATE +CPU % +MEMORY % +ALARM > 0 %$/,
      );
      const row = (id: string, service: string, alarm: string) =>
        `^${id}\\.\\.\\. +${service} +127\\.\\S+ +\\d+ +\\d+ +up +[\\d.]+ +[\\d.]+ +${alarm}$`;
      expect(lines.slice(heading + 1, heading + 4)).toEqual([
        expect.stringMatching(row('a1a1a1a1', 'web', '(OVER|ok)')),
        expect.stringMatching(row('b2b2b2b2', 'web', 'OVER')),
        expect.stringMatching(row('c3c3c3c3', 'worker', 'OVER')),
      ]);
      expect(stdout).toMatch(
        /^Published to CloudWatch Logs, \/fargauge\/demo: \d+ events, \d+ bytes, \d+ metric values$/m,
      );
      expect(stdout).toMatch(
        /^METRIC +DIMENSIONS +UNIT +SAMPLES +MINIMUM +MAXIMUM +SUM\n[\s\S]*^ee_task_cpu_utilization_percent +ClusterName=demo ServiceName=web +Percent +\d+ /m,
      );
    },
    TIMEOUT_MS,
  );

  it(
    'with --json prints a line for each cycle, by the rules given, until SIGINT ends every process',
    async () => {
      const config = await folder.file('rules.json', OWN_RULES);
      await using demo = startFargauge([
        ...['demo', '--json', '--interval', '300ms', '--config', config],
      ]);

      await demo.says(/(}\n[\s\S]*){3}/);
      process.kill(demo.pid, 'SIGINT');
      expect(await demo.ended).toBe(0);

      const cycles = jsonLines<DemoCycle>(demo.stdout());
      expect(cycles.map(({ number }) => number)).toEqual(cycles.map((_, index) => index + 1));
      const { tasks, published, report } = cycles[0]!;
      expect(published.logGroups.toSorted()).toEqual(['/my/web', '/my/worker']);
      // A cycle has what was sampled since the one before, which may be nothing.
      const metrics = new Map(
        cycles
          .flatMap((cycle) => cycle.published.metrics)
          .map((metric) => [JSON.stringify([metric.name, metric.dimensions]), metric]),
      );
      expect([...metrics.values()].every(({ namespace }) => namespace === 'Mine')).toBe(true);
      expect(
        [...metrics.values()]
          .map(({ name, dimensions }) => [name, dimensions.ServiceName])
          .map(String)
          .sort(),
      ).toEqual(
        [
          ['http_requests_total', 'web'],
          ['ee_task_memory_utilization_percent', 'web'],
          ['ee_task_memory_utilization_percent', 'web'],
          ['ee_task_memory_utilization_percent', 'worker'],
        ]
          .map(String)
          .sort(),
      );
      expect(report.targets).toEqual({ discovered: 4, up: 4, down: 0, stopped: 0 });
      expect(tasks.map(({ up, memoryPercent }) => up && memoryPercent! > 0)).toEqual([
        ...[true, true, true],
      ]);
      expect(tasks.every((task) => !('cpuPercent' in task))).toBe(true);

      const pids = tasks.flatMap(({ appPid, sidecarPid }) => [appPid, sidecarPid]);
      expect(new Set(pids).size).toBe(6);
      for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    },
    TIMEOUT_MS,
  );

  it(
    'with --once ends with 1 where the CPU of a task is not published',
    async () => {
      const config = await folder.file('rules.json', OWN_RULES);
      const { code, stdout } = await fargauge(['demo', '--once', '--json', '--config', config]);
      expect(code).toBe(1);
      expect(jsonLines<DemoCycle>(stdout)).toHaveLength(1);
    },
    TIMEOUT_MS,
  );

  it('does not start with broken rules', async () => {
    const config = await folder.file('broken.json', { ...OWN_RULES, emf_processor: 5 });
    const { code, stdout, stderr } = await fargauge(['demo', '--config', config]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('emf_processor: expected ');
  });

  it(
    'ends every process at SIGTERM while it starts them',
    async () => {
      await using demo = startFargauge(['demo']);
      await demo.says(/Starting three tasks/);
      process.kill(demo.pid, 'SIGTERM');
      // Its output closes when the last process that shares it has ended.
      expect(await demo.ended).toBe(0);
      expect(demo.stderr()).toBe('');
    },
    TIMEOUT_MS,
  );
});
