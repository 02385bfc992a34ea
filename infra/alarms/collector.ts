import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  Metric,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { Annotations } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { ICollector } from '../collector/interface.ts';
import { validCount } from '../props/valid.ts';
import { type AlarmActions, actionsOf, addActions } from './actions.ts';

/**
 * Errors of CloudWatch in extracting metrics from accepted events.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Monitoring-CloudWatch-Metrics.html
 */
const EMF_ERRORS = { parsing: 'EMFParsingErrors', validation: 'EMFValidationErrors' };

/** Cycles in a row without a report: a single one may be lost. */
const SILENT_CYCLES = 3;

export interface CollectorAlarmsProps extends AlarmActions {
  readonly collector: ICollector;

  /**
   * Most targets that may be down. Stopped tasks do not count.
   *
   * @default 0
   */
  readonly maxTargetsDown?: number;
}

/** Alarms on the collector itself. One of them is on its silence, so that no other alarm has to treat missing data as bad. */
export class CollectorAlarms extends Construct {
  /** The collector has not finished a cycle for 3 minutes, or for 3 intervals if they are longer. */
  readonly noCycle: Alarm;
  /** Too many targets are down, in 3 of 5 cycles. */
  readonly targetsDown: Alarm;
  /** Targets of the configuration cannot be reached: they are left out, not down. In 3 of 5 cycles. */
  readonly targetsUnreachable: Alarm;
  /** The rules drop all samples of the targets, in 3 of 5 cycles; with shards only if that is so in all that have samples. */
  readonly nothingPublished: Alarm;
  /** Discovery failed in part, in 3 of 5 cycles. */
  readonly discoveryErrors: Alarm;
  /** CloudWatch Logs refused events, in 2 of 5 cycles. */
  readonly eventsRejected: Alarm;
  /** CloudWatch extracted no metrics from accepted events; undefined if an imported collector does not give its log groups. */
  readonly emfErrors: Alarm | undefined;
  /** `metric_budget` held new metrics back. */
  readonly metricsHeldBack: Alarm;
  /** A configuration outside of the app was changed to an invalid one: the earlier version stays in use. */
  readonly configurationRefused: Alarm;
  /** The state could not be read or written, in 3 of 5 cycles. */
  readonly stateFailures: Alarm;
  /** Cycles could not be started, or failed; undefined if an imported collector does not give its queue. */
  readonly deadLetters: Alarm | undefined;
  /** A shard has not finished a cycle for three, in 2 of 3 cycles; undefined if the targets are not divided. */
  readonly shardsLate: Alarm | undefined;
  /** Cycles failed for some or all shards, in 3 of 5 cycles; undefined if the targets are not divided. */
  readonly shardsFailed: Alarm | undefined;

  private readonly collector: ICollector;
  private readonly actions: AlarmActions;

  constructor(scope: Construct, id: string, props: CollectorAlarmsProps) {
    super(scope, id);
    const { collector } = props;
    this.collector = collector;
    this.actions = actionsOf(props);
    const maxTargetsDown = validCount(this, 'maxTargetsDown', props.maxTargetsDown ?? 0, 0);

    const faults = collector.faults((each) => ({
      targetsDown: each.metricTargetsDown(),
      targetsUnreachable: each.metricTargetsUnreachable(),
      nothingPublished: each.metricNothingPublished(),
      discoveryErrors: each.metricDiscoveryErrors(),
      eventsRejected: each.metricEventsRejected(),
      metricsHeldBack: each.metricMetricsHeldBack(),
      configurationRefused: each.metricConfigurationRefused(),
      stateFailures: each.metricStateFailures(),
      shardsLate: each.metricShardsLate(),
    }));
    this.noCycle = this.makeNoCycleAlarm();
    this.targetsDown = this.alarm('TargetsDown', {
      description: `More than ${maxTargetsDown} targets of the collector are down`,
      metric: faults.targetsDown,
      threshold: maxTargetsDown,
      cycles: [3, 5],
    });
    this.targetsUnreachable = this.alarm('TargetsUnreachable', {
      description:
        'The collector cannot reach targets of its configuration: its log names them and the remedy',
      metric: faults.targetsUnreachable,
      cycles: [3, 5],
    });
    this.nothingPublished = this.alarm('NothingPublished', {
      description:
        'The collector publishes none of the samples of its targets: its log names the rules that come nearest',
      metric: faults.nothingPublished,
      cycles: [3, 5],
    });
    this.discoveryErrors = this.alarm('DiscoveryErrors', {
      description: 'The collector cannot find all tasks',
      metric: faults.discoveryErrors,
      cycles: [3, 5],
    });
    this.eventsRejected = this.alarm('EventsRejected', {
      description: 'CloudWatch Logs refuses events of the collector',
      metric: faults.eventsRejected,
      cycles: [2, 5],
    });
    this.emfErrors = this.makeEmfErrorsAlarm();
    this.metricsHeldBack = this.alarm('MetricsHeldBack', {
      description: 'The metric budget of the collector is used up',
      metric: faults.metricsHeldBack,
      cycles: [1, 1],
    });
    this.configurationRefused = this.alarm('ConfigurationRefused', {
      description: 'The collector refused its new configuration and keeps the old one',
      metric: faults.configurationRefused,
      cycles: [1, 1],
    });
    this.stateFailures = this.alarm('StateFailures', {
      description: 'The collector cannot read or write its state',
      metric: faults.stateFailures,
      cycles: [3, 5],
    });
    this.deadLetters = this.makeDeadLettersAlarm();
    const { shardCycle } = collector;
    this.shardsLate =
      shardCycle &&
      this.alarm('ShardsLate', {
        description: 'Some shards of the collector have not finished a cycle for a while',
        metric: faults.shardsLate,
        cycles: [2, 3],
      });
    this.shardsFailed =
      shardCycle &&
      this.alarm('ShardsFailed', {
        description: 'Cycles of the collector fail for some or all of its shards',
        metric: shardCycle.metricFailed(collector.interval),
        cycles: [3, 5],
      });
  }

  /** Detects silence, so missing data is breaching here and nowhere else. */
  private makeNoCycleAlarm(): Alarm {
    const minutes = this.collector.interval.toMinutes() * SILENT_CYCLES;
    return this.withAction(
      new Alarm(this, 'NoCycle', {
        alarmDescription: `The collector has not finished a cycle for ${minutes} minutes`,
        metric: this.collector.faults((each) =>
          each.metricCycleDuration({ statistic: Stats.SAMPLE_COUNT }),
        ),
        threshold: 1,
        comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
        evaluationPeriods: SILENT_CYCLES,
        treatMissingData: TreatMissingData.BREACHING,
      }),
    );
  }

  /** Sums both errors of the log groups, which have data only for errors. */
  private makeEmfErrorsAlarm(): Alarm | undefined {
    const { logGroup, metricsLogGroup, interval } = this.collector;
    const hasOther = metricsLogGroup !== undefined && metricsLogGroup !== logGroup;
    const groups = {
      ...(logGroup && { self: logGroup }),
      ...(hasOther && { tasks: metricsLogGroup }),
    };
    const metrics = Object.entries(groups).flatMap(([prefix, group]) =>
      Object.entries(EMF_ERRORS).map(
        ([kind, name]) => [`${prefix}_${kind}`, this.emfMetric(name, group)] as const,
      ),
    );
    if (metrics.length === 0) return this.leftOut('emfErrors', '`logGroup` and `metricsLogGroup`');
    return this.alarm('EmfErrors', {
      description: 'CloudWatch extracts no metrics from events that the collector delivered',
      metric: new MathExpression({
        expression: metrics.map(([name]) => `FILL(${name}, 0)`).join(' + '),
        usingMetrics: Object.fromEntries(metrics),
        period: interval,
      }),
      cycles: [1, 1],
    });
  }

  private makeDeadLettersAlarm(): Alarm | undefined {
    const { deadLetterQueue, interval } = this.collector;
    if (deadLetterQueue === undefined) return this.leftOut('deadLetters', '`deadLetterQueue`');
    return this.alarm('DeadLetters', {
      description: 'Cycles of the collector could not be started, or failed',
      metric: deadLetterQueue.metricApproximateNumberOfMessagesVisible({
        statistic: Stats.MAXIMUM,
        period: interval,
      }),
      cycles: [1, 1],
    });
  }

  /** Leaves out an alarm that needs an unknown attribute of an imported collector. */
  private leftOut(name: string, missing: string): undefined {
    Annotations.of(this).addWarningV2(
      `fargauge:no-${name}`,
      `[${this.node.path}] There is no alarm ${name}: import ${this.collector.node.path} with ${missing}`,
    );
  }

  private emfMetric(metricName: string, { logGroupName }: ILogGroup): Metric {
    return new Metric({
      namespace: 'AWS/Logs',
      metricName,
      dimensionsMap: { LogGroupName: logGroupName },
      statistic: Stats.SUM,
    });
  }

  /** Missing data is no fault: the collector publishes faults only where there are some, and another alarm detects its silence. */
  private alarm(
    id: string,
    { description, metric, threshold = 0, cycles: [datapointsToAlarm, evaluationPeriods] }: Watch,
  ): Alarm {
    return this.withAction(
      new Alarm(this, id, {
        alarmDescription: description,
        metric,
        threshold,
        comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
        datapointsToAlarm,
        evaluationPeriods,
        treatMissingData: TreatMissingData.NOT_BREACHING,
      }),
    );
  }

  private withAction(alarm: Alarm): Alarm {
    addActions(alarm, this.actions);
    return alarm;
  }
}

/** The condition of an alarm: above `threshold`, 0 by default, in so many of the last cycles: `[bad, evaluated]`. */
interface Watch {
  readonly description: string;
  readonly metric: IMetric;
  readonly threshold?: number;
  readonly cycles: readonly [number, number];
}
