import { relative } from 'node:path';
import type { FileUse } from './run-file.ts';

const SHOWN = 10;

/** What a file of tests took. */
export interface FileTime extends FileUse {
  /** From the top of the repository. */
  readonly file: string;
  readonly elapsedMs: number;
}

/** The part of Jest's results that is read here. A file that could not be run has no use. */
interface Results {
  readonly startTime: number;
  readonly testResults: readonly {
    readonly testFilePath: string;
    readonly perfStats: { readonly runtime: number } & Partial<FileUse>;
  }[];
}

/** A reporter of Jest that prints the files of a run that took most CPU, and what the run took. */
export default class SlowestReporter {
  onRunComplete(_contexts: unknown, { testResults, startTime }: Results): void {
    const times = testResults.map(({ testFilePath, perfStats }) => ({
      file: relative(process.cwd(), testFilePath),
      elapsedMs: perfStats.runtime,
      cpuMs: perfStats.cpuMs ?? 0,
      peakBytes: perfStats.peakBytes ?? 0,
    }));
    process.stdout.write(slowestOf(times, Date.now() - startTime));
  }
}

/**
 * The files that took most CPU, a line each; then what the whole run took, in which files ran beside each other. Seconds of CPU say how
 * slow a file is on any machine, elapsed ones only on one that has nothing else to do.
 */
export function slowestOf(times: readonly FileTime[], elapsedMs: number): string {
  const slowest = times.toSorted((one, other) => other.cpuMs - one.cpuMs);
  const lines = slowest.slice(0, SHOWN).map((each) => lineOf(each.file, each));
  const cpuMs = times.reduce((sum, each) => sum + each.cpuMs, 0);
  const peak = Math.max(0, ...times.map(({ peakBytes }) => peakBytes));
  return [
    '    CPU  elapsed',
    ...lines,
    lineOf(`all ${times.length} files`, { cpuMs, elapsedMs }),
    `${Math.round(peak / 1e6)} MB at most in a worker`,
    '',
  ].join('\n');
}

function lineOf(name: string, { cpuMs, elapsedMs }: Pick<FileTime, 'cpuMs' | 'elapsedMs'>): string {
  return `${seconds(cpuMs)}  ${seconds(elapsedMs)}  ${name}`;
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1_000).toFixed(1).padStart(5)} s`;
}
