import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { REPOSITORY } from '../../infra/build/paths.ts';
import { partsPicture } from '../picture/parts.ts';

const read = (path: string) => readFileSync(join(REPOSITORY, path), 'utf8');

/** Longer than that, and nobody reads it to its end. */
const MAX_LINES = 150;

describe("the README's first screen", () => {
  it('shows the picture of the parts as the script draws it', () => {
    expect(read('README.md')).toContain('](docs/images/parts.svg)');
    expect(read('docs/images/parts.svg')).toBe(partsPicture());
  });

  it(`has at most ${MAX_LINES} lines`, () => {
    expect(read('README.md').trimEnd().split('\n').length).toBeLessThanOrEqual(MAX_LINES);
  });

  it('has a source for each row of the comparison', () => {
    const [, ...rows] = rowsOf(read('README.md'), '| topic | Fargauge |');
    expect(rows.length).toBeGreaterThan(0);
    const sources = read('docs/compare.md');
    for (const [name] of rows) expect(sources).toContain(`\n## ${name}\n`);
  });
});

/** The cells of the table that begins so, its head first. */
function rowsOf(page: string, beginning: string): string[][] {
  const table = page.slice(page.indexOf(`\n${beginning}`) + 1).split('\n\n')[0] ?? '';
  return table
    .split('\n')
    .filter((line) => !line.startsWith('|---'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}
