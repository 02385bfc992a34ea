import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import type { FileDiscovery } from '../model/service-discovery.ts';
import type { FoundTarget } from './found-target.ts';
import { readJsonGroups, readYamlGroups } from './target-groups.ts';
import type { TargetSource } from './target-sources.ts';

/** Label of the file that a target comes from. */
const FILE_LABEL = '__meta_filepath';

/**
 * Targets from files, as `file_sd_configs` of Prometheus have them: a file that cannot be read keeps its last targets, and
 * one that is not there any more has none.
 */
export function fileSource({ patterns, refreshMs }: FileDiscovery): TargetSource {
  let last = new Map<string, readonly FoundTarget[]>();
  return {
    operation: 'file_sd',
    refreshMs,
    read: async () => {
      const found = new Map<string, readonly FoundTarget[]>();
      const errors: string[] = [];
      for (const pattern of patterns) {
        const paths = await pathsOf(pattern).catch((error: unknown) => {
          errors.push(messageOf(pattern, error));
          return isMissing(error) ? [] : [...last.keys()].filter((path) => matches(pattern, path));
        });
        for (const path of paths) {
          try {
            found.set(path, await targetsIn(path));
          } catch (error) {
            errors.push(messageOf(path, error));
            if (!isMissing(error)) found.set(path, last.get(path) ?? []);
          }
        }
      }
      last = found;
      return { found: [...found.values()].flat(), errors };
    },
  };
}

async function targetsIn(path: string): Promise<FoundTarget[]> {
  const text = await readFile(path, 'utf8');
  const labels = { [FILE_LABEL]: path };
  const read = extname(path).toLowerCase() === '.json' ? readJsonGroups : readYamlGroups;
  return read(text, labels);
}

/** The files that a pattern stands for; without `*` it is a path itself. */
async function pathsOf(pattern: string): Promise<readonly string[]> {
  if (!pattern.includes('*')) return [pattern];
  const folder = dirname(pattern);
  const names = await readdir(folder);
  return names
    .sort()
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
