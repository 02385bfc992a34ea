import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { LAYOUT } from './layout.ts';
import { foldersOf, misplacedRows, problemsOf, type Sources } from './modules.ts';

const ROOT = join(import.meta.dirname, '../..');
const PATHS = globSync('{infra,cli,price,lambda,sidecar,test}/**/*.ts', { cwd: ROOT }).sort();
const SOURCES: Sources = new Map(
  PATHS.map((path) => [path, readFileSync(join(ROOT, path), 'utf8')]),
);

/** The folders that the map in docs/architecture.md has, a line each. */
function mappedFolders(): string[] {
  const page = readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8');
  const [, map = ''] = /^## Map of the folders\n(.*?)(?=^## )/ms.exec(page) ?? [];
  return Array.from(map.matchAll(/^\| `([^`]+)` \|/gm), ([, folder = '']) => folder);
}

describe('the layout', () => {
  it('is that of all modules', () => {
    expect(SOURCES.size).toBeGreaterThan(500);
    expect(problemsOf(SOURCES)).toEqual([]);
  });

  it('has no row that imports a row above it', () => {
    expect(misplacedRows(LAYOUT)).toEqual([]);
  });

  it('has no row without modules', () => {
    const folders = foldersOf(SOURCES);
    const rows = Object.keys(LAYOUT).filter((row) => !folders.includes(row) && !SOURCES.has(row));
    expect(rows).toEqual([]);
  });

  it('is what the map in docs/architecture.md shows, one line a folder', () => {
    expect(mappedFolders().sort()).toEqual(foldersOf(SOURCES).sort());
  });
});

describe('a row that imports a row above it', () => {
  it('is named', () => {
    expect(misplacedRows({ a: [], 'b/low': ['a'], b: ['b/low'] })).toEqual([
      'b/low may import a, which is above it',
      'b may import b/low, which is above it',
    ]);
  });
});

/** The problems that come of more modules. */
function problemsWith(added: Readonly<Record<string, string>>): string[] {
  const before = problemsOf(SOURCES);
  const problems = problemsOf(new Map([...SOURCES, ...Object.entries(added)]));
  return problems.filter((problem) => !before.includes(problem));
}

describe('a module that does not fit', () => {
  it.each([
    [
      'imports another stage',
      { 'lambda/series/late.ts': "import { encode } from '../emf/encode.ts';" },
      'lambda/series/late.ts imports lambda/emf/encode.ts, which is not below lambda/series: move what both need into lambda/model, or hand it in',
    ],
    [
      'imports a type of the folder above it',
      { 'lambda/scrape/http/late.ts': "import type { Scrape } from '../scrape.ts';" },
      'lambda/scrape/http/late.ts imports lambda/scrape/scrape.ts, which is not below lambda/scrape/http: move what it needs of it down into lambda/scrape/http, or hand it in',
    ],
    [
      'imports another part at run time',
      { 'sidecar/http/late.ts': "const late = await import('../../lambda/state/memory.ts');" },
      'sidecar/http/late.ts imports lambda/state/memory.ts, which is not below sidecar/http: move what it needs of it down into sidecar/http, or hand it in',
    ],
    [
      'lies at the top',
      { 'lambda/config-report.ts': '' },
      /^lambda\/config-report\.ts is in no folder of the layout: move it into one of .*lambda\/report/,
    ],
    [
      'lies in a new folder',
      { 'lambda/state/redis/client.ts': '' },
      'lambda/state/redis/client.ts is in no folder of the layout: give lambda/state/redis a row in test/repository/layout.ts and a line in docs/architecture.md',
    ],
    [
      'says the name of its folder again',
      { 'infra/collector/collector-role.ts': '' },
      'infra/collector/collector-role.ts says the name of its folder again: call it infra/collector/role.ts',
    ],
    [
      'says the name of its folder again, in the singular',
      { 'infra/alarms/service-alarm.ts': '' },
      'infra/alarms/service-alarm.ts says the name of its folder again: call it infra/alarms/service.ts',
    ],
    [
      'is one of a circle within its folder',
      {
        'lambda/emf/a.ts': "import type { B } from './b.ts';",
        'lambda/emf/b.ts': "import type { A } from './a.ts';",
      },
      'lambda/emf/a.ts -> lambda/emf/b.ts -> lambda/emf/a.ts is a circle: move what they share into a module of its own in lambda/emf',
    ],
    [
      'is too long',
      { 'lambda/emf/late.ts': 'export {};\n'.repeat(301) },
      'lambda/emf/late.ts has 301 lines, expected at most 300: move one of its nouns into a module of its own',
    ],
    [
      'is one too many',
      Object.fromEntries(
        Array.from({ length: 17 }, (_, index) => [`lambda/model/waiting/part-${index}.ts`, '']),
      ),
      /^lambda\/model\/waiting has \d+ modules, expected at most 16: move those of one subject into a folder lambda\/model\/waiting\/<subject>$/,
    ],
    [
      'is one test too many',
      Object.fromEntries(
        Array.from({ length: 17 }, (_, index) => [`test/emf/part-${index}.test.ts`, '']),
      ),
      /^test\/emf has \d+ modules, expected at most 16/,
    ],
  ])('%s', (_, added, problem) => {
    const problems = problemsWith(added);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(problem);
  });
});
