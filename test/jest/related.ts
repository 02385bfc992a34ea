import { extname, join, normalize } from 'node:path/posix';

/** A file of the repository by its path from the top, with its text where it is a module. */
export type Files = ReadonlyMap<string, string>;

/** Their tests would be all tests. */
const OF_ALL = /^(?:package(?:-lock)?\.json|tsconfig\.json|jest\.config\.ts|test\/jest\/.*)$/;

const TEST = /^test\/(?!integration\/|bench\/).*\.test\.ts$/;

/** A text in a module: what it imports, and paths of programs and of files that it reads. */
const TEXTS = /'([^'\n]+)'|"([^"\n]+)"|`([^`\n$]+)`/g;

/**
 * The files of tests that changed files can change the result of. A module depends on what it imports, and on each file or folder whose path is a
 * text in it, from the top of the repository or from its own folder: so tests that start a program or read a document are found, too.
 *
 * @param files all files, with those that were deleted
 * @param changed their paths from the top of the repository
 */
export function relatedTests(files: Files, changed: readonly string[]): string[] {
  const tests = [...files.keys()].filter((file) => TEST.test(file));
  if (changed.some((file) => OF_ALL.test(file))) return tests;
  const dependents = dependentsIn(files);
  const related = new Set<string>();
  const open = changed.flatMap(withFolders);
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (related.has(path)) continue;
    related.add(path);
    open.push(...(dependents.get(path) ?? []));
  }
  return tests.filter((file) => related.has(file));
}

/** By file or folder: the modules that depend on it. */
function dependentsIn(files: Files): ReadonlyMap<string, readonly string[]> {
  const paths = new Set([...files.keys()].flatMap(withFolders));
  const dependents = new Map<string, string[]>();
  for (const [file, text] of files) {
    if (extname(file) !== '.ts') continue;
    for (const path of pathsIn(text, file)) {
      if (paths.has(path)) dependents.set(path, [...(dependents.get(path) ?? []), file]);
    }
  }
  return dependents;
}

function pathsIn(text: string, file: string): ReadonlySet<string> {
  const paths = [...text.matchAll(TEXTS)].flatMap(([, single, double, template]) => {
    // Of a pattern, the folder.
    const path = (single ?? double ?? template ?? '').replace(/\/[^/]*\*.*$/, '');
    return [normalize(path), join(file, '..', path)].map((each) => each.replace(/\/$/, ''));
  });
  return new Set(paths);
}

/** A file, and the folders that it is in. A text such as `test` hardly ever means the folder of that name, which no test reads as a whole. */
function withFolders(file: string): string[] {
  const parts = file.split('/');
  const paths = parts.map((_, index) => parts.slice(0, index + 1).join('/'));
  return extname(file) === '.ts' && parts.length > 1 ? paths.slice(1) : paths;
}
