import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Aws } from '../../cli/demo/aws/server.ts';
import { cliBundle } from '../bundles.ts';
import { FAST_START } from '../fast-start.ts';
import { type Child, type Finished, runToEnd, start } from '../integration/support/child.ts';

/** The command of the package. */
const { file: MAIN } = await cliBundle();

/** Nothing that the AWS SDK could find credentials or a Region in. */
const SURROUNDINGS = {
  HOME: '/nonexistent',
  AWS_EC2_METADATA_DISABLED: 'true',
  ...FAST_START,
};

type Environment = Readonly<Record<string, string>>;

/** Runs `fargauge` with these arguments to its end, in a process of its own without AWS credentials. */
export function fargauge(args: readonly string[], env: Environment = {}): Promise<Finished> {
  return runToEnd(process.execPath, [MAIN, ...args], { ...SURROUNDINGS, ...env });
}

/** Starts the same, to be ended by a signal. */
export function startFargauge(args: readonly string[], env: Environment = {}): Child {
  return start(process.execPath, [MAIN, ...args], { ...SURROUNDINGS, ...env });
}

/** Runs `fargauge` and reads only the beginning of its standard output, as with `| head`. */
export async function fargaugeIntoHead(args: readonly string[]): Promise<Finished> {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { PATH: process.env.PATH, ...SURROUNDINGS },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = once(child, 'close');
  const [head] = await once(child.stdout, 'data');
  child.stdout.destroy();
  const [code] = await ended;
  return { code, stdout: String(head), stderr };
}

/** Credentials and Region for the stand-in. */
export function credentialsFor(aws: Aws): Environment {
  return {
    AWS_REGION: aws.region,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  };
}

/** A folder for the files of one test. */
export interface Folder {
  path(name: string): string;
  /** Writes a text, or a value as JSON, and gives its path. */
  file(name: string, content: unknown): Promise<string>;
  remove(): Promise<void>;
}

export async function temporaryFolder(): Promise<Folder> {
  const folder = await mkdtemp(join(tmpdir(), 'fargauge-cli-'));
  const path = (name: string) => join(folder, name);
  return {
    path,
    async file(name, content) {
      await writeFile(path(name), typeof content === 'string' ? content : JSON.stringify(content));
      return path(name);
    },
    remove: () => rm(folder, { recursive: true }),
  };
}

/** The lines of a text, each of which must be JSON. */
export function jsonLines<T = Readonly<Record<string, unknown>>>(text: string): T[] {
  if (text === '') return [];
  if (!text.endsWith('\n')) throw new Error(`Expected a newline at the end of ${text}`);
  return text
    .slice(0, -1)
    .split('\n')
    .map((line) => JSON.parse(line) as T);
}
