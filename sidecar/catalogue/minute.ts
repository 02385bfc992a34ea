import type { Family, Row } from '../exposition/family.ts';
import type { History } from '../history/history.ts';
import { lastMinute, type MinuteSummary } from '../history/minute.ts';

/** The utilizations that are summarized, with their names. */
const UTILIZATIONS: readonly (readonly [stem: string, what: string])[] = [
  ['ee_task_cpu_utilization', 'CPU utilization of the task'],
  ['ee_task_memory_utilization', 'memory utilization of the task'],
  ['ee_container_cpu_utilization', 'CPU utilization of the container'],
  ['ee_container_memory_utilization', 'memory utilization of the container'],
];

const STATISTICS: readonly (readonly [keyof MinuteSummary, what: string])[] = [
  ['min', 'Least'],
  ['max', 'Greatest'],
  ['avg', 'Mean'],
];

/** Utilization over the last complete minute of the clock: equal for all scrapers within the minute after it. */
export function* minuteFamilies(
  history: History,
  now: number,
  ofTask?: (task: string) => boolean,
): Generator<Family> {
  for (const [stem, what] of UTILIZATIONS) {
    const summaries = history.columns(`${stem}_percent`, ofTask).flatMap(([track, column]) => {
      const summary = lastMinute(track, column, now);
      const { identity } = track;
      return summary === undefined ? [] : [{ identity, labels: column.labels, summary }];
    });
    for (const [statistic, word] of STATISTICS) {
      const rows: Row[] = summaries.map(({ identity, labels, summary }) => ({
        identity,
        labels,
        value: summary[statistic],
      }));
      yield {
        name: `${stem}_minute_${statistic}_percent`,
        type: 'gauge',
        help: `${word} ${what} among the samples of the last complete minute of the clock.`,
        rows,
      };
    }
  }
}
