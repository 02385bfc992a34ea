import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Duration } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { DEFAULT_NAMESPACE } from '../../lambda/model/settings/names.ts';
import { CollectorConfiguration } from '../configuration/configuration.ts';
import { dimensionsOf, type ServiceName, taskMetric } from '../metrics/task.ts';
import { InvalidPropsError } from '../props/errors.ts';
import { validCount, validPercent } from '../props/valid.ts';
import { type AlarmActions, addActions } from './actions.ts';
import { type WatchedService, watchedService } from './watched-service.ts';

const PERIOD = Duration.minutes(1);

/**
 * The longest look back of an alarm on a Metrics Insights query.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-limits.html
 */
const MAX_QUERIED_MINUTES = 180;

/** The options that all alarms on tasks share. */
export interface TaskAlarmOptions {
  /**
   * Number of the last `evaluationPeriods` minutes that must be above the threshold. With fewer than all, a minute that
   * arrives late neither hides a busy task nor ends the alarm.
   *
   * @default 3
   */
  readonly datapointsToAlarm?: number;

  /**
   * Number of minutes to evaluate.
   *
   * @default 5
   */
  readonly evaluationPeriods?: number;

  /**
   * The meaning of a minute without data. A service without tasks and a collector that does not run look the same here:
   * "not breaching" would show a dead collector as healthy, and "breaching" would raise the alarm for each service that
   * is scaled to zero. `CollectorAlarms` detect a collector that does not run.
   *
   * @default TreatMissingData.MISSING - the alarm is INSUFFICIENT_DATA once all minutes are missing
   */
  readonly treatMissingData?: TreatMissingData;

  /**
   * Whether each task is a contributor of its own to the alarm, which names it. This needs rules with the dimension
   * TaskId, which cost a metric for each task. CloudWatch evaluates 500 tasks, and reports at most 100.
   *
   * @default false - the worst task decides
   */
  readonly eachTask?: boolean;
}

export interface TaskAlarmProps extends TaskAlarmOptions, WatchedService, AlarmActions {
  /** Name of the metric. */
  readonly metricName: string;

  /** The threshold for a minute; for a metric in percent, 0 to 100. */
  readonly threshold: number;

  /** The description of the alarm, with its threshold. */
  readonly description: string;

  /**
   * The rules that publish the metric.
   *
   * @default CollectorConfiguration.builtIn()
   */
  readonly configuration?: CollectorConfiguration;
}

/**
 * Alarm on the worst task of a service. Each task is a sample of the service's one metric, so the Maximum is the worst
 * task, at the price of one metric and one alarm a service.
 */
export class TaskAlarm extends Alarm {
  constructor(scope: Construct, id: string, props: TaskAlarmProps) {
    const path = `${scope.node.path}/${id}`;
    const evaluationPeriods = validCount(path, 'evaluationPeriods', props.evaluationPeriods ?? 5);
    const datapointsToAlarm = validCount(path, 'datapointsToAlarm', props.datapointsToAlarm ?? 3);
    if (datapointsToAlarm > evaluationPeriods) {
      throw new InvalidPropsError(
        path,
        `Expected \`datapointsToAlarm\` to be at most the ${evaluationPeriods} of \`evaluationPeriods\`, got ${datapointsToAlarm}`,
      );
    }
    if (props.eachTask && evaluationPeriods > MAX_QUERIED_MINUTES) {
      throw new InvalidPropsError(
        path,
        `Expected \`evaluationPeriods\` to be at most ${MAX_QUERIED_MINUTES} with \`eachTask\`, got ${evaluationPeriods}`,
      );
    }
    // The names of the sidecar's series contain their unit.
    if (/_percent$/.test(props.metricName)) validPercent(path, 'threshold', props.threshold);
    super(scope, id, {
      alarmDescription: props.description,
      metric: metricOf(path, props),
      threshold: props.threshold,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      datapointsToAlarm,
      evaluationPeriods,
      treatMissingData: props.treatMissingData ?? TreatMissingData.MISSING,
    });
    addActions(this, props);
  }
}

function metricOf(path: string, props: TaskAlarmProps): IMetric {
  const { metricName, eachTask = false } = props;
  const service = watchedService(path, props);
  const ofService = dimensionsOf(service);
  const dimensions = eachTask ? { ...ofService, TaskId: undefined } : ofService;
  const published = (props.configuration ?? CollectorConfiguration.builtIn()).published(path);
  const problem = published?.problemOf({ metricName, dimensions });
  if (problem !== undefined) throw new InvalidPropsError(path, problem);
  const namespace = published?.namespaceOf({ metricName, dimensions }) ?? DEFAULT_NAMESPACE;
  return eachTask
    ? worstOfEachTask(namespace, metricName, service)
    : taskMetric(metricName, service, { namespace, statistic: Stats.MAXIMUM, period: PERIOD });
}

/**
 * A time series for each task. An alarm on several of them needs GROUP BY and ORDER BY.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Create_Metrics_Insights_Alarm.html
 */
function worstOfEachTask(
  namespace: string,
  metricName: string,
  { clusterName, serviceName }: ServiceName,
): MathExpression {
  return new MathExpression({
    expression: [
      `SELECT MAX("${metricName}")`,
      `FROM SCHEMA("${namespace}", ClusterName, ServiceName, TaskId)`,
      `WHERE ClusterName = '${clusterName}' AND ServiceName = '${serviceName}'`,
      'GROUP BY TaskId ORDER BY MAX() DESC',
    ].join(' '),
    period: PERIOD,
  });
}
