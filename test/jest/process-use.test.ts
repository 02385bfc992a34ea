import { execFileSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import { cpuMs, peakBytes } from './process-use.ts';

/** Takes CPU until the process has had as much as is asked for, however busy the machine is. */
const SPIN = 'while (process.cpuUsage().user < 300_000);';

describe('the CPU of a process', () => {
  it('has that of the programs which it started', () => {
    const before = cpuMs();
    execFileSync(process.execPath, ['-e', SPIN]);
    expect(cpuMs() - before).toBeGreaterThanOrEqual(300);
  });

  it('has its own', () => {
    const before = cpuMs();
    const { user } = process.cpuUsage();
    while (process.cpuUsage().user - user < 100_000);
    expect(cpuMs() - before).toBeGreaterThanOrEqual(80);
  });
});

it('the peak of a process is at least what it has now', () => {
  expect(peakBytes()).toBeGreaterThanOrEqual(process.memoryUsage.rss() / 2);
});
