import { type ChildProcess, fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fromPs, secondsOf, type Usage, usageOf } from '../../../../cli/demo/task/usage.ts';

const REPORTER = join(import.meta.dirname, 'usage-reporter.ts');

/** Nanoseconds that a tick of /proc takes, for user and for system time each. */
const TICKS_NS = 2 * 10_000_000;

/** macOS has one that can; a small Linux may not. */
const hasPs = spawnSync('ps', ['-o', 'time=', '-p', String(process.pid)]).status === 0;
if (!hasPs) console.info('ps tells no CPU times here: what it says of a process is not tested.');

/** Ways to read a usage, and the nanoseconds by which each may be wrong. */
const SOURCES: [string, (pid: number) => Promise<Usage | undefined>, number][] = [
  ['the operating system', usageOf, TICKS_NS],
];
// It prints whole seconds on Linux.
if (hasPs) SOURCES.push(['ps', fromPs, 1e9 + TICKS_NS]);

/** What a process says of itself. */
interface OwnUsage {
  readonly cpuNanoseconds: number;
  readonly residentBytes: number;
}

describe('the CPU time that ps writes', () => {
  it.each([
    // Linux: [DD-]HH:MM:SS
    ['00:00:00', 0],
    ['00:01:02', 62],
    ['10:00:00', 36_000],
    ['1-02:03:04', 93_784],
    ['12-00:00:00', 1_036_800],
    // macOS: MM:SS.ss, with as many minutes as it takes
    ['0:00.07', 0.07],
    ['1:02.50', 62.5],
    ['605:10.25', 36_310.25],
    ['', 0],
  ])('%j is %d seconds', (text, seconds) => {
    expect(secondsOf(text)).toBeCloseTo(seconds, 6);
  });

  it.each(['TIME', '1:xx'])('%j is no number', (text) => {
    expect(secondsOf(text)).toBeNaN();
  });
});

describe('the usage of a process', () => {
  let child: ChildProcess;

  beforeAll(async () => {
    child = fork(REPORTER);
    await once(child, 'message');
  });

  afterAll(() => {
    child.kill();
  });

  async function ownUsage(): Promise<OwnUsage> {
    const answer = once(child, 'message');
    child.send('report');
    const [usage] = await answer;
    return usage;
  }

  it.each(SOURCES)('is by %s what the process itself says', async (_source, read, toleranceNs) => {
    const before = await ownUsage();
    const usage = await read(child.pid!);
    const after = await ownUsage();

    expect(before.cpuNanoseconds).toBeGreaterThan(0);
    expect(usage?.cpuNanoseconds).toBeGreaterThanOrEqual(before.cpuNanoseconds - toleranceNs);
    expect(usage?.cpuNanoseconds).toBeLessThanOrEqual(after.cpuNanoseconds + toleranceNs);
    const resident = usage!.residentBytes / before.residentBytes;
    expect(resident).toBeGreaterThan(0.8);
    expect(resident).toBeLessThan(1.25);
    expect(usage?.anonymousBytes).toBeGreaterThan(0);
    expect(usage?.anonymousBytes).toBeLessThanOrEqual(usage!.residentBytes);
  });

  it('of one that has ended is not known', async () => {
    const ended = fork(REPORTER);
    ended.kill('SIGKILL');
    await once(ended, 'exit');
    expect(await usageOf(ended.pid!)).toBeUndefined();
    await expect(fromPs(ended.pid!)).rejects.toThrow(); // also where there is no ps
  });
});
