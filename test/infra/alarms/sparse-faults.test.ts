import { describe, expect, it } from '@jest/globals';
import { Template } from 'aws-cdk-lib/assertions';
import { CollectorAlarms } from '../../../infra/alarms/collector.ts';
import { Shards } from '../../../infra/collector/shards/shards.ts';
import { COLLECTOR_NAMESPACE, FAULT_METRICS } from '../../../lambda/model/settings/names.ts';
import { collectorStack } from '../template.ts';

interface AlarmOnFault {
  readonly MetricName: string;
  readonly EvaluationPeriods: number;
  readonly DatapointsToAlarm: number;
  readonly Threshold: number;
  readonly TreatMissingData: string;
}

/** Periods beyond the evaluated ones in which CloudWatch looks for values: it does not document how many, its examples have two. */
const MORE_PERIODS = [0, 2, 5];

/** A cycle with or without a fault, whose value is missing. */
type Period = 'fault' | 'none';

/**
 * The state of an alarm that takes missing values for not breaching, as
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html has it: if there are as many values as are
 * evaluated, the last of them count; else missing ones fill the number.
 *
 * @param periods the last one last
 */
function stateOf(alarm: AlarmOnFault, periods: readonly Period[], more: number): 'ALARM' | 'OK' {
  const { EvaluationPeriods: evaluated, DatapointsToAlarm: least } = alarm;
  const faults = periods.slice(-(evaluated + more)).filter((each) => each === 'fault').length;
  return Math.min(faults, evaluated) >= least ? 'ALARM' : 'OK';
}

const { stack, collector } = collectorStack({ shards: Shards.fixed(2) });
new CollectorAlarms(stack, 'Alarms', { collector });
const ALARMS = Object.values(Template.fromStack(stack).findResources('AWS::CloudWatch::Alarm'))
  .map(({ Properties }) => Properties)
  .filter(({ Namespace, MetricName }) => {
    return Namespace === COLLECTOR_NAMESPACE && FAULT_METRICS.includes(MetricName);
  })
  .map((alarm) => [alarm.MetricName, alarm] as [string, AlarmOnFault]);

it('each fault has an alarm', () => {
  expect(ALARMS.map(([name]) => name).sort()).toEqual(FAULT_METRICS);
});

describe.each(ALARMS)('the alarm on %s', (_, alarm) => {
  it('takes a missing value for no fault', () => {
    expect(alarm).toMatchObject({ TreatMissingData: 'notBreaching' });
    expect(alarm.Threshold).toBeGreaterThanOrEqual(0);
  });

  it.each(MORE_PERIODS)(
    'goes off by faults, and is OK again when no more values come: %d periods more',
    (more) => {
      const well = Array<Period>(20).fill('none');
      const broken = [...well, ...Array<Period>(10).fill('fault')];
      expect(stateOf(alarm, well, more)).toBe('OK');
      expect(stateOf(alarm, broken, more)).toBe('ALARM');
      const mended = Array<Period>(alarm.EvaluationPeriods + more).fill('none');
      expect(stateOf(alarm, [...broken, ...mended], more)).toBe('OK');
    },
  );
});
