import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const ROOT = join(import.meta.dirname, '../..');
const PAGE = readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8');

/** The rows of the table: a question, the module that answers it, a name in that module, and the steps to it. */
const ROWS = Array.from(
  PAGE.matchAll(/^\| (Where [^|]*\?) \| `([^`]+)` \| `([^`]+)` \| (\d+) \|$/gm),
  ([, question = '', module = '', name = '', steps = '']) => ({ question, module, name, steps }),
);

describe('the questions of docs/architecture.md', () => {
  it('are ten', () => {
    expect(ROWS).toHaveLength(10);
  });

  it.each(ROWS)(
    '$question has its answer in the module that the table names',
    ({ module, name }) => {
      const text = readFileSync(join(ROOT, module), 'utf8');
      expect(text).toMatch(new RegExp(`\\b${name}\\b`));
    },
  );

  it.each(ROWS)('$question takes a listing of each folder on the way', ({ module, steps }) => {
    expect(Number(steps)).toBeGreaterThanOrEqual(module.split('/').length);
  });
});
