import { expect, it } from '@jest/globals';
import { ApiCalls } from '../../../lambda/discovery/aws/api-calls.ts';
import { BUCKETS, OUR_SHARE, RequestBudget } from '../../../lambda/discovery/aws/request-budget.ts';
import { SimulatedClock } from '../../model/waiting/simulated-clock.ts';

it('calls that would have to wait past the deadline are not sent, and that is said once', async () => {
  const clock = new SimulatedClock();
  const deadline = new AbortController();
  const calls = new ApiCalls(new RequestBudget(clock), 'of shop', deadline.signal);
  const sendable = BUCKETS.clusterResourceRead.burst * OUR_SHARE;
  let sent = 0;
  const answers = Array.from({ length: sendable + 20 }, () =>
    calls.call('ListTasks', async () => {
      sent += 1;
      if (sent === sendable) deadline.abort();
      return sent;
    }),
  );
  const answered = await clock.run(Promise.all(answers));
  expect(sent).toBe(sendable);
  expect(answered.filter((answer) => answer === undefined)).toHaveLength(20);
  expect(calls.errors).toEqual([
    {
      operation: 'ListTasks',
      code: 'RequestRate',
      message:
        'ListTasks of shop waited until the deadline, to stay below the request rate of the account',
      count: 20,
    },
  ]);
});
