import { Construct } from 'constructs';
import {
  TASK_CPU_UTILIZATION,
  TASK_MEMORY_UTILIZATION,
} from '../../lambda/model/settings/names.ts';
import type { ICollector } from '../collector/interface.ts';
import { CollectorConfiguration } from '../configuration/configuration.ts';
import {
  dimensionsOf,
  EPHEMERAL_STORAGE_UTILIZATION,
  RESTARTS,
  type ServiceName,
} from '../metrics/task.ts';
import { validCount, validPercent } from '../props/valid.ts';
import { validCluster } from '../props/valid-cluster.ts';
import { type AlarmActions, actionsOf } from './actions.ts';
import { TaskAlarm, type TaskAlarmOptions } from './task.ts';
import { type WatchedService, watchedService } from './watched-service.ts';

export interface ServiceAlarmsProps extends WatchedService, AlarmActions {
  /**
   * The collector of the service. The construct refuses alarms on a cluster that it does not collect, or on a metric
   * that its rules do not publish.
   *
   * @default - one with the built-in configuration, or with `configuration`
   */
  readonly collector?: ICollector;

  /**
   * The rules of a collector that is not in this app.
   *
   * @default - those of `collector`
   */
  readonly configuration?: CollectorConfiguration;
}

export interface TaskCpuAlarmOptions extends TaskAlarmOptions {
  /**
   * The threshold for the CPU utilization of one task in a minute, in percent of its limit: 0 to 100.
   *
   * @default 80
   */
  readonly maxCpuPercent?: number;
}

export interface TaskMemoryAlarmOptions extends TaskAlarmOptions {
  /**
   * The threshold for the memory utilization of one task in a minute, in percent of its limit: 0 to 100.
   *
   * @default 90
   */
  readonly maxMemoryPercent?: number;
}

export interface EphemeralStorageAlarmOptions extends TaskAlarmOptions {
  /**
   * The threshold for the used ephemeral storage of one task in a minute, in percent of its size: 0 to 100.
   *
   * @default 80
   */
  readonly maxStoragePercent?: number;
}

export interface TaskRestartAlarmOptions extends TaskAlarmOptions {
  /**
   * The threshold for restarts of one container in a minute by its restart policy.
   *
   * @default 0
   */
  readonly maxRestarts?: number;

  /**
   * Number of the last `evaluationPeriods` minutes that must have too many restarts: two, because a single one may
   * happen.
   *
   * @default 2
   */
  readonly datapointsToAlarm?: number;

  /**
   * Number of minutes to evaluate.
   *
   * @default 10
   */
  readonly evaluationPeriods?: number;
}

/**
 * Alarms on the tasks of a service, each on the worst task.
 *
 * @example
 * const alarms = new ServiceAlarms(this, 'Checkout', { service, collector, topic });
 * alarms.taskCpuAlarm({ maxCpuPercent: 90 });
 */
export class ServiceAlarms extends Construct {
  private readonly service: ServiceName;
  private readonly actions: AlarmActions;
  private readonly configuration: CollectorConfiguration;

  constructor(scope: Construct, id: string, props: ServiceAlarmsProps) {
    super(scope, id);
    this.service = watchedService(this, props);
    this.actions = actionsOf(props);
    this.configuration =
      props.configuration ?? props.collector?.configuration ?? CollectorConfiguration.builtIn();
    if (props.collector) validCluster(this, props.collector, this.service.clusterName);
  }

  /** Alarm on CPU utilization in percent of a task's limit. */
  taskCpuAlarm(options: TaskCpuAlarmOptions = {}, id = 'TaskCpu'): TaskAlarm {
    const percent = this.percent('maxCpuPercent', options.maxCpuPercent ?? 80);
    const what = `uses more than ${percent} % of its CPU limit`;
    return this.taskAlarm(id, TASK_CPU_UTILIZATION, percent, what, options);
  }

  /** Alarm on memory utilization in percent of a task's limit. */
  taskMemoryAlarm(options: TaskMemoryAlarmOptions = {}, id = 'TaskMemory'): TaskAlarm {
    const percent = this.percent('maxMemoryPercent', options.maxMemoryPercent ?? 90);
    const what = `uses more than ${percent} % of its memory limit`;
    return this.taskAlarm(id, TASK_MEMORY_UTILIZATION, percent, what, options);
  }

  /** Alarm on the ephemeral storage in use. Only tasks on Fargate have such a limit. */
  ephemeralStorageAlarm(
    options: EphemeralStorageAlarmOptions = {},
    id = 'EphemeralStorage',
  ): TaskAlarm {
    const percent = this.percent('maxStoragePercent', options.maxStoragePercent ?? 80);
    const what = `uses more than ${percent} % of its ephemeral storage`;
    return this.taskAlarm(id, EPHEMERAL_STORAGE_UTILIZATION, percent, what, options);
  }

  /** Alarm on containers that restart in their task. A replaced task is another task, and does not count as a restart. */
  taskRestartAlarm(options: TaskRestartAlarmOptions = {}, id = 'TaskRestart'): TaskAlarm {
    const restarts = validCount(this, 'maxRestarts', options.maxRestarts ?? 0, 0);
    const what = `has a container that restarts more than ${restarts} times a minute`;
    return this.taskAlarm(id, RESTARTS, restarts, what, {
      ...options,
      datapointsToAlarm: options.datapointsToAlarm ?? 2,
      evaluationPeriods: options.evaluationPeriods ?? 10,
    });
  }

  /** Whether the rules publish a metric of the service, or are unknown. */
  canWatch(metricName: string): boolean {
    const published = this.configuration.published(this);
    return (
      published?.problemOf({ metricName, dimensions: dimensionsOf(this.service) }) === undefined
    );
  }

  private taskAlarm(
    id: string,
    metricName: string,
    threshold: number,
    what: string,
    options: TaskAlarmOptions,
  ): TaskAlarm {
    return new TaskAlarm(this, id, {
      ...options,
      ...this.service,
      ...this.actions,
      configuration: this.configuration,
      metricName,
      threshold,
      description: `A task of ${this.service.serviceName} ${what}`,
    });
  }

  private percent(name: string, value: number): number {
    return validPercent(this, name, value);
  }
}
