import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { bodyOf, type Listening, listen } from '../http.ts';

const VERSION = '/2018-06-01/runtime';
const FUNCTION_ARN = 'arn:aws:lambda:eu-central-1:123456789012:function:collector';

/** An error as a runtime reports it. */
export interface RuntimeError {
  readonly errorType: string;
  readonly errorMessage: string;
}

/** How an invocation ended. */
export type Outcome =
  | { readonly kind: 'response'; readonly body: unknown }
  | { readonly kind: 'error'; readonly error: RuntimeError }
  /** Nothing was heard by the deadline: Lambda would have ended the function. */
  | { readonly kind: 'timeout' };

/** What a Lambda execution environment offers to the runtime inside it. */
export interface RuntimeApi extends AsyncDisposable {
  /** `host:port`, as in AWS_LAMBDA_RUNTIME_API. */
  readonly address: string;
  /** Hands out an event as soon as the runtime asks for one; `timeoutMs` becomes its deadline. */
  invoke(event: unknown, timeoutMs: number): Promise<Outcome>;
  /** The error with which the function failed to start. */
  readonly initError: Promise<RuntimeError>;
}

interface Invocation {
  readonly id: string;
  readonly event: unknown;
  readonly timeoutMs: number;
  readonly end: (outcome: Outcome) => void;
}

/**
 * The Lambda runtime API as far as a function needs it: next invocation, response, error, initialization error.
 * https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
export async function startRuntimeApi(): Promise<RuntimeApi> {
  const queued: Invocation[] = [];
  const waiting: ServerResponse[] = [];
  const running = new Map<string, { invocation: Invocation; deadline: NodeJS.Timeout }>();
  const initError = Promise.withResolvers<RuntimeError>();

  const finish = (id: string, outcome: Outcome) => {
    const entry = running.get(id);
    if (entry === undefined) return;
    running.delete(id);
    clearTimeout(entry.deadline);
    entry.invocation.end(outcome);
  };

  const handOut = () => {
    while (queued.length > 0 && waiting.length > 0) {
      const invocation = queued.shift();
      const response = waiting.shift();
      if (invocation === undefined || response === undefined) return;
      const deadline = setTimeout(
        () => finish(invocation.id, { kind: 'timeout' }),
        invocation.timeoutMs,
      );
      running.set(invocation.id, { invocation, deadline });
      response.writeHead(200, {
        'content-type': 'application/json',
        'lambda-runtime-aws-request-id': invocation.id,
        'lambda-runtime-deadline-ms': String(Date.now() + invocation.timeoutMs),
        'lambda-runtime-invoked-function-arn': FUNCTION_ARN,
        'lambda-runtime-trace-id': 'Root=1-00000000-000000000000000000000000;Sampled=0',
      });
      response.end(JSON.stringify(invocation.event));
    }
  };

  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const path = (request.url ?? '').replace(VERSION, '');
    if (path === '/invocation/next') {
      waiting.push(response);
      handOut();
      return;
    }
    const body: unknown = JSON.parse((await bodyOf(request)).toString());
    const [, id, verb] = path.match(/^\/invocation\/([^/]+)\/(response|error)$/) ?? [];
    if (id !== undefined && verb === 'response') finish(id, { kind: 'response', body });
    else if (id !== undefined) finish(id, { kind: 'error', error: body as RuntimeError });
    else if (path === '/init/error') initError.resolve(body as RuntimeError);
    response.writeHead(202, { 'content-type': 'application/json' }).end('{"status":"OK"}');
  };

  const server: Listening = await listen((request, response) => {
    handle(request, response).catch((error) => response.writeHead(400).end(String(error)));
  });
  return {
    address: server.address,
    invoke: (event, timeoutMs) =>
      new Promise((end) => {
        queued.push({ id: randomUUID(), event, timeoutMs, end });
        handOut();
      }),
    initError: initError.promise,
    [Symbol.asyncDispose]: () => {
      for (const { deadline } of running.values()) clearTimeout(deadline);
      return server[Symbol.asyncDispose]();
    },
  };
}
