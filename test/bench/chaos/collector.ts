import type { Context } from 'aws-lambda';
import { handler } from '../../../lambda/handler.ts';
import type { summaryOf } from '../../../lambda/report/log.ts';
import { answerParent } from '../answer-parent.ts';
import { peakResidentMemory } from '../peak-memory.ts';

export type CollectorRequest =
  /** Answers when the function has been initialized. */
  { readonly kind: 'begin' } | { readonly kind: 'cycle'; readonly timeoutMs: number };

export interface CollectorAnswer {
  readonly milliseconds: number;
  /** Bytes of resident memory, since the process began. */
  readonly peakMemory: number;
  readonly summary?: ReturnType<typeof summaryOf>;
}

/** Does what the Lambda runtime does for one invocation after the other. */
answerParent(async (request: CollectorRequest): Promise<CollectorAnswer> => {
  const began = performance.now();
  const summary = request.kind === 'cycle' ? await invoke(request.timeoutMs) : undefined;
  return {
    milliseconds: performance.now() - began,
    peakMemory: peakResidentMemory(),
    ...(summary && { summary }),
  };
});

async function invoke(timeoutMs: number) {
  const deadline = performance.now() + timeoutMs;
  const context = {
    awsRequestId: 'bench',
    functionName: 'fargauge',
    memoryLimitInMB: '512',
    getRemainingTimeInMillis: () => Math.round(deadline - performance.now()),
  } as Context;
  const result = await handler({}, context);
  if (!('targets' in result)) {
    throw new Error(`expected a cycle, got ${JSON.stringify(result)}`);
  }
  return result;
}
