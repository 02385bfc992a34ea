import { table } from '../describe/table.ts';
import type { DemoCycle, DemoTask } from './demo.ts';

/** A cycle of the demo as text: the tasks, then the published metrics. */
export function describeCycle(cycle: DemoCycle, thresholdPercent: number): string {
  const { report, published, tasks } = cycle;
  const { targets, samples, deliveries } = report;
  return [
    '',
    `Cycle ${cycle.number} at ${new Date(report.startedAt).toLocaleTimeString('en-GB')}: ${targets.up} of ${targets.discovered} targets up, ${Math.round(report.durationMs)} ms`,
    '',
    table(
      [
        'TASK',
        'SERVICE',
        'SIDECAR',
        'PID',
        'APP PID',
        'STATE',
        'CPU %',
        'MEMORY %',
        `ALARM > ${thresholdPercent} %`,
      ],
      tasks.map(taskRow),
    ),
    ...report.scrapes.flatMap(({ id, message }) => (message ? [`down: ${id}: ${message}`] : [])),
    ...report.discoveryErrors.map((error) => `discovery: ${error}`),
    ...deliveries.flatMap(({ errors }) => errors.map((error) => `delivery: ${error}`)),
    '',
    `Published to CloudWatch Logs, ${published.logGroups.join(', ') || 'nothing'}: ${published.events} events, ${published.bytes} bytes, ${deliveries.reduce((sum, { metrics }) => sum + metrics, 0)} metric values`,
    `Samples: ${samples.scraped} scraped, ${samples.published} published, dropped: ${describeDrops(samples.dropped)}`,
    '',
    table(
      ['METRIC', 'DIMENSIONS', 'UNIT', 'SAMPLES', 'MINIMUM', 'MAXIMUM', 'SUM'],
      published.metrics.map(({ name, dimensions, unit, sampleCount, minimum, maximum, sum }) => [
        name,
        Object.entries(dimensions)
          .map(([label, value]) => `${label}=${value}`)
          .join(' '),
        unit,
        String(sampleCount),
        figure(minimum),
        figure(maximum),
        figure(sum),
      ]),
    ),
  ].join('\n');
}

function taskRow(task: DemoTask): string[] {
  return [
    `${task.taskId.slice(0, 8)}...`,
    task.service,
    task.address,
    String(task.sidecarPid),
    String(task.appPid),
    task.up ? 'up' : `down (${task.reason})`,
    figure(task.cpuPercent),
    figure(task.memoryPercent),
    alarmOf(task),
  ];
}

/** The state of the alarm; unknown for a task without figures. */
function alarmOf({ cpuPercent, overThreshold }: DemoTask): string {
  if (cpuPercent === undefined) return '-';
  return overThreshold ? 'OVER' : 'ok';
}

function describeDrops(dropped: Readonly<Partial<Record<string, number>>>): string {
  const entries = Object.entries(dropped).map(([reason, count]) => `${count} ${reason}`);
  return entries.join(', ') || 'none';
}

/** Three significant digits; a dash without a figure. */
function figure(value: number | undefined): string {
  if (value === undefined) return '-';
  return value.toFixed(value === 0 || value >= 100 ? 0 : value >= 1 ? 1 : 3);
}
