/**
 * What the Lambda runtime does, in a few lines: loads the file that its argument names, says so or why not, then invokes a handler of it
 * with an event and a context for each message of its parent, and answers with what it gave.
 */
import { pathToFileURL } from 'node:url';
import type { Context } from 'aws-lambda';
import type { Answer, Invocation } from './function-process.ts';
import { PATIENCE } from './patience.ts';

const EVENT = { version: '0', source: 'aws.scheduler', 'detail-type': 'Scheduled Event' };

let invocations = 0;

// On a busy machine a request takes longer than the function waits, which is not what every test looks at.
const patience = Number(process.env[PATIENCE] ?? 1);
const timeout = AbortSignal.timeout.bind(AbortSignal);
AbortSignal.timeout = (milliseconds) => timeout(milliseconds * patience);

try {
  const handlers: typeof import('../../lambda/handler.ts') = await import(
    pathToFileURL(process.argv[2] ?? '').href
  );
  process.on('message', ({ remainingMs, handler = 'handler', event = EVENT }: Invocation) => {
    handlers[handler](event, contextOf(remainingMs)).then(
      (result) => answer({ kind: 'result', result }),
      ({ name, message }) => answer({ kind: 'error', message, ...(name !== 'Error' && { name }) }),
    );
  });
  answer({ kind: 'ready' });
} catch (error) {
  answer({ kind: 'error', message: (error as Error).message });
}

process.on('disconnect', () => process.exit(0));

function answer(message: Answer): void {
  process.send?.(message);
}

function contextOf(remainingMs: number): Context {
  const deadline = Date.now() + remainingMs;
  invocations++;
  return {
    awsRequestId: `request-${invocations}`,
    callbackWaitsForEmptyEventLoop: true,
    functionName: 'fargauge',
    functionVersion: '$LATEST',
    invokedFunctionArn: 'arn:aws:lambda:us-east-1:123456789012:function:fargauge',
    memoryLimitInMB: '512',
    logGroupName: '/aws/lambda/fargauge',
    logStreamName: '2026/01/02/[$LATEST]abc',
    getRemainingTimeInMillis: () => deadline - Date.now(),
    done: () => {},
    fail: () => {},
    succeed: () => {},
  };
}
