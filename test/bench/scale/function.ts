import type { Context } from 'aws-lambda';
import { discover, handler } from '../../../lambda/handler.ts';
import type { summaryOf } from '../../../lambda/report/log.ts';
import type { ShardCycleStart } from '../../../lambda/shards/objects/event.ts';
import { answerParent } from '../answer-parent.ts';
import { peakResidentMemory } from '../peak-memory.ts';

/** Milliseconds that a function may take. */
const TIMEOUT_MS = 55_000;

export interface ScaleInvocation {
  readonly handler: 'discover' | 'handler';
  readonly event: unknown;
}

export interface ScaleInvoked {
  readonly result: ShardCycleStart | ReturnType<typeof summaryOf>;
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** Bytes, since the process began. */
  readonly peakMemory: number;
}

/** Does what the Lambda runtime does for one invocation after the other. */
answerParent(async ({ handler: name, event }: ScaleInvocation): Promise<ScaleInvoked> => {
  const startedAt = performance.now();
  const startedWith = process.cpuUsage();
  const deadline = Date.now() + TIMEOUT_MS;
  const context = {
    awsRequestId: 'bench',
    functionName: 'fargauge',
    memoryLimitInMB: '512',
    getRemainingTimeInMillis: () => deadline - Date.now(),
  } as Context;
  const result = await { discover, handler }[name](event, context);
  const { user, system } = process.cpuUsage(startedWith);
  return {
    result,
    seconds: (performance.now() - startedAt) / 1e3,
    cpuSeconds: (user + system) / 1e6,
    peakMemory: peakResidentMemory(),
  };
});
