import type { JsonObject } from '../../sidecar/documents/json.ts';
import type { InstanceDocuments } from './metadata-stand-in.ts';
import { START, sampleContainer, sampleEntry } from './sample-documents.ts';

const MIB = 1_048_576;

const CONTAINER_NAMES = ['app', 'log-router', 'proxy', 'cache', 'worker'];

/** CPUs of the instance. */
export const INSTANCE_CPUS = 8;

/** The figures of a task, computed beside its documents. */
export interface TaskTruth {
  readonly id: string;
  readonly service: string | undefined;
  /** vCPU and bytes, of all its containers. */
  readonly vcpus: number;
  readonly memory: number;
  /** Percent of its reservation. */
  readonly cpuPercent: number;
}

export interface SampleInstance extends InstanceDocuments {
  readonly tasks: readonly JsonObject[];
  readonly stats: readonly JsonObject[];
  readonly truth: readonly TaskTruth[];
}

export interface SampleInstanceOptions {
  /** Of each task. @default 2 */
  readonly containers?: number;
  /** Of the tasks, the first one to be there. The one at 0 is the daemon's own, and is there always. @default 1 */
  readonly from?: number;
  /** More of each entry. */
  readonly changes?: JsonObject;
}

/**
 * The documents of all tasks of an instance, as ECS Managed Instances has them: no networks in `/task`, the cluster as an ARN, control groups
 * of version 2. The task at n has used (n + 1) thousandths of a vCPU in each container since the start.
 *
 * @param count of tasks, the daemon's own included
 * @param second since the start
 */
export function sampleInstance(
  count: number,
  second: number,
  { containers = 2, from = 1, changes = {} }: SampleInstanceOptions = {},
): SampleInstance {
  const numbers = [0, ...Array.from({ length: count - 1 }, (_, index) => from + index)];
  return {
    tasks: numbers.map((n) => instanceTask(n, containers)),
    stats: numbers.map((n) =>
      Object.fromEntries(idsOf(n, containers).map((id) => [id, instanceEntry(n, second, changes)])),
    ),
    truth: numbers.map((n) => {
      const vcpus = (containers * (n + 1)) / 1000;
      return {
        id: taskId(n),
        service: n === 0 ? undefined : serviceOf(n),
        vcpus,
        memory: containers * memoryOf(n),
        cpuPercent: (vcpus / 0.5) * 100,
      };
    }),
  };
}

export function taskId(n: number): string {
  return n.toString(16).padStart(4, '0').padEnd(32, 'e');
}

export function instanceTask(n: number, containers = 2, changes: JsonObject = {}): JsonObject {
  return {
    Cluster: 'arn:aws:ecs:eu-west-1:123456789012:cluster/shop',
    TaskARN: `arn:aws:ecs:eu-west-1:123456789012:task/shop/${taskId(n)}`,
    Family: n === 0 ? 'fargauge' : 'orders',
    Revision: '7',
    ...(n > 0 && { ServiceName: serviceOf(n) }),
    Group: n === 0 ? 'daemon:fargauge' : `service:${serviceOf(n)}`,
    DesiredStatus: 'RUNNING',
    KnownStatus: 'RUNNING',
    Limits: { CPU: 0.5, Memory: 1024 },
    AvailabilityZone: 'eu-west-1a',
    LaunchType: 'MANAGED_INSTANCES',
    Containers: idsOf(n, containers).map((id, index) =>
      sampleContainer(id, CONTAINER_NAMES[index % CONTAINER_NAMES.length] ?? '', {
        Networks: undefined,
      }),
    ),
    ...changes,
  };
}

/** DockerIds of a task's containers: the task's id and ten digits. */
export function idsOf(n: number, containers = 2): string[] {
  return Array.from(
    { length: containers },
    (_, index) => `${taskId(n)}-${String(index + 1).padStart(10, '0')}`,
  );
}

/** An entry of a container of the task at n. */
export function instanceEntry(n: number, second: number, changes: JsonObject = {}): JsonObject {
  return sampleEntry(second, {
    cpu_stats: cpuAt(n, second),
    precpu_stats: cpuAt(n, second - 10),
    memory_stats: {
      usage: memoryOf(n) + 20 * MIB,
      limit: 2 ** 64,
      stats: { anon: memoryOf(n), file: 30 * MIB, inactive_file: 20 * MIB, pgfault: 10 },
    },
    networks: { eth1: { rx_bytes: (1000 + second) * 1000 * (n + 1), tx_bytes: 500 } },
    ...changes,
  });
}

/** RFC 3339. */
export function timeAt(second: number): string {
  return new Date((START + second) * 1000).toISOString();
}

function serviceOf(n: number): string {
  return `orders-${n % 7}`;
}

function memoryOf(n: number): number {
  return (n + 1) * MIB;
}

function cpuAt(n: number, second: number): JsonObject {
  return {
    cpu_usage: { total_usage: Math.round((100 + second) * (n + 1) * 1e6) },
    online_cpus: INSTANCE_CPUS,
    throttling_data: { periods: 0 },
  };
}
