import { setTimeout as sleep } from 'node:timers/promises';
import { awsClients } from '../../lambda/discovery/aws/clients.ts';
import { loadEc2 } from '../../lambda/discovery/aws/load-ec2.ts';
import type { SampleOutput } from '../../lambda/model/delivery/sample-output.ts';
import type { Config } from '../../lambda/model/settings/config.ts';
import { SIDECAR_JOB, TASK_CPU_UTILIZATION } from '../../lambda/model/settings/names.ts';
import { logsClient } from '../../lambda/outputs/cloudwatch-logs/client.ts';
import { cloudWatchLogsOutput } from '../../lambda/outputs/cloudwatch-logs/cloudwatch-logs.ts';
import type { CycleReport } from '../../lambda/report/report.ts';
import { assemble } from '../../lambda/wiring/assemble.ts';
import { type Aws, startAws } from './aws/server.ts';
import { figuresOf, type MetricStatistics, readEvent, statistics } from './cloudwatch-view.ts';
import { PLANS, register } from './cluster.ts';
import { taskAddresses } from './task/addresses.ts';
import { type Measure, MetadataEndpoint } from './task/metadata.ts';
import { SimulatedTask } from './task/simulated.ts';

/** Longest cycle in milliseconds. */
const CYCLE_TIMEOUT_MS = 30_000;

/** How clients reach the stand-in for AWS. */
export interface DemoPlace {
  readonly region: string;
  readonly endpoint: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** The stand-in accepts any credentials. */
const CREDENTIALS = { accessKeyId: 'demo', secretAccessKey: 'demo' };

export interface DemoOptions {
  readonly config: Config;
  readonly intervalMs: number;
  /** Time in milliseconds after which the tasks' figures are renewed. @default 1 s, as on EC2 */
  readonly refreshMs?: number;
  /** Reads what the tasks' processes have used. @default what the operating system counts */
  readonly measure?: Measure;
  /** Program and arguments that run the sidecar. @default its sources on Node.js */
  readonly sidecar?: readonly [string, ...string[]];
  /** One cycle only. */
  readonly once: boolean;
  /** Percent of a task's CPU above which it is over the alarm threshold. */
  readonly thresholdPercent: number;
  /** Outputs in addition to CloudWatch. @default none */
  readonly outputs?: readonly SampleOutput[];
  /** Called once the figures of all tasks are known. */
  readonly onStarted?: ((place: DemoPlace) => unknown) | undefined;
  /** Called after each cycle. */
  readonly onCycle: (cycle: DemoCycle) => void;
  /** Ends the demo. */
  readonly stop: AbortSignal;
}

/** One cycle of the demo, as CloudWatch sees it: all figures are read back from the delivered events. */
export interface DemoCycle {
  readonly number: number;
  readonly tasks: readonly DemoTask[];
  readonly published: {
    readonly logGroups: readonly string[];
    readonly events: number;
    readonly bytes: number;
    readonly metrics: readonly MetricStatistics[];
  };
  readonly report: CycleReport;
}

export interface DemoTask {
  readonly taskId: string;
  readonly service: string;
  readonly address: string;
  readonly appPid: number;
  readonly sidecarPid: number;
  readonly up: boolean;
  /** The reason why it is down. */
  readonly reason?: string | undefined;
  readonly cpuPercent?: number | undefined;
  readonly memoryPercent?: number | undefined;
  readonly overThreshold: boolean;
}

/**
 * Runs the collector against three tasks of real processes and a stand-in for AWS, all on loopback.
 *
 * Resolves when everything that it started has ended, to whether the last cycle saw every task up with its CPU, and
 * delivered everything.
 */
export async function runDemo(options: DemoOptions): Promise<boolean> {
  const { stop, refreshMs, measure, sidecar } = options;
  const aws = await startAws();
  const endpoint = await MetadataEndpoint.start(refreshMs);
  const tasks: SimulatedTask[] = [];
  try {
    const addresses = await taskAddresses(PLANS.length, Math.random);
    for (const [index, plan] of PLANS.entries()) {
      const address = addresses[index];
      if (address === undefined || stop.aborted) break;
      const place = register(aws.ecs, plan, address);
      tasks.push(new SimulatedTask(plan, address, endpoint, place, { measure, sidecar }));
    }
    await Promise.all(tasks.map((task) => task.measured(TASK_CPU_UTILIZATION, stop, refreshMs)));
    const place = { region: aws.region, endpoint: aws.url, credentials: CREDENTIALS };
    options.onStarted?.(place);
    return await runCycles(aws, place, tasks, options);
  } finally {
    await Promise.all(tasks.map((task) => task.stop()));
    endpoint.close();
    await aws.close();
  }
}

async function runCycles(
  aws: Aws,
  place: DemoPlace,
  tasks: readonly SimulatedTask[],
  { config, intervalMs, once, thresholdPercent, outputs = [], onCycle, stop }: DemoOptions,
): Promise<boolean> {
  const collector = assemble({
    config,
    clientsOf: awsClients(place, loadEc2),
    outputsFor: () => [cloudWatchLogsOutput({ client: logsClient(place) }), ...outputs],
  });
  let healthy = false;
  for (let number = 1; !stop.aborted; number++) {
    const startedAt = performance.now();
    const report = await collector.collect(CYCLE_TIMEOUT_MS);
    // Ctrl-C also reaches the tasks' processes, so they may be down for that reason only.
    if (stop.aborted) break;
    const cycle = readBack(number, report, aws, tasks, thresholdPercent);
    onCycle(cycle);
    healthy =
      cycle.tasks.every(({ up, cpuPercent }) => up && cpuPercent !== undefined) &&
      report.deliveries.every(({ rejected }) => Object.keys(rejected).length === 0);
    if (once) break;
    const rest = Math.max(startedAt + intervalMs - performance.now(), 0);
    await sleep(rest, undefined, { signal: stop }).catch(() => undefined);
  }
  return healthy;
}

function readBack(
  number: number,
  report: CycleReport,
  aws: Aws,
  tasks: readonly SimulatedTask[],
  thresholdPercent: number,
): DemoCycle {
  const stored = aws.logs.events();
  const events = stored.map(({ message }) => readEvent(message));
  aws.logs.clear();
  return {
    number,
    tasks: tasks.map(({ plan, address, appPid, sidecarPid }): DemoTask => {
      const scrape = report.scrapes.find(
        ({ labels }) => labels.TaskId === plan.taskId && labels.job === SIDECAR_JOB,
      );
      const figures = figuresOf(plan.taskId, events);
      return {
        taskId: plan.taskId,
        service: plan.service,
        address: `${address.host}:${address.sidecarPort}`,
        appPid,
        sidecarPid,
        up: scrape?.up ?? false,
        reason: scrape === undefined ? 'not_discovered' : scrape.reason,
        ...figures,
        overThreshold: (figures.cpuPercent ?? 0) > thresholdPercent,
      };
    }),
    published: {
      logGroups: [...new Set(stored.map(({ group }) => group))],
      events: events.length,
      bytes: events.reduce((sum, { bytes }) => sum + bytes, 0),
      metrics: statistics(events).sort((a, b) => keyOf(a).localeCompare(keyOf(b))),
    },
    report,
  };
}

/** Sorts the metrics of each cycle in the same order. */
function keyOf({ name, dimensions }: MetricStatistics): string {
  return `${name} ${Object.values(dimensions).join(' ')}`;
}
