import { ENV } from '../../../../lambda/model/settings/names.ts';
import { type Child, start } from '../child.ts';
import { RIC_MAIN } from '../places.ts';
import { type Outcome, type RuntimeError, startRuntimeApi } from './runtime-api.ts';

const HANDLER = 'index.handler';
const FUNCTION_NAME = 'fargauge-collector';

/** One execution environment of a Lambda function: the real runtime client in a process of its own. */
export interface LambdaFunction extends AsyncDisposable {
  readonly process: Child;
  /** One invocation; rejects if the function's process ends instead of answering. */
  invoke(event: unknown, timeoutMs: number): Promise<Outcome>;
  /** Why it failed to start; rejects if the process ends without saying so. */
  initError(): Promise<RuntimeError>;
}

/** Starts the `handler` of `<folder>/index.mjs`, as Lambda would for a function with these environment variables. */
export async function startFunction(
  folder: string,
  env: Readonly<Record<string, string>>,
): Promise<LambdaFunction> {
  const api = await startRuntimeApi();
  const child = start(process.execPath, [RIC_MAIN, HANDLER], {
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '512',
    AWS_LAMBDA_FUNCTION_NAME: FUNCTION_NAME,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${FUNCTION_NAME}`,
    AWS_LAMBDA_LOG_STREAM_NAME: '2026/01/01/[$LATEST]0',
    AWS_LAMBDA_RUNTIME_API: api.address,
    // Its targets have no other addresses here.
    [ENV.allowLoopback]: 'true',
    LAMBDA_TASK_ROOT: folder,
    _HANDLER: HANDLER,
    ...env,
  });
  const orEnd = <T>(wanted: Promise<T>): Promise<T> =>
    Promise.race([
      wanted,
      child.ended.then((code): never => {
        throw new Error(`The function ended with ${code}:\n${child.stdout()}${child.stderr()}`);
      }),
    ]);
  return {
    process: child,
    invoke: (event, timeoutMs) => orEnd(api.invoke(event, timeoutMs)),
    // The runtime posts the error before it ends.
    initError: () => orEnd(api.initError),
    async [Symbol.asyncDispose]() {
      await child.stop();
      await api[Symbol.asyncDispose]();
    },
  };
}
