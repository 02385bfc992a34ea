import type { Sample } from '../../../lambda/model/samples/sample.ts';
import { TASK_CPU_UTILIZATION } from '../../../lambda/model/settings/names.ts';
import type { AlarmView } from './view.ts';

/** As of the alarm on CPU of the constructs: of the last five minutes, three above the threshold. */
export const ALARM_MINUTES = 5;
export const ALARM_DATAPOINTS = 3;

const MINUTE_MS = 60_000;

interface Member {
  readonly recorded: {
    readonly series: { readonly name: string };
    readonly points: readonly Sample[];
  };
  readonly labels: Readonly<Record<string, string>>;
}

/** The CPU utilization of each task over its last samples, for a drawing of the alarm on it. */
export function alarmOf(all: Iterable<Member>): AlarmView {
  const tasks = Array.from(all)
    .filter(({ recorded }) => recorded.series.name === TASK_CPU_UTILIZATION)
    .filter(({ recorded }) => recorded.points.length > 0)
    .map(({ recorded, labels }) => ({
      name: [labels.ServiceName, labels.TaskId ?? labels.instance].filter(Boolean).join(' '),
      points: recorded.points.map(({ timestamp = 0, value }) => [timestamp, value] as const),
    }));
  const minutes = new Map<number, number>();
  for (const { points } of tasks) {
    for (const [time, value] of points) {
      const minute = time - (time % MINUTE_MS);
      if (!(value <= (minutes.get(minute) ?? Number.NEGATIVE_INFINITY))) minutes.set(minute, value);
    }
  }
  return { tasks, minutes: [...minutes].sort(([a], [b]) => a - b) };
}

/** Whether the last minutes put the alarm into the state ALARM: its statistic is the maximum of all tasks. */
export function isAlarm({ minutes }: Pick<AlarmView, 'minutes'>, threshold: number): boolean {
  const last = minutes.slice(-ALARM_MINUTES);
  return last.filter(([, value]) => value > threshold).length >= ALARM_DATAPOINTS;
}
