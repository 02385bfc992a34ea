import { labelsOf } from '../../../../lambda/model/samples/sample.ts';
import type { Target } from '../../../../lambda/model/targets/target.ts';
import { target } from '../../../series/samples.ts';
import { type Listening, listen } from '../http.ts';

/** What the sidecar of a task says in one minute. Absent: there is no such series. */
export interface TaskFigures {
  readonly cpuPercent?: number;
  readonly memoryPercent?: number;
  readonly storagePercent?: number;
  readonly bytesPerSecond?: number;
  /** Of its container `app`, since the task began. */
  readonly restarts?: number;
}

/** A task whose sidecar says what it is told to, on a real socket; ends with `await using`. */
export interface MeasuredTask extends AsyncDisposable {
  readonly target: Target;
  measure(figures: TaskFigures): void;
}

/** Labels as those that ECS discovery gives a sidecar. */
export async function startTask(
  clusterName: string,
  serviceName: string,
  taskId: string,
): Promise<MeasuredTask> {
  let page = '';
  const server: Listening = await listen((_, response) => {
    response.setHeader('content-type', 'text/plain; version=0.0.4').end(page);
  });
  const labels = labelsOf({
    job: 'fargauge-sidecar',
    instance: server.address,
    container_name: 'fargauge-sidecar',
    TaskClusterName: clusterName,
    ServiceName: serviceName,
    TaskId: taskId,
    TaskArn: `arn:aws:ecs:eu-west-1:111122223333:task/${clusterName}/${taskId}`,
    LaunchType: 'FARGATE',
  });
  return {
    target: target({
      id: server.address,
      url: `${server.url}/metrics`,
      labels,
      honorLabels: true,
    }),
    measure: (figures) => {
      page = pageOf(figures);
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

function pageOf(figures: TaskFigures): string {
  const { cpuPercent, memoryPercent, storagePercent, bytesPerSecond, restarts } = figures;
  const rows: readonly (readonly [string, string, string, number | undefined])[] = [
    ['ee_task_cpu_utilization_percent', 'gauge', '_task_', cpuPercent],
    ['ee_task_memory_utilization_percent', 'gauge', '_task_', memoryPercent],
    ['ee_task_ephemeral_storage_utilization_percent', 'gauge', '_task_', storagePercent],
    ['ee_task_network_receive_bytes_per_second', 'gauge', '_task_', bytesPerSecond],
    ['ee_task_network_transmit_bytes_per_second', 'gauge', '_task_', bytesPerSecond],
    ['ee_container_restarts_total', 'counter', 'app', restarts],
  ];
  return rows
    .filter(([, , , value]) => value !== undefined)
    .map(
      ([name, type, container, value]) =>
        `# TYPE ${name} ${type}\n${name}{container_name="${container}"} ${value}\n`,
    )
    .join('');
}
