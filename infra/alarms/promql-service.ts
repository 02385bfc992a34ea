import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import {
  TASK_CPU_UTILIZATION,
  TASK_MEMORY_UTILIZATION,
} from '../../lambda/model/settings/names.ts';
import type { ICollector } from '../collector/interface.ts';
import type { CollectorConfiguration } from '../configuration/configuration.ts';
import type { WantedSamples } from '../configuration/sent-metrics.ts';
import {
  above,
  absent,
  growth,
  maxByTask,
  ofService,
  overTime,
  targetsOf,
} from '../metrics/promql.ts';
import { EPHEMERAL_STORAGE_UTILIZATION, RESTARTS, type ServiceName } from '../metrics/task.ts';
import { UP } from '../metrics/up.ts';
import { InvalidPropsError } from '../props/errors.ts';
import { validCount, validPercent } from '../props/valid.ts';
import { validCluster } from '../props/valid-cluster.ts';
import { type AlarmActions, actionsOf } from './actions.ts';
import { type PromQLAlarmOptions, PromQLTaskAlarm, validWindow } from './promql-task.ts';
import { type WatchedService, watchedService } from './watched-service.ts';

export interface PromQLServiceAlarmsProps extends WatchedService, AlarmActions {
  /**
   * The collector of the service, which sends its samples to CloudWatch over OTLP. The construct refuses alarms on a
   * cluster or service that it does not collect, or on a metric that it does not send.
   *
   * @default - one with `configuration`
   */
  readonly collector?: ICollector;

  /**
   * The configuration of a collector that is not in this app.
   *
   * @default - that of `collector`
   */
  readonly configuration?: CollectorConfiguration;
}

export interface PromQLCpuAlarmOptions extends PromQLAlarmOptions {
  /**
   * The threshold for the mean CPU utilization of one task in the window, in percent of its limit: 0 to 100.
   *
   * @default 80
   */
  readonly maxCpuPercent?: number;
}

export interface PromQLMemoryAlarmOptions extends PromQLAlarmOptions {
  /**
   * The threshold for the highest memory utilization of one task in the window, in percent of its limit: 0 to 100.
   *
   * @default 90
   */
  readonly maxMemoryPercent?: number;
}

export interface PromQLStorageAlarmOptions extends PromQLAlarmOptions {
  /**
   * The threshold for the used ephemeral storage of one task, in percent of its size: 0 to 100.
   *
   * @default 80
   */
  readonly maxStoragePercent?: number;
}

export interface PromQLRestartAlarmOptions extends PromQLAlarmOptions {
  /**
   * The threshold for restarts of one container in the window by its restart policy.
   *
   * @default 1
   */
  readonly maxRestarts?: number;

  /**
   * The span in which restarts are counted.
   *
   * @default Duration.minutes(10)
   */
  readonly window?: Duration;

  /**
   * How long the restarts must be above the threshold.
   *
   * @default Duration.seconds(0)
   */
  readonly pendingPeriod?: Duration;
}

/**
 * Alarms on the tasks of a service by PromQL, for a collector that sends its samples to CloudWatch's OTLP endpoint
 * (`outputs: [{ type: otlp, endpoint: cloudwatch }]`). Each task is a contributor of its own, which costs no metric.
 *
 * Such an alarm is OK without data. So there must be a `collectorAbsentAlarm`, once for each cluster.
 *
 * @example
 * const alarms = new PromQLServiceAlarms(this, 'Checkout', { service, collector });
 * alarms.taskCpuAlarm({ maxCpuPercent: 90 });
 * alarms.collectorAbsentAlarm();
 */
export class PromQLServiceAlarms extends Construct {
  private readonly service: ServiceName;
  private readonly actions: AlarmActions;
  private readonly interval: Duration | undefined;
  private readonly configuration: CollectorConfiguration;

  constructor(scope: Construct, id: string, props: PromQLServiceAlarmsProps) {
    super(scope, id);
    this.service = watchedService(this, props);
    this.actions = actionsOf(props);
    this.interval = props.collector?.interval;
    const configuration = props.configuration ?? props.collector?.configuration;
    if (configuration === undefined) {
      throw new InvalidPropsError(this, 'Expected `collector` or `configuration`, got neither');
    }
    this.configuration = configuration;
    if (props.collector) validCluster(this, props.collector, this.service.clusterName);
  }

  /** Alarm on the mean CPU utilization of a task, in percent of its limit. */
  taskCpuAlarm(options: PromQLCpuAlarmOptions = {}, id = 'TaskCpu'): PromQLTaskAlarm {
    const percent = validPercent(this, 'maxCpuPercent', options.maxCpuPercent ?? 80);
    const what = `uses more than ${percent} % of its CPU limit`;
    return this.utilizationAlarm(id, TASK_CPU_UTILIZATION, 'avg_over_time', percent, what, options);
  }

  /** Alarm on the memory utilization of a task, in percent of its limit. */
  taskMemoryAlarm(options: PromQLMemoryAlarmOptions = {}, id = 'TaskMemory'): PromQLTaskAlarm {
    const percent = validPercent(this, 'maxMemoryPercent', options.maxMemoryPercent ?? 90);
    const what = `uses more than ${percent} % of its memory limit`;
    const metric = TASK_MEMORY_UTILIZATION;
    return this.utilizationAlarm(id, metric, 'max_over_time', percent, what, options);
  }

  /** Alarm on the ephemeral storage in use. Only tasks on Fargate have such a limit. */
  ephemeralStorageAlarm(
    options: PromQLStorageAlarmOptions = {},
    id = 'EphemeralStorage',
  ): PromQLTaskAlarm {
    const percent = validPercent(this, 'maxStoragePercent', options.maxStoragePercent ?? 80);
    const what = `uses more than ${percent} % of its ephemeral storage`;
    const metric = EPHEMERAL_STORAGE_UTILIZATION;
    return this.utilizationAlarm(id, metric, 'max_over_time', percent, what, options);
  }

  /** Alarm on containers that restart in their task. A replaced task is another task, and does not count as a restart. */
  taskRestartAlarm(options: PromQLRestartAlarmOptions = {}, id = 'TaskRestart'): PromQLTaskAlarm {
    const restarts = validCount(this, 'maxRestarts', options.maxRestarts ?? 1, 0);
    const window = this.window(id, options.window ?? Duration.minutes(10));
    const counted = maxByTask(growth(ofService(RESTARTS, this.service), window), 'container_name');
    const what = `has a container with more than ${restarts} restarts in ${window.toHumanString()}`;
    return this.taskAlarm(id, RESTARTS, above(counted, restarts), what, {
      pendingPeriod: Duration.seconds(0),
      ...options,
    });
  }

  /**
   * Alarm if CloudWatch gets no metrics of the cluster: the collector does not run, cannot reach CloudWatch, or finds
   * no task. One for each cluster is enough.
   *
   * @default - after 5 minutes, in addition to the time for which CloudWatch uses the last sample
   */
  collectorAbsentAlarm(
    options: Omit<PromQLAlarmOptions, 'window'> = {},
    id = 'CollectorAbsent',
  ): PromQLTaskAlarm {
    const { clusterName } = this.service;
    this.checkSent(id, { metricName: UP, clusterName });
    return new PromQLTaskAlarm(this, id, {
      pendingPeriod: Duration.minutes(5),
      ...options,
      ...this.actions,
      query: absent(targetsOf(clusterName)),
      description: `CloudWatch gets no metrics of the cluster ${clusterName}`,
    });
  }

  private utilizationAlarm(
    id: string,
    metricName: string,
    summary: 'avg_over_time' | 'max_over_time',
    percent: number,
    what: string,
    options: PromQLAlarmOptions,
  ): PromQLTaskAlarm {
    const window = this.window(id, options.window ?? Duration.minutes(5));
    const used = maxByTask(overTime(summary, ofService(metricName, this.service), window));
    return this.taskAlarm(id, metricName, above(used, percent), what, options);
  }

  private taskAlarm(
    id: string,
    metricName: string,
    query: string,
    what: string,
    { window: _, ...options }: PromQLAlarmOptions,
  ): PromQLTaskAlarm {
    this.checkSent(id, { metricName, ...this.service });
    return new PromQLTaskAlarm(this, id, {
      ...options,
      ...this.actions,
      query,
      description: `A task of ${this.service.serviceName} ${what}`,
    });
  }

  private checkSent(id: string, wanted: WantedSamples): void {
    const problem = this.configuration.sent(this)?.problemOf(wanted, this);
    if (problem !== undefined) throw new InvalidPropsError(this.pathOf(id), problem);
  }

  private window(id: string, window: Duration): Duration {
    return validWindow(this.pathOf(id), window, this.interval);
  }

  private pathOf(id: string): string {
    return `${this.node.path}/${id}`;
  }
}
