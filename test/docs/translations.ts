/**
 * `node test/docs/translations.ts docs/ja/deploy.md …`: writes down from which text of the English page a translation was made, after
 * somebody has made it anew.
 */

import { createHash } from 'node:crypto';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from '../../infra/build/paths.ts';

/** The hash of the English text of each translation, by the translation's path. */
const RECORD = join(REPOSITORY, 'docs/ja/translations.json');

/** The translations, from the top of the repository. */
export const TRANSLATIONS: readonly string[] = [
  'README.ja.md',
  ...globSync('docs/ja/*.md', { cwd: REPOSITORY }).sort(),
];

/** The English page that a translation stands for. */
export function originalOf(translation: string): string {
  return translation.replace('docs/ja/', 'docs/').replace('.ja.md', '.md');
}

/** The hash of a page as it is. */
export function hashOf(page: string): string {
  return createHash('sha256')
    .update(readFileSync(join(REPOSITORY, page)))
    .digest('hex');
}

export function recordedHashes(): Readonly<Record<string, string>> {
  return JSON.parse(readFileSync(RECORD, 'utf8'));
}

if (import.meta.main) {
  const made = process.argv.slice(2).map((page) => [page, hashOf(originalOf(page))]);
  const all = { ...recordedHashes(), ...Object.fromEntries(made) };
  const sorted = Object.entries(all).sort(([a], [b]) => a.localeCompare(b));
  writeFileSync(RECORD, `${JSON.stringify(Object.fromEntries(sorted), undefined, 2)}\n`);
}
