import { PromQLAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { Duration } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { type AlarmActions, addActions } from './alarms/alarm-actions.ts';
import { InvalidPropsError } from './errors.ts';

/** What a query can look back at. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-PromQL.html#CloudWatch-PromQL-Limits */
const MAX_WINDOW = Duration.days(7);

/** What all alarms by PromQL have in common. */
export interface PromQLAlarmOptions {
  /**
   * The span whose samples are looked at in each evaluation. It must be long enough for a sample to arrive in it: CloudWatch
   * takes its time.
   *
   * @default Duration.minutes(5)
   */
  readonly window?: Duration;

  /**
   * How long a task must be above the threshold without a break: `for` of a Prometheus rule.
   *
   * @default Duration.minutes(2)
   */
  readonly pendingPeriod?: Duration;

  /**
   * How long a task must not be above it until it counts as well again: `keep_firing_for` of a Prometheus rule. A task that
   * nobody measures any more is well by then, too.
   *
   * @default Duration.minutes(5)
   */
  readonly recoveryPeriod?: Duration;

  /**
   * How often the query is asked: 10 seconds to an hour.
   *
   * @default Duration.minutes(1)
   */
  readonly evaluationInterval?: Duration;
}

export interface PromQLTaskAlarmProps extends Omit<PromQLAlarmOptions, 'window'>, AlarmActions {
  /** What is wrong with each series that it gives. */
  readonly query: string;

  /** What the alarm says. */
  readonly description: string;
}

/**
 * Alarm on a PromQL query of what the collector sends to CloudWatch over OTLP. Each series that the query gives, such as a
 * task, is a contributor of its own, which its notification names; of more than 100 in alarm only 100 are told.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-promql.html
 */
export class PromQLTaskAlarm extends PromQLAlarm {
  constructor(scope: Construct, id: string, props: PromQLTaskAlarmProps) {
    super(scope, id, {
      alarmDescription: props.description,
      query: props.query,
      evaluationInterval: props.evaluationInterval ?? Duration.minutes(1),
      pendingPeriod: props.pendingPeriod ?? Duration.minutes(2),
      recoveryPeriod: props.recoveryPeriod ?? Duration.minutes(5),
    });
    addActions(this, props);
  }
}

/**
 * A span in which there are at least two cycles, so that one that is late leaves no gap.
 *
 * @param interval that of the collector, where it is known
 */
export function validWindow(
  path: string,
  window: Duration,
  interval: Duration = Duration.minutes(1),
): Duration {
  const least = Duration.seconds(2 * interval.toSeconds());
  const seconds = window.toSeconds();
  if (seconds >= least.toSeconds() && seconds <= MAX_WINDOW.toSeconds()) return window;
  throw new InvalidPropsError(
    path,
    `Expected \`window\` to be from ${least.toHumanString()}, two intervals of the collector, to ${MAX_WINDOW.toHumanString()}, got ${window.toHumanString()}`,
  );
}
