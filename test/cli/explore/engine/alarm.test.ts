import { describe, expect, it } from '@jest/globals';
import { alarmOf, isAlarm } from '../../../../cli/explore/engine/alarm.ts';
import { TASK_CPU_UTILIZATION } from '../../../../lambda/model/settings/names.ts';
import { RECORDED_AT } from '../recording.ts';

const MINUTE = 60_000;

function series(
  values: readonly number[],
  labels: Record<string, string>,
  name = TASK_CPU_UTILIZATION,
) {
  const kind = { name, family: name, type: 'gauge' as const, labels };
  const points = values.map((value, minute) => ({
    series: kind,
    value,
    timestamp: RECORDED_AT + minute * MINUTE + 10_000,
  }));
  return { recorded: { series: kind, points }, labels };
}

describe('the alarm on CPU over the last samples', () => {
  it('has the samples of each task, and the maximum of all in each minute', () => {
    const view = alarmOf([
      series([10, 90], { ServiceName: 'web', TaskId: 'a1' }),
      series([20, 30], { ServiceName: 'web', TaskId: 'b2' }),
      series([99, 99], { TaskId: 'a1' }, 'another_metric'),
      series([], { TaskId: 'c3' }),
    ]);
    expect(view.tasks.map(({ name }) => name)).toEqual(['web a1', 'web b2']);
    expect(view.minutes).toEqual([
      [RECORDED_AT, 20],
      [RECORDED_AT + MINUTE, 90],
    ]);
  });

  it.each([
    [[81, 82, 83], true],
    [[81, 82, 80], false],
    [[81, 0, 82, 0, 83], true],
    [[81, 81, 81, 0, 0, 0], false],
    [[Number.NaN, 90, 90], false],
    [[], false],
  ])('of %j is in ALARM above 80: %s', (values, expected) => {
    expect(isAlarm(alarmOf([series(values, {})]), 80)).toBe(expected);
  });
});
