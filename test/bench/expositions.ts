import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { generateExposition } from './generated-exposition.ts';

/** As for the tests, which must be run by Jest. */
const FIXTURES = resolve(
  process.env.FARGAUGE_FIXTURES ?? join(import.meta.dirname, '../../../shared/fixtures'),
);

/** The one that the budgets are about. */
const FIRST_FILE = 'alltypes.237mfs.prom';

export interface Exposition {
  readonly name: string;
  /** Absent: a generated exposition. */
  readonly path: string | undefined;
  readonly bytes: number;
}

/** Expositions of real programs; where they are not there, a generated one, and a line that says so. */
export function findExpositions(bench: string): Exposition[] {
  const folder = join(FIXTURES, 'expositions');
  if (!existsSync(folder)) {
    console.log(`${bench}: ${folder} is not there, so the exposition is a generated one\n`);
    return [{ name: 'generated', path: undefined, bytes: generateExposition(0, 0).length }];
  }
  return readdirSync(folder)
    .filter((name) => /\.(?:prom|om)$/.test(name))
    .map((name) => ({
      name,
      path: join(folder, name),
      bytes: statSync(join(folder, name)).size,
    }))
    .sort((a, b) => Number(b.name === FIRST_FILE) - Number(a.name === FIRST_FILE));
}
