import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { start } from '../child.ts';
import { bodyOf, type Listening, listen } from '../http.ts';
import { PYTHON } from '../places.ts';
import { type BotoCall, type BotoSettings, startBoto } from './boto.ts';

/** Milliseconds between two looks at an execution, of which nobody tells that it has ended. */
const POLL_MS = 100;

const SETTINGS = {
  region: 'eu-west-1',
  credentials: { accessKeyId: 'testing', secretAccessKey: 'testing' },
};

/** What a function is asked, by its name. What it throws is an error of the function, told apart by its name. */
export type Invoke = (name: string, payload: unknown) => unknown;

/** How an execution ended. */
export interface Outcome {
  readonly status: string;
  readonly error?: string;
  readonly cause?: string;
}

/** moto's interpreter of the Amazon States Language, with functions that are the test's. */
export interface StateMachines extends AsyncDisposable {
  /** The functions of the next executions. */
  invoke: Invoke;
  /** @throws Error where the definition is not valid */
  create(name: string, definition: string, type: 'EXPRESS' | 'STANDARD'): Promise<string>;
  /** What the API says of a state machine. */
  describe(arn: string): Promise<{ readonly definition: string; readonly type: string }>;
  /** Runs a state machine to its end. */
  run(arn: string): Promise<Outcome>;
}

export async function startStateMachines(): Promise<StateMachines> {
  await using started = new AsyncDisposableStack();
  const lambda = started.use(await startLambda((name, payload) => machines.invoke(name, payload)));
  // By this port the interpreter finds Lambda, which without it is moto's own.
  const env = { MOTO_PORT: lambda.address.split(':')[1] ?? '' };
  const moto = started.use(
    start(PYTHON, ['-u', '-m', 'moto.server', '-H', '127.0.0.1', '-p', '0'], env),
  );
  const [, port = ''] = await moto.says(/Running on http:\/\/127\.0\.0\.1:(\d+)/);
  const settings: BotoSettings = { ...SETTINGS, endpoint: `http://127.0.0.1:${port}` };
  await fetch(`${settings.endpoint}/moto-api/config`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ stepfunctions: { execute_state_machine: true } }),
  });
  const boto = started.use(startBoto());
  const call = <Output>(operation: string, input: BotoCall['input'], query?: string) =>
    boto.call<Output>(settings, {
      service: 'stepfunctions',
      operation,
      ...(input && { input }),
      ...(query && { query }),
    });
  const all = started.move();
  const machines: StateMachines = {
    invoke: () => undefined,
    create: (name, definition, type) =>
      call(
        'create_state_machine',
        { name, definition, type, roleArn: 'arn:aws:iam::123456789012:role/cycle' },
        'stateMachineArn',
      ),
    describe: (stateMachineArn) =>
      call('describe_state_machine', { stateMachineArn }, '{definition: definition, type: type}'),
    async run(stateMachineArn) {
      const executionArn = await call<string>(
        'start_execution',
        { stateMachineArn, name: randomUUID(), input: '{}' },
        'executionArn',
      );
      for (;;) {
        const outcome = await call<Outcome>(
          'describe_execution',
          { executionArn },
          '{status: status, error: error, cause: cause}',
        );
        if (outcome.status !== 'RUNNING') return outcome;
        await wait(POLL_MS);
      }
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
  return machines;
}

/** What of Lambda the interpreter needs. https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html */
function startLambda(invoke: Invoke): Promise<Listening> {
  return listen(async (request, response) => {
    const [, arn = ''] =
      /^\/2015-03-31\/functions\/(.+)\/invocations$/.exec(decodeURIComponent(request.url ?? '')) ??
      [];
    const payload = JSON.parse((await bodyOf(request)).toString());
    try {
      const answer = await invoke(arn.split(':').at(-1) ?? '', payload);
      response.end(JSON.stringify(answer ?? null));
    } catch (error) {
      const { name, message } = error as Error;
      response.setHeader('x-amz-function-error', 'Unhandled');
      response.end(JSON.stringify({ errorType: name, errorMessage: message }));
    }
  });
}
