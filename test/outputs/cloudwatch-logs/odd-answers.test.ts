import { PutLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { LogsSender } from '../../../lambda/outputs/cloudwatch-logs/api.ts';
import { cloudWatchLogsOutput } from '../../../lambda/outputs/cloudwatch-logs/cloudwatch-logs.ts';
import { logEvent } from '../events.ts';

const odd = fc.constantFrom<unknown>(undefined, null, 0, 1, -1, 1.5, '', '1', true, [], {}, [null]);
const info = fc.oneof(
  odd,
  fc.record(
    {
      tooOldLogEventEndIndex: odd,
      tooNewLogEventStartIndex: odd,
      expiredLogEventEndIndex: odd,
    },
    { requiredKeys: [] },
  ),
);
const answer = fc.oneof(odd, fc.record({ rejectedLogEventsInfo: info }, { requiredKeys: [] }));

it('whatever CloudWatch Logs answers, each event is accepted or rejected, once', async () => {
  await fc.assert(
    fc.asyncProperty(answer, async (given) => {
      const send = async (command: unknown) =>
        command instanceof PutLogEventsCommand ? given : {};
      const client = { send } as unknown as LogsSender;
      const delivery = cloudWatchLogsOutput({ client }).open(AbortSignal.timeout(10_000));
      const write = delivery.write([logEvent(), logEvent(), logEvent()]);
      const report = await delivery.close();
      const { accepted, rejected } = await write;
      const refused = [...rejected.values()].reduce((sum, count) => sum + count, 0);
      expect(accepted + refused).toBe(3);
      expect(report.events).toBe(accepted);
      if (refused > 0) expect(report.errors).not.toEqual([]);
    }),
    { numRuns: 500 },
  );
});
