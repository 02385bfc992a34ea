import { Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { Token } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { InvalidPropsError } from './errors.ts';
import { type ServiceName, taskCpuUtilization } from './task-metrics.ts';

export interface TaskCpuAlarmProps extends ServiceName {
  /**
   * The CPU utilization of one task, in percent of its limit, above which a minute counts: 0 to 100.
   *
   * @default 80
   */
  readonly maxCpuPercent?: number;

  /**
   * How many of the last `evaluationPeriods` minutes must be above the threshold. Fewer than all, so that a minute
   * that arrives late neither hides a busy task nor ends the alarm.
   *
   * @default 3
   */
  readonly datapointsToAlarm?: number;

  /**
   * How many minutes are looked at.
   *
   * @default 5
   */
  readonly evaluationPeriods?: number;

  /**
   * What a minute without data means. A service of no tasks and a collector that does not run look the same here:
   * to call that "not breaching" would show a dead collector as healthy, and "breaching" would raise the alarm for
   * each service that is scaled to zero.
   *
   * @default TreatMissingData.MISSING - the alarm says INSUFFICIENT_DATA once all minutes are missing
   */
  readonly treatMissingData?: TreatMissingData;
}

/** Alarm on the worst single task of a service, at the price of one metric and one alarm a service. */
export class TaskCpuAlarm extends Alarm {
  constructor(scope: Construct, id: string, props: TaskCpuAlarmProps) {
    const path = `${scope.node.path}/${id}`;
    const maxCpuPercent = validPercent(path, props.maxCpuPercent ?? 80);
    const evaluationPeriods = validCount(path, 'evaluationPeriods', props.evaluationPeriods ?? 5);
    const datapointsToAlarm = validCount(path, 'datapointsToAlarm', props.datapointsToAlarm ?? 3);
    if (datapointsToAlarm > evaluationPeriods) {
      throw new InvalidPropsError(
        path,
        `Expected \`datapointsToAlarm\` to be at most the ${evaluationPeriods} of \`evaluationPeriods\`, got ${datapointsToAlarm}`,
      );
    }
    super(scope, id, {
      alarmDescription: `A task of ${props.serviceName} uses more than ${maxCpuPercent} % of its CPU limit`,
      metric: taskCpuUtilization(props),
      threshold: maxCpuPercent,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      datapointsToAlarm,
      evaluationPeriods,
      treatMissingData: props.treatMissingData ?? TreatMissingData.MISSING,
    });
  }
}

function validPercent(path: string, percent: number): number {
  if (!Token.isUnresolved(percent) && !(percent >= 0 && percent <= 100)) {
    throw new InvalidPropsError(
      path,
      `Expected \`maxCpuPercent\` to be a percentage from 0 to 100, got ${percent}`,
    );
  }
  return percent;
}

function validCount(path: string, name: string, count: number): number {
  if (!Number.isInteger(count) || count < 1) {
    throw new InvalidPropsError(
      path,
      `Expected \`${name}\` to be a whole number of at least 1, got ${count}`,
    );
  }
  return count;
}
