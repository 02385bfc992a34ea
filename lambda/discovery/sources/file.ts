import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import type { FileDiscovery } from '../../model/settings/service-discovery.ts';
import { readingOf } from '../../model/waiting/file-work.ts';
import type { FoundTarget } from '../found/target.ts';
import type { TargetSource } from './source.ts';
import { readJsonGroups, readYamlGroups } from './target-groups.ts';

/** Label with the path of the file that a target comes from. */
const FILE_LABEL = '__meta_filepath';

/**
 * Targets from files, as in `file_sd_configs` of Prometheus: a file that cannot be read keeps its last targets, and a
 * removed file has none.
 */
export function fileSource({ patterns, refreshMs }: FileDiscovery): TargetSource {
  let last = new Map<string, readonly FoundTarget[]>();
  return {
    operation: 'file_sd',
    refreshMs,
    read: async (signal) => {
      const errors: string[] = [];
      const pathsIn = (pattern: string) =>
        pathsOf(pattern, signal).catch((error: unknown) => {
          errors.push(messageOf(pattern, error));
          return isMissing(error) ? [] : [...last.keys()].filter((path) => matches(pattern, path));
        });
      const paths = new Set((await Promise.all(patterns.map(pathsIn))).flat());
      // Reads in parallel, so that a file that hangs does not delay the others.
      const read = await Promise.all(
        Array.from(paths, async (path) => {
          try {
            return { path, targets: await targetsIn(path, signal) };
          } catch (error) {
            errors.push(messageOf(path, error));
            return { path, targets: isMissing(error) ? undefined : (last.get(path) ?? []) };
          }
        }),
      );
      last = new Map(read.flatMap(({ path, targets }) => (targets ? [[path, targets]] : [])));
      return { found: [...last.values()].flat(), errors };
    },
  };
}

async function targetsIn(path: string, signal: AbortSignal): Promise<FoundTarget[]> {
  const text = await readingOf(path, () => readFile(path, 'utf8'), signal);
  const labels = { [FILE_LABEL]: path };
  const read = extname(path).toLowerCase() === '.json' ? readJsonGroups : readYamlGroups;
  return read(text, labels);
}

/** The files that match a pattern; without `*` the pattern is a path. */
async function pathsOf(pattern: string, signal: AbortSignal): Promise<readonly string[]> {
  if (!pattern.includes('*')) return [pattern];
  const folder = dirname(pattern);
  const names = await readingOf(folder, () => readdir(folder), signal, folder);
  return names
    .toSorted()
    .map((name) => join(folder, name))
    .filter((path) => matches(pattern, path));
}

function matches(pattern: string, path: string): boolean {
  const [start = '', end] = basename(pattern).split('*');
  const name = basename(path);
  if (dirname(pattern) !== dirname(path)) return false;
  if (end === undefined) return name === start;
  return name.length >= start.length + end.length && name.startsWith(start) && name.endsWith(end);
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}

function messageOf(path: string, error: unknown): string {
  return `${path}: ${error instanceof Error ? error.message : String(error)}`;
}
