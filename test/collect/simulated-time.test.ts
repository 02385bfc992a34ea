import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { SimulatedTime } from './simulated-time.ts';

describe('Simulated time', () => {
  it('passes to the next timer where all wait for one', async () => {
    using time = new SimulatedTime();
    const seen: number[] = [];
    const signal = AbortSignal.timeout(3_600_000);
    signal.addEventListener('abort', () => seen.push(performance.now()));
    const work = async () => {
      await sleep(60_000);
      seen.push(performance.now());
      await sleep(3_600_000);
    };
    await time.passUntil(work());
    expect(seen).toEqual([60_000, 3_600_000]);
    expect(signal.reason.name).toBe('TimeoutError');
  });

  it('passes by each look at the clock, and timers wait for the event loop', async () => {
    using _time = new SimulatedTime(5);
    const signal = AbortSignal.timeout(10);
    const aborted = once(signal, 'abort');
    expect([performance.now(), performance.now(), signal.aborted]).toEqual([5, 10, false]);
    await aborted;
    expect(signal.aborted).toBe(true);
  });

  it('has no timer left of one whose signal was aborted', async () => {
    using time = new SimulatedTime();
    const ended = new AbortController();
    const slept = sleep(1_000, undefined, { signal: ended.signal }).catch(() => 'aborted');
    ended.abort();
    expect(await time.passUntil(slept)).toBe('aborted');
    await expect(time.passUntil(new Promise(() => {}))).rejects.toThrow('Expected a timer');
  });

  it('is over when it is disposed of', () => {
    const { now } = performance;
    {
      using _time = new SimulatedTime();
      expect(performance.now()).toBe(0);
    }
    expect(performance.now).toBe(now);
    expect(performance.now()).toBeGreaterThan(0);
  });
});
