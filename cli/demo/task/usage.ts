import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/** The usage of a process, as the operating system counts it. */
export interface Usage {
  /** CPU time since its start, user and system, in nanoseconds. */
  readonly cpuNanoseconds: number;
  /** Private memory, in bytes. */
  readonly anonymousBytes: number;
  /** Resident memory, in bytes. */
  readonly residentBytes: number;
}

const run = promisify(execFile);

/** Ticks a second of the times in /proc: USER_HZ, 100 on every Linux. */
const TICK_NANOSECONDS = 1e9 / 100;

/** Page size of the fields in /proc/PID/statm on amd64 and most arm64 systems. */
const PAGE_BYTES = 4096;

/** The usage of a process; `undefined` if it has ended. Linux reads /proc, macOS asks `ps`. */
export async function usageOf(pid: number): Promise<Usage | undefined> {
  try {
    return process.platform === 'linux' ? await fromProc(pid) : await fromPs(pid);
  } catch {
    return undefined;
  }
}

async function fromProc(pid: number): Promise<Usage> {
  const [stat, statm] = await Promise.all([
    readFile(`/proc/${pid}/stat`, 'latin1'),
    readFile(`/proc/${pid}/statm`, 'latin1'),
  ]);
  // The command's name, in parentheses, may contain anything; utime and stime are the 14th and 15th field.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  const [, resident = Number.NaN, shared = Number.NaN] = statm.split(' ').map(Number);
  return {
    cpuNanoseconds: ticks * TICK_NANOSECONDS,
    anonymousBytes: (resident - shared) * PAGE_BYTES,
    residentBytes: resident * PAGE_BYTES,
  };
}

/** @throws if there is no such process */
export async function fromPs(pid: number): Promise<Usage> {
  // An option for each column: what follows the `=` of one is its heading, commas included.
  const { stdout } = await run('ps', ['-o', 'time=', '-o', 'rss=', '-p', String(pid)]);
  const [time = '', kibibytes] = stdout.trim().split(/\s+/);
  const residentBytes = Number(kibibytes) * 1024;
  return { cpuNanoseconds: secondsOf(time) * 1e9, anonymousBytes: residentBytes, residentBytes };
}

/** `[[DD-]HH:]MM:SS[.ss]`, as ps writes CPU times. */
export function secondsOf(time: string): number {
  const [days, clock] = time.includes('-') ? time.split('-') : ['0', time];
  const seconds = (clock ?? '').split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
  return Number(days) * 86_400 + seconds;
}
