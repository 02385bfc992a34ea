import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { servedSeries } from './served-series.ts';

const PAGE = readFileSync(join(import.meta.dirname, '../../docs/migrate-adot.md'), 'utf8');
const GUIDE = PAGE.slice(PAGE.indexOf('## Each metric'));

/** Of the host, and of no task: the guide says what to use in their place, if anything. */
const WITHOUT_A_SERIES = [
  'container.cpu.cores',
  'container.cpu.onlines',
  'container.cpu.usage.system',
  'ecs.task.cpu.usage.system',
];

/** Rows of the table: what ADOT calls a metric, and what the guide says of it. */
const ROWS = [...GUIDE.matchAll(/^\| ((?:ecs\.task|container)\.[\w.]+) \| (.*) \|$/gm)].map(
  ([, theirs = '', ours = '']) => [theirs, ours] as const,
);

describe('what the guide names in the place of each of the 54 metrics of awsecscontainermetrics', () => {
  const served = servedSeries();
  const seriesIn = (text: string) =>
    Array.from(text.matchAll(/`(ee_\w+(?:\{[^}]*\})?)`/g), ([, series = '']) => series);

  it.each(ROWS)('%s: is a series of the sidecar', (theirs, ours) => {
    const named = seriesIn(ours);
    expect(named.length > 0 || WITHOUT_A_SERIES.includes(theirs)).toBe(true);
    expect(named.filter((series) => !served.has(series))).toEqual([]);
  });

  it('is all of them', () => {
    const names = ROWS.map(([theirs]) => theirs).filter((name) => name !== 'container.duration');
    expect(new Set(names).size).toBe(54);
    expect(ROWS.filter(([, ours]) => ours.startsWith('none')).map(([theirs]) => theirs)).toEqual(
      expect.arrayContaining(WITHOUT_A_SERIES),
    );
  });
});
