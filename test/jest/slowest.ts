import { relative } from 'node:path';

const SHOWN = 10;

/** How long a file of tests took. */
export interface FileTime {
  /** From the top of the repository. */
  readonly file: string;
  readonly milliseconds: number;
}

/** The part of Jest's results that is read here. */
interface Results {
  readonly startTime: number;
  readonly testResults: readonly {
    readonly testFilePath: string;
    readonly perfStats: { readonly runtime: number };
  }[];
}

/** A reporter of Jest that prints the slowest files of a run, and how long the run took. */
export default class SlowestReporter {
  onRunComplete(_contexts: unknown, { testResults, startTime }: Results): void {
    const times = testResults.map(({ testFilePath, perfStats }) => ({
      file: relative(process.cwd(), testFilePath),
      milliseconds: perfStats.runtime,
    }));
    process.stdout.write(slowestOf(times, Date.now() - startTime));
  }
}

/** The slowest files, slowest first, a line each; then how long the whole run took, in which files ran beside each other. */
export function slowestOf(times: readonly FileTime[], milliseconds: number): string {
  const slowest = times.toSorted((one, other) => other.milliseconds - one.milliseconds);
  const lines = slowest.slice(0, SHOWN).map((each) => lineOf(each.file, each.milliseconds));
  return `${[...lines, lineOf(`all ${times.length} files`, milliseconds)].join('\n')}\n`;
}

function lineOf(name: string, milliseconds: number): string {
  return `${(milliseconds / 1_000).toFixed(1).padStart(7)} s  ${name}`;
}
