import { describe, expect, it } from '@jest/globals';
import type { MetricStatistics } from '../../../cli/demo/cloudwatch-view.ts';
import type { DemoCycle, DemoTask } from '../../../cli/demo/demo.ts';
import { describeCycle } from '../../../cli/demo/describe-cycle.ts';
import { cycleReport, downTarget, targetReport } from '../../report/cycle.ts';

function task(more: Partial<DemoTask>): DemoTask {
  return {
    taskId: 'a1'.repeat(16),
    service: 'web',
    address: '127.0.9.1:9546',
    appPid: 11,
    sidecarPid: 12,
    up: true,
    cpuPercent: 2.345,
    memoryPercent: 0.05,
    overThreshold: false,
    ...more,
  };
}

function metric(more: Partial<MetricStatistics>): MetricStatistics {
  return {
    namespace: 'Fargauge',
    name: 'cpu',
    unit: 'Percent',
    dimensions: { ClusterName: 'demo', ServiceName: 'web' },
    sampleCount: 2,
    minimum: 0,
    maximum: 99.96,
    sum: 1234.5,
    ...more,
  };
}

const HEALTHY: DemoCycle = {
  number: 3,
  tasks: [
    task({}),
    task({
      taskId: 'c3'.repeat(16),
      service: 'worker',
      address: '127.0.9.3:9546',
      cpuPercent: 100,
      memoryPercent: 40,
      overThreshold: true,
    }),
  ],
  published: {
    logGroups: ['/fargauge/demo'],
    events: 4,
    bytes: 2_000,
    metrics: [
      metric({}),
      metric({ name: 'requests', unit: 'Count', minimum: 3, maximum: 3, sum: 3 }),
    ],
  },
  report: cycleReport([targetReport(), targetReport()], {
    samples: {
      scraped: 99,
      published: 4,
      rejected: 0,
      dropped: { no_declaration: 95 },
      droppedForOthers: {},
    },
    delivery: { metrics: 8 },
  }),
};

describe('a cycle of the demo, for people', () => {
  it('has the tasks, what was published and which task is over the threshold', () => {
    const [, head, ...lines] = describeCycle(HEALTHY, 80).split('\n');
    expect(head).toMatch(/^Cycle 3 at \d\d:\d\d:\d\d: 2 of 2 targets up, 123 ms$/);
    expect(lines.join('\n')).toBe(
      `
TASK         SERVICE  SIDECAR         PID  APP PID  STATE  CPU %  MEMORY %  ALARM > 80 %
a1a1a1a1...  web      127.0.9.1:9546   12       11  up       2.3     0.050  ok
c3c3c3c3...  worker   127.0.9.3:9546   12       11  up       100      40.0  OVER

Published to CloudWatch Logs, /fargauge/demo: 4 events, 2000 bytes, 8 metric values
Samples: 99 scraped, 4 published, dropped: 95 no_declaration

METRIC    DIMENSIONS                        UNIT     SAMPLES  MINIMUM  MAXIMUM   SUM
cpu       ClusterName=demo ServiceName=web  Percent        2        0    100.0  1235
requests  ClusterName=demo ServiceName=web  Count          2      3.0      3.0   3.0`,
    );
  });

  it('says why a task is down, and all that went wrong', () => {
    const cycle: DemoCycle = {
      ...HEALTHY,
      tasks: [
        task({
          up: false,
          reason: 'connect_refused',
          cpuPercent: undefined,
          memoryPercent: undefined,
        }),
      ],
      published: { logGroups: [], events: 0, bytes: 0, metrics: [] },
      report: cycleReport([downTarget('sidecar')], {
        discoveryErrors: ['DescribeTasks failed.'],
        delivery: { errors: ['PutLogEvents failed.'] },
      }),
    };

    const text = describeCycle(cycle, 80);

    expect(text).toMatch(/^a1a1a1a1\.\.\. .* down \(connect_refused\) +- +- +-$/m);
    expect(text).toContain('\ndown: sidecar: connect ECONNREFUSED sidecar\n');
    expect(text).toContain('\ndiscovery: DescribeTasks failed.\ndelivery: PutLogEvents failed.\n');
    expect(text).toContain('\nPublished to CloudWatch Logs, nothing: 0 events, 0 bytes, ');
    expect(text).toContain('\nSamples: 0 scraped, 0 published, dropped: none\n');
  });
});
