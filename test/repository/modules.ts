import { posix } from 'node:path';
import { LAYOUT, MAX_LINES, MAX_MODULES } from './layout.ts';

const { basename, dirname, join } = posix;

/** Where the code is. Tests may import all of it. */
const ROOTS = ['infra', 'cli', 'price', 'lambda', 'sidecar'];

const IMPORT = /\b(?:from|import)\s*\(?\s*'(\.[^']+)'/g;

/** Source texts by their paths from the top of the repository. */
export type Sources = ReadonlyMap<string, string>;

/** The folders that hold modules, tests not among them. */
export function foldersOf(sources: Sources): string[] {
  return [...new Set([...sources.keys()].filter(isCode).map((path) => dirname(path)))];
}

/** What of the modules is not as the layout has it: a sentence each, which says where a module should go. */
export function problemsOf(sources: Sources): string[] {
  const code = [...sources.keys()].filter(isCode);
  return [
    ...code.flatMap(placeProblems),
    ...code.flatMap(nameProblems),
    ...code.flatMap((path) => importProblems(path, importsOf(path, sources))),
    ...code.flatMap((path) => lengthProblems(path, sources)),
    ...sizeProblems([...sources.keys()]),
    ...circleProblems(sources),
  ];
}

/** Rows of the layout that import what is not below them. */
export function misplacedRows(layout: Readonly<Record<string, readonly string[]>>): string[] {
  const rows = Object.keys(layout);
  return rows.flatMap((row, index) =>
    (layout[row] ?? []).flatMap((tree) =>
      rows
        .filter((other, place) => place < index && isIn(other, tree))
        .map((other) => `${row} may import ${other}, which is above it`),
    ),
  );
}

function isCode(path: string): boolean {
  return ROOTS.some((root) => path.startsWith(`${root}/`));
}

/** The row of a module: its own at the top of a part, else that of its folder. */
function rowOf(path: string): string {
  return path in LAYOUT ? path : dirname(path);
}

function isIn(path: string, tree: string): boolean {
  return path === tree || path.startsWith(`${tree}/`);
}

function placeProblems(path: string): string[] {
  const row = rowOf(path);
  if (row in LAYOUT) return [];
  const inside = Object.keys(LAYOUT).filter((each) => dirname(each) === row && !/\.ts$/.test(each));
  const where =
    inside.length > 0
      ? `move it into one of ${inside.join(', ')}`
      : `give ${row} a row in test/repository/layout.ts and a line in docs/architecture.md`;
  return [`${path} is in no folder of the layout: ${where}`];
}

/** A module with the name of its folder is the folder's first one; a longer name need not say it again. */
function nameProblems(path: string): string[] {
  const folder = wordsOf(basename(dirname(path)));
  const words = wordsOf(basename(path, '.ts'));
  if (words.length <= folder.length) return [];
  const start = words.findIndex((_, index) =>
    folder.every((word, offset) => stem(words[index + offset] ?? '') === stem(word)),
  );
  if (start < 0) return [];
  const rest = words.toSpliced(start, folder.length).join('-');
  return [`${path} says the name of its folder again: call it ${join(dirname(path), rest)}.ts`];
}

function wordsOf(name: string): string[] {
  return name.split('-');
}

function stem(word: string): string {
  return word.replace(/s$/, '');
}

function importsOf(path: string, sources: Sources): string[] {
  const found = (sources.get(path) ?? '').matchAll(IMPORT);
  return Array.from(found, ([, given = '']) => join(dirname(path), given)).filter(isCode);
}

function importProblems(path: string, imports: readonly string[]): string[] {
  const row = rowOf(path);
  const allowed = LAYOUT[row];
  if (allowed === undefined) return [];
  return imports.flatMap((imported) => {
    const other = rowOf(imported);
    if (other === row || allowed.some((tree) => isIn(other, tree))) return [];
    const below = LAYOUT[other] ?? [];
    const shared = [other, ...below].some((tree) => isIn(row, tree))
      ? `move what it needs of it down into ${row}`
      : meetingPlaces(allowed, below, row);
    return [`${path} imports ${imported}, which is not below ${row}: ${shared}, or hand it in`];
  });
}

/** Where two folders both look. */
function meetingPlaces(allowed: readonly string[], below: readonly string[], row: string): string {
  const both = allowed.filter((tree) =>
    below.some((other) => isIn(tree, other) || isIn(other, tree)),
  );
  return both.length > 0
    ? `move what both need into ${both.join(' or ')}`
    : `move what it needs of it down into ${row}`;
}

function lengthProblems(path: string, sources: Sources): string[] {
  const lines = (sources.get(path) ?? '').trimEnd().split('\n').length;
  if (lines <= MAX_LINES) return [];
  return [
    `${path} has ${lines} lines, expected at most ${MAX_LINES}: move one of its nouns into a module of its own`,
  ];
}

function sizeProblems(paths: readonly string[]): string[] {
  const sizes = new Map<string, number>();
  for (const path of paths) sizes.set(dirname(path), (sizes.get(dirname(path)) ?? 0) + 1);
  return [...sizes]
    .filter(([, size]) => size > MAX_MODULES)
    .map(
      ([folder, size]) =>
        `${folder} has ${size} modules, expected at most ${MAX_MODULES}: move those of one subject into a folder ${folder}/<subject>`,
    );
}

/** Circles of modules, which two modules of one folder can make, too. Each is told once, by the import that closes it. */
function circleProblems(sources: Sources): string[] {
  const done = new Set<string>();
  const problems: string[] = [];
  const visit = (path: string, way: readonly string[]) => {
    const start = way.indexOf(path);
    if (start >= 0) {
      const circle = [...way.slice(start), path].join(' -> ');
      problems.push(
        `${circle} is a circle: move what they share into a module of its own in ${dirname(path)}`,
      );
      return;
    }
    if (done.has(path)) return;
    for (const next of importsOf(path, sources)) visit(next, [...way, path]);
    done.add(path);
  };
  for (const path of sources.keys()) if (isCode(path)) visit(path, []);
  return problems;
}
