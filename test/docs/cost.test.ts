import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { REPOSITORY } from '../../infra/build/paths.ts';

const PAGE = readFileSync(join(REPOSITORY, 'docs/cost.md'), 'utf8');

/** The cells of the rows below a heading, from the first row that begins with a name up to the sum. */
function rowsOf(heading: string, first: string): string[][] {
  const [, text = ''] = PAGE.split(`${heading}\n`);
  const rows = text.split('\n').map((line) => line.split(' | '));
  const cells = (row: readonly string[]) => row[0]?.replace(/^\| /, '');
  const from = rows.findIndex((row) => cells(row) === first);
  const to = rows.findIndex((row, index) => index > from && cells(row) === '**sum**');
  return rows.slice(from, to + 1);
}

/** Cents in each of the last columns of a row; 0 where a part costs nothing. */
function centsOf(row: readonly string[], columns: number): number[] {
  return row.slice(-columns).map((cell) => {
    const dollars = [...cell.matchAll(/\$([\d.]+)/g)].at(-1)?.[1] ?? '0';
    return Math.round(Number(dollars) * 100);
  });
}

describe('the sums of docs/cost.md are those of their parts', () => {
  it.each([
    ['### 150 tasks, part by part', 'metrics of CloudWatch', 3],
    ['## Worked: 150 tasks, 1,000 containers', 'metrics', 2],
  ])('in the table of %s', (heading, first, columns) => {
    const rows = rowsOf(heading, first).map((row) =>
      centsOf(columns === 2 ? row.slice(0, 3) : row, columns),
    );
    const sum = rows.at(-1) ?? [];
    const parts = rows.slice(0, -1);
    expect(parts.length).toBeGreaterThan(5);
    expect(sum.map((_, column) => parts.reduce((all, row) => all + (row[column] ?? 0), 0))).toEqual(
      sum,
    );
  });
});

it('README and the comparison have the sums of docs/cost.md', () => {
  const [, worked] =
    /\*\*sum\*\* \| \*\*\$([\d.]+)\*\* \| \*\*\$[\d.]+\*\* \| \*\*\$[\d.]+\*\* \|\n\nYour/.exec(
      PAGE,
    ) ?? [];
  const [, least] = /tasks only: PutMetricData \| \$[\d.]+ \| \*\*\$([\d.]+)/.exec(PAGE) ?? [];
  expect([worked, least].every((each) => each !== undefined)).toBe(true);
  for (const page of ['README.md', 'docs/compare.md']) {
    const text = readFileSync(join(REPOSITORY, page), 'utf8');
    expect([page, text.includes(`$${worked}`), text.includes(`$${least}`)]).toEqual([
      page,
      true,
      true,
    ]);
  }
});
