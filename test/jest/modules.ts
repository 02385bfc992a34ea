/**
 * The modules of a file of tests. Each file gets its own copies of the repository's modules, as it does from Jest's registry. Packages are
 * those of Node.js, and shared: a worker loads the AWS CDK once, where Jest's registry loads it anew for each file.
 */
import { readFileSync } from 'node:fs';
import { registerHooks, stripTypeScriptTypes } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { REPOSITORY } from '../../infra/build/paths.ts';

/** What `@jest/globals` exports to a file of tests. */
export type Globals = Readonly<Record<string, unknown>>;

const GLOBALS = '@jest/globals';

const OWN = pathToFileURL(`${REPOSITORY}/`).href;

/** The query of a module's URL says whose copy it is. */
const COPY = /\?copy=(\d+)$/;

const given = new Map<string, Globals>();

/** Modules without their types, by their texts: in Jest's watch mode a module is another one after a change. */
const stripped = new Map<string, string>();

let copies = 0;

// Node.js warns once that stripping is experimental, each worker would say so, and it strips all types here anyway.
const { emitWarning } = process;
process.emitWarning = () => {};
stripTypeScriptTypes('');
process.emitWarning = emitWarning;

registerHooks({
  resolve(specifier, context, next) {
    const [query, copy] = COPY.exec(context.parentURL ?? '') ?? [];
    if (query === undefined) return next(specifier, context);
    if (specifier === GLOBALS) return { url: `jest:${copy}`, shortCircuit: true };
    const resolved = next(specifier, context);
    return isOwn(resolved.url) ? { ...resolved, url: `${resolved.url}${query}` } : resolved;
  },
  load(url, context, next) {
    if (COPY.test(url) && context.format?.endsWith('typescript')) {
      return { format: 'module', source: sourceOf(fileURLToPath(url)), shortCircuit: true };
    }
    if (!url.startsWith('jest:')) return next(url, context);
    const copy = url.slice('jest:'.length);
    const source = `
      import { globalsOf } from ${JSON.stringify(import.meta.url)};
      export const { ${Object.keys(globalsOf(copy)).join(', ')} } = globalsOf('${copy}');`;
    return { format: 'module', source, shortCircuit: true };
  },
});

/** Runs a file of tests with copies of the repository's modules that no other file has. */
export async function importCopy(path: string, globals: Globals): Promise<void> {
  const copy = String(++copies);
  given.set(copy, globals);
  await import(`${pathToFileURL(path).href}?copy=${copy}`);
}

/** What a copy of `@jest/globals` exports. */
export function globalsOf(copy: string): Globals {
  const globals = given.get(copy);
  if (globals === undefined) throw new Error(`Expected a file of tests, got the copy ${copy}`);
  return globals;
}

function sourceOf(path: string): string {
  const text = readFileSync(path, 'utf8');
  let source = stripped.get(text);
  if (source === undefined) {
    source = stripTypeScriptTypes(text);
    stripped.set(text, source);
  }
  return source;
}

/** A program that a test imports under a URL with a query is a copy already. */
function isOwn(url: string): boolean {
  return url.startsWith(OWN) && !url.includes('/node_modules/') && !url.includes('?');
}
