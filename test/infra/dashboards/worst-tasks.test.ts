import { expect, it } from '@jest/globals';
import { worstTasksQuery } from '../../../infra/dashboards/worst-tasks.ts';
import {
  TASK_CPU_UTILIZATION as CPU,
  TASK_MEMORY_UTILIZATION as MEMORY,
} from '../../../lambda/model/settings/names.ts';

/** Columns of the table. */
type Row = Readonly<Record<string, unknown>>;

it.each<[string, readonly object[], readonly Row[]]>([
  [
    'of one task each',
    [
      { TaskId: 'a', [CPU]: 20, [MEMORY]: [31, 30] },
      { TaskId: 'b', [CPU]: [90, 80], [MEMORY]: 10 },
      { TaskId: 'a', other: 1 },
    ],
    [
      { task: 'b', cpu_percent: 90, memory_percent: 10, memory_task: 'b' },
      { task: 'a', cpu_percent: 20, memory_percent: 31, memory_task: 'a' },
    ],
  ],
  [
    'of all tasks of a service',
    [
      {
        TaskIdOfGreatest: { [CPU]: 'b', [MEMORY]: 'a' },
        TaskIdOfLeast: { [CPU]: 'a', [MEMORY]: 'b' },
        [CPU]: [90, 80, 20],
        [MEMORY]: [31, 30, 10],
      },
    ],
    [{ task: 'b', cpu_percent: 90, memory_percent: 31, memory_task: 'a' }],
  ],
])('finds the worst tasks in events %s', (_, events, rows) => {
  expect(run(worstTasksQuery(), events)).toEqual(rows);
});

/** Runs the part of Logs Insights that the query uses, but for its filter by time, over events in the order of time. */
function run(lines: readonly string[], events: readonly object[]): readonly Row[] {
  let rows = events.map(flattened);
  for (const line of lines) {
    const [command = ''] = line.split(' ');
    const rest = line.slice(command.length + 1);
    if (command === 'fields') {
      for (const [, names = '', alias = ''] of rest.matchAll(/coalesce\((.*?)\) as (\w+)/g)) {
        const all = names.split(', ');
        rows = rows.map((row) => ({ ...row, [alias]: all.map((name) => row[name]).find(isKnown) }));
      }
    } else if (command === 'filter' && rest.startsWith('ispresent')) {
      const [, name = ''] = /\((\w+)\)/.exec(rest) ?? [];
      rows = rows.filter((row) => isKnown(row[name]));
    } else if (command === 'stats') rows = grouped(rows, rest);
    else if (command === 'sort') {
      const [name = ''] = rest.split(' ');
      rows = rows.toSorted((one, other) => Number(other[name]) - Number(one[name]));
    }
  }
  return rows;
}

/** `latest(…) as …, … by …` */
function grouped(rows: readonly Row[], text: string): Row[] {
  const [columns = '', by = ''] = text.split(' by ');
  const groups = new Map<unknown, Row>();
  for (const row of rows) {
    const group: Record<string, unknown> = { ...groups.get(row[by]), [by]: row[by] };
    for (const [, name = '', alias = ''] of columns.matchAll(/latest\((\w+)\) as (\w+)/g)) {
      group[alias] = row[name] ?? group[alias];
    }
    groups.set(row[by], group);
  }
  return [...groups.values()];
}

/** As Logs Insights names the fields of JSON: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData-discoverable-fields.html */
function flattened(event: object): Row {
  const row: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(event)) {
    if (typeof value !== 'object') row[name] = value;
    else for (const [key, each] of Object.entries(value)) row[`${name}.${key}`] = each;
  }
  return row;
}

function isKnown(value: unknown): boolean {
  return value !== undefined;
}
