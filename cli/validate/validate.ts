import { readFile } from 'node:fs/promises';
import { ConfigError, type ConfigIssue } from '../../lambda/config/findings/errors.ts';
import { loadConfig } from '../../lambda/config/load.ts';
import type { Environment } from '../../lambda/config/sources/request.ts';
import { UNREAD_SECRET } from '../../lambda/config/sources/secret-reader.ts';
import { type Position, positionOf } from './position.ts';

/** An error of a configuration, with its position if it lies in a file that can be read. */
export type LocatedIssue = ConfigIssue & Partial<Position>;

/** One configuration, and how the collector would find it. */
export interface Candidate {
  /** Its name in messages. */
  readonly name: string;
  /** Path of the main document. Absent: the environment or the built-in default decides. */
  readonly config?: string | undefined;
  readonly prometheusConfig?: string | undefined;
  readonly env: Environment;
  /** Contents of files that are not on this machine, by path. */
  readonly files?: ReadonlyMap<string, string> | undefined;
}

/** The result of the checks of one configuration. */
export interface Validation {
  readonly name: string;
  readonly errors: readonly LocatedIssue[];
  /** One line each, with the place. */
  readonly warnings: readonly string[];
  /** References to secrets, which only a network can reach. */
  readonly notChecked: readonly string[];
}

/** Checks a configuration as the collector does when it starts, without a network. Never rejects for a wrong one. */
export async function validateConfiguration(candidate: Candidate): Promise<Validation> {
  const { name, config, prometheusConfig, env, files } = candidate;
  const texts = new Map<string, string>(Object.entries(env).map(([key, text = '']) => [key, text]));
  const unread = new Set<string>();
  const notChecked = () => [...unread].sort();
  try {
    const { warnings } = await loadConfig({
      config: config === undefined ? undefined : { path: config },
      prometheusConfig: prometheusConfig === undefined ? undefined : { path: prometheusConfig },
      env,
      readFile: async (path) => {
        const text = files?.get(path) ?? (await readFile(path, 'utf8'));
        texts.set(path, text);
        return text;
      },
      readRemote: async () => {
        throw new Error(
          'validate uses no network. Copy the document into a file and validate that',
        );
      },
      resolveSecret: async (reference) => {
        unread.add(reference);
        return UNREAD_SECRET;
      },
    });
    return { name, errors: [], warnings, notChecked: notChecked() };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const errors = error.issues.map((issue) => ({
      ...issue,
      ...positionOf(texts.get(issue.source) ?? '', issue.path),
    }));
    return { name, errors, warnings: [], notChecked: notChecked() };
  }
}
