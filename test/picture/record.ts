import { setTimeout as sleep } from 'node:timers/promises';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { startAws } from '../../cli/demo/aws/server.ts';
import { readEvent } from '../../cli/demo/cloudwatch-view.ts';
import { CLUSTER, register } from '../../cli/demo/cluster.ts';
import { taskAddresses } from '../../cli/demo/task/addresses.ts';
import { MetadataEndpoint } from '../../cli/demo/task/metadata.ts';
import { SimulatedTask, type TaskPlan } from '../../cli/demo/task/simulated.ts';
import { loadConfig } from '../../lambda/config/load.ts';
import { defaultDocument } from '../../lambda/config/native/default.ts';
import type { NativeInput } from '../../lambda/config/native/native.ts';
import { awsClients } from '../../lambda/discovery/aws/clients.ts';
import { loadEc2 } from '../../lambda/discovery/aws/load-ec2.ts';
import {
  COLLECTOR_NAMESPACE,
  ENV,
  TASK_CPU_UTILIZATION,
} from '../../lambda/model/settings/names.ts';
import { logsClient } from '../../lambda/outputs/cloudwatch-logs/client.ts';
import { cloudWatchLogsOutput } from '../../lambda/outputs/cloudwatch-logs/cloudwatch-logs.ts';
import { publishCycle } from '../../lambda/report/self-metrics.ts';
import { assemble } from '../../lambda/wiring/assemble.ts';

const CREDENTIALS = { accessKeyId: 'demo', secretAccessKey: 'demo' };

const CYCLE_TIMEOUT_MS = 30_000;

/** The service whose dashboard is drawn: name, and share of a CPU that each of its tasks burns. */
export const SERVICE = 'web';
const SHARES = [0.08, 0.15, 0.3];

/** The task that comes later and burns all it gets. */
const LATE_SHARE = 1;

/** One value of a metric, as an event carried it. */
export interface Value {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  /** Cycle in which it was delivered, from 0. */
  readonly cycle: number;
  readonly value: number;
}

export interface Recording {
  readonly values: readonly Value[];
  readonly cycles: number;
  /** Figures of the tasks in the last cycle, by id. */
  readonly tasks: readonly {
    readonly id: string;
    readonly fields: Readonly<Record<string, unknown>>;
  }[];
}

/** Runs tasks of real processes, and the collector over them, and reads back what was delivered. */
export async function record(cycles: number, intervalMs: number): Promise<Recording> {
  const stop = new AbortController().signal;
  const aws = await startAws();
  const endpoint = await MetadataEndpoint.start();
  const addresses = await taskAddresses(SHARES.length + 1, Math.random);
  const tasks: SimulatedTask[] = [];
  const start = async (shares: readonly number[]) => {
    const added = shares.map((share) => {
      const plan = planOf(tasks.length + 1, share);
      const address = addresses[tasks.length];
      if (address === undefined) throw new Error('there are fewer addresses than tasks');
      const task = new SimulatedTask(plan, address, endpoint, register(aws.ecs, plan, address));
      tasks.push(task);
      return task;
    });
    await Promise.all(added.map((task) => task.measured(TASK_CPU_UTILIZATION, stop)));
  };
  try {
    await start(SHARES);
    const place = { region: aws.region, endpoint: aws.url, credentials: CREDENTIALS };
    const collector = assemble({
      config: await loadConfig({
        env: { [ENV.cluster]: CLUSTER, [ENV.config]: JSON.stringify(document()) },
        readFile: async () => '',
      }),
      clientsOf: awsClients(place, loadEc2),
      outputsFor: () => [cloudWatchLogsOutput({ client: logsClient(place) })],
    });
    const values: Value[] = [];
    // What the calls are chained on.
    const unused = new Metrics();
    let last: Recording['tasks'] = [];
    for (let cycle = 0; cycle < cycles; cycle++) {
      if (cycle === Math.floor(cycles / 2)) await start([LATE_SHARE]);
      const began = performance.now();
      const report = await collector.collect(CYCLE_TIMEOUT_MS);
      publishCycle(report, {
        addMetric: (name, _unit, value) => {
          values.push({ namespace: COLLECTOR_NAMESPACE, name, dimensions: {}, cycle, value });
          return unused;
        },
        addMetadata: () => unused,
      });
      const events = aws.logs.events().map(({ message }) => readEvent(message));
      aws.logs.clear();
      for (const event of events) values.push(...valuesOf(event, cycle));
      last = events
        .filter(({ fields }) => fields[TASK_CPU_UTILIZATION] !== undefined)
        .map(({ fields }) => ({ id: String(fields.TaskId), fields }));
      await sleep(Math.max(began + intervalMs - performance.now(), 0));
    }
    return { values, cycles, tasks: last };
  } finally {
    await Promise.all(tasks.map((task) => task.stop()));
    endpoint.close();
    await aws.close();
  }
}

/** The built-in default, without waiting for the end of a minute: a cycle here is no minute. */
function document(): NativeInput {
  const { scrape_configs = [], ...others } = defaultDocument();
  const atOnce = scrape_configs.map((job) => ({ ...job, minute_delivery: 'immediate' as const }));
  return { ...others, scrape_configs: atOnce };
}

function planOf(number: number, share: number): TaskPlan {
  return {
    taskId: `${number}${'f4'[number % 2]}`.repeat(16),
    service: SERVICE,
    family: SERVICE,
    revision: number,
    share,
    instrumented: false,
  };
}

function* valuesOf(
  { fields, directives }: ReturnType<typeof readEvent>,
  cycle: number,
): Generator<Value> {
  for (const { Namespace, Dimensions, Metrics } of directives) {
    for (const set of Dimensions) {
      const dimensions = Object.fromEntries(set.map((name) => [name, String(fields[name])]));
      for (const { Name } of Metrics) {
        for (const value of [fields[Name]].flat()) {
          yield { namespace: Namespace, name: Name, dimensions, cycle, value: Number(value) };
        }
      }
    }
  }
}
