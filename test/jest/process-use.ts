import { readFileSync } from 'node:fs';

/** Linux counts the CPU time of processes in hundredths of a second, whatever its own ticks are (proc_pid_stat(5), USER_HZ). */
const TICK_MS = 10;

/** Milliseconds of CPU that this process has had, and the programs that it started and that have ended. */
export function cpuMs(): number {
  let stat: string;
  try {
    stat = readFileSync('/proc/self/stat', 'utf8');
  } catch {
    // Not on Linux: without the programs.
    const { user, system } = process.cpuUsage();
    return (user + system) / 1_000;
  }
  // The name of the process, which may have spaces, ends with the last parenthesis; utime to cstime are the 14th to the 17th field.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks) * TICK_MS, 0);
}

/** The most bytes of memory that this process has had. */
export function peakBytes(): number {
  return process.resourceUsage().maxRSS * 1_024;
}
