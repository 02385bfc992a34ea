import { readFileSync } from 'node:fs';

/**
 * Bytes that were resident at most since this program began.
 * Not `maxRSS` of getrusage: Linux hands it on to a child, so that a small program started by a large one would seem as large.
 * @throws where there is no `/proc`
 */
export function peakResidentMemory(): number {
  const status = readFileSync('/proc/self/status', 'utf8');
  const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  if (kibibytes === undefined) throw new Error('expected VmHWM in /proc/self/status');
  return Number(kibibytes) * 1024;
}
