import { join } from 'node:path';
import type { CycleReport } from '../../../lambda/report/report.ts';
import { type Finished, runToEnd } from './child.ts';
import { ROOT } from './places.ts';

export const CLI = join(ROOT, 'cli/main.ts');

/** Runs `fargauge collect` with these arguments to its end. */
export function collect(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Finished> {
  return runToEnd(process.execPath, [CLI, 'collect', ...args], env);
}

/** The report that `collect --json` prints; throws with all that was said where it failed. */
export function reportOf({ code, stdout, stderr }: Finished): CycleReport {
  if (code !== 0) throw new Error(`collect ended with ${code}:\n${stdout}${stderr}`);
  return JSON.parse(stdout) as CycleReport;
}
