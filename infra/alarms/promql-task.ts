import { AlarmBase } from 'aws-cdk-lib/aws-cloudwatch';
import { ArnFormat, CfnResource, Duration, Lazy, Token } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { InvalidPropsError } from '../props/errors.ts';
import { type DurationRange, validDuration } from '../props/valid.ts';
import { type AlarmActions, addActions } from './actions.ts';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudwatch-alarm.html */
const EVALUATION_INTERVAL = { min: Duration.seconds(10), max: Duration.hours(1) };

/**
 * Limits of the pending and the recovery period.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-cloudwatch-alarm-alarmpromqlcriteria.html
 */
const PERIOD = { min: Duration.seconds(0), max: Duration.days(1) };

/** Characters. */
const MAX_QUERY_LENGTH = 10_000;

/**
 * The longest window of a query.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-PromQL.html#CloudWatch-PromQL-Limits
 */
const MAX_WINDOW = Duration.days(7);

/** The options that all alarms by PromQL share. */
export interface PromQLAlarmOptions {
  /**
   * The span of samples that each evaluation reads. It must be long enough for a sample to arrive in it, because
   * CloudWatch takes some time.
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
   * How long a task must be below the threshold until its alarm ends: `keep_firing_for` of a Prometheus rule. The alarm
   * of a vanished task ends, too.
   *
   * @default Duration.minutes(5)
   */
  readonly recoveryPeriod?: Duration;

  /**
   * Time between two evaluations: 10 seconds to an hour.
   *
   * @default Duration.minutes(1)
   */
  readonly evaluationInterval?: Duration;
}

type Timing = Exclude<keyof PromQLAlarmOptions, 'window'>;

export interface PromQLTaskAlarmProps extends Omit<PromQLAlarmOptions, 'window'>, AlarmActions {
  /** The query. It returns the series that are in alarm. */
  readonly query: string;

  /** The description of the alarm. */
  readonly description: string;
}

/**
 * Alarm on a PromQL query of the samples that the collector sends to CloudWatch over OTLP. Each series of the result,
 * such as a task, is a contributor of its own, which its notification names. CloudWatch reports at most 100
 * contributors.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-promql.html
 */
export class PromQLTaskAlarm extends AlarmBase {
  readonly alarmArn: string;
  readonly alarmName: string;

  constructor(scope: Construct, id: string, props: PromQLTaskAlarmProps) {
    super(scope, id);
    const seconds = (name: Timing, minutes: number, range: DurationRange) =>
      validDuration(this, name, props[name] ?? Duration.minutes(minutes), range).toSeconds();
    // Not every supported version of the CDK has its own `PromQLAlarm`.
    const alarm = new CfnResource(this, 'Resource', {
      type: 'AWS::CloudWatch::Alarm',
      properties: {
        AlarmDescription: props.description,
        AlarmActions: Lazy.list({ produce: () => this.alarmActionArns }),
        InsufficientDataActions: Lazy.list({ produce: () => this.insufficientDataActionArns }),
        OKActions: Lazy.list({ produce: () => this.okActionArns }),
        EvaluationInterval: seconds('evaluationInterval', 1, EVALUATION_INTERVAL),
        EvaluationCriteria: {
          PromQLCriteria: {
            Query: validQuery(this, props.query),
            PendingPeriod: seconds('pendingPeriod', 2, PERIOD),
            RecoveryPeriod: seconds('recoveryPeriod', 5, PERIOD),
          },
        },
      },
    });
    this.alarmName = this.getResourceNameAttribute(alarm.ref);
    this.alarmArn = this.getResourceArnAttribute(alarm.getAtt('Arn').toString(), {
      service: 'cloudwatch',
      resource: 'alarm',
      resourceName: this.physicalName,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    addActions(this, props);
  }
}

/**
 * A span of at least two cycles, so that a late one leaves no gap.
 *
 * @param interval interval of the collector, if known
 */
export function validWindow(
  path: string,
  window: Duration,
  interval: Duration = Duration.minutes(1),
): Duration {
  return validDuration(path, 'window', window, {
    min: Duration.seconds(2 * interval.toSeconds()),
    max: MAX_WINDOW,
    why: 'two intervals of the collector',
  });
}

function validQuery(alarm: Construct, query: string): string {
  if (Token.isUnresolved(query) || (query !== '' && query.length <= MAX_QUERY_LENGTH)) return query;
  throw new InvalidPropsError(
    alarm,
    `Expected \`query\` to have 1 to ${MAX_QUERY_LENGTH} characters, got ${query.length}`,
  );
}
