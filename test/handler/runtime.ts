/**
 * What the Lambda runtime does, in a few lines: loads a function, says so or why not, then invokes a handler of it with an event and a
 * context for each message of its parent, and answers with what it gave. One function may follow the other, each with variables of its
 * own. Of a bundle each has all modules anew; of the sources those that read variables when they are loaded, because loading and
 * compiling all of them takes several times as long as a cycle.
 */
import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';
import type { Context } from 'aws-lambda';
import { type Answer, END_OF_OUTPUT, type Invocation, type Loading } from './messages.ts';
import { PATIENCE } from './patience.ts';

/** Modules of the sources that are of one function. */
const OF_ONE_FUNCTION = ['handler.ts', 'wiring/function.ts'].map(
  (module) => new URL(`../../lambda/${module}`, import.meta.url).href,
);

registerHooks({
  resolve(specifier, context, next) {
    const resolved = next(specifier, context);
    if (!OF_ONE_FUNCTION.includes(resolved.url)) return resolved;
    return {
      ...resolved,
      url: `${resolved.url}${new URL(context.parentURL ?? resolved.url).search}`,
    };
  },
});

const EVENT = { version: '0', source: 'aws.scheduler', 'detail-type': 'Scheduled Event' };

let functions = 0;
let invocations = 0;
let handlers: typeof import('../../lambda/handler.ts');

// On a busy machine a request takes longer than the function waits, which is not what every test looks at.
const timeout = AbortSignal.timeout.bind(AbortSignal);
AbortSignal.timeout = (milliseconds) => timeout(milliseconds * Number(process.env[PATIENCE] ?? 1));

process.on('message', (message: Loading | Invocation | 'end') => {
  if (message === 'end') {
    for (const stream of [process.stdout, process.stderr]) stream.write(END_OF_OUTPUT);
  } else if ('file' in message) void load(message);
  else invoke(message);
});

process.on('disconnect', () => process.exit(0));

async function load({ file, env }: Loading): Promise<void> {
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, env);
  try {
    handlers = await import(
      `${pathToFileURL(file).href}${functions++ === 0 ? '' : `?${functions}`}`
    );
    answer({ kind: 'ready' });
  } catch (error) {
    answer({ kind: 'error', message: (error as Error).message });
  }
}

function invoke({ remainingMs, handler = 'handler', event = EVENT }: Invocation): void {
  handlers[handler](event, contextOf(remainingMs)).then(
    (result) => answer({ kind: 'result', result }),
    ({ name, message }) => answer({ kind: 'error', message, ...(name !== 'Error' && { name }) }),
  );
}

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
