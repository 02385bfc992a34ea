import { describe, expect, it } from '@jest/globals';
import {
  BUCKETS,
  OUR_SHARE,
  REQUEST_CONCURRENCY,
  RequestBudget,
} from '../../../lambda/discovery/aws/request-budget.ts';
import { SimulatedClock } from '../../model/waiting/simulated-clock.ts';

const NEVER = new AbortController().signal;

/** When each of so many calls was sent, in milliseconds; each takes `ms`. */
async function timesOf(
  count: number,
  ms = 0,
  operation: 'ListTasks' | 'ListClusters' = 'ListTasks',
) {
  const clock = new SimulatedClock();
  const budget = new RequestBudget(clock);
  const calls = Array.from({ length: count }, async () => {
    await budget.admit(operation, NEVER);
    const sentAt = clock.now();
    if (ms > 0) await clock.sleep(ms, NEVER);
    budget.done();
    return sentAt;
  });
  return clock.run(Promise.all(calls));
}

describe('the calls to one account in one Region', () => {
  it('may burst to our share of the bucket, and come at our share of its rate after that', async () => {
    const { burst, perSecond } = BUCKETS.clusterResourceRead;
    const times = await timesOf(200);
    expect(times.filter((time) => time === 0)).toHaveLength(burst * OUR_SHARE);
    expect(times.at(-1)).toBe((200 - burst * OUR_SHARE) / ((perSecond * OUR_SHARE) / 1000));
    for (const [index, time] of times.entries()) {
      const allowed = burst + (time / 1000) * perSecond;
      expect(index + 1).toBeLessThanOrEqual(allowed);
    }
  });

  it('have a bucket for each kind of operation', async () => {
    expect((await timesOf(50, 0, 'ListClusters')).filter((time) => time === 0)).toHaveLength(40);
  });

  it('are so many at the same time and no more', async () => {
    const times = await timesOf(3 * REQUEST_CONCURRENCY, 100);
    expect(new Set(times)).toEqual(new Set([0, 100, 200]));
  });

  it('do not wait for those that wait for another bucket', async () => {
    const clock = new SimulatedClock();
    const budget = new RequestBudget(clock);
    const admit = async (operation: 'DescribeTaskDefinition' | 'ListTasks') => {
      await budget.admit(operation, NEVER);
      budget.done();
      return clock.now();
    };
    const definitions = Array.from({ length: 200 }, () => admit('DescribeTaskDefinition'));
    expect(await clock.run(admit('ListTasks'))).toBe(0);
    expect(Math.max(...(await clock.run(Promise.all(definitions))))).toBe(10_000);
  });

  it('give back the tokens that they waited for in vain', async () => {
    const clock = new SimulatedClock();
    const budget = new RequestBudget(clock);
    const deadline = new AbortController();
    const admit = async (signal: AbortSignal) => {
      await budget.admit('ListTasks', signal);
      budget.done();
    };
    const waiting = Array.from({ length: 300 }, () => admit(deadline.signal));
    deadline.abort();
    const results = await clock.run(Promise.allSettled(waiting));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(80);

    await clock.run(clock.sleep(1000, NEVER));
    const before = clock.now();
    await clock.run(Promise.all(Array.from({ length: 16 }, () => admit(NEVER))));
    expect(clock.now()).toBe(before);
  });
});
