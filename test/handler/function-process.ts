import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Aws } from '../../cli/demo/aws/server.ts';
import { COLLECTOR_NAMESPACE } from '../../lambda/model/settings/names.ts';
import type { summaryOf } from '../../lambda/report/log.ts';
import { collectorBundle } from '../bundles.ts';
import { FAST_START } from '../fast-start.ts';
import { extractMetrics } from '../integration/support/emf.ts';

/** To the process. */
export interface Invocation {
  /** Milliseconds until the invocation's deadline. */
  readonly remainingMs: number;
  /** @default 'handler' */
  readonly handler?: 'handler' | 'discover';
  /** @default the schedule's */
  readonly event?: unknown;
}

/** From the process. */
export type Answer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'result'; readonly result: ReturnType<typeof summaryOf> }
  | { readonly kind: 'error'; readonly message: string; readonly name?: string };

/** From a function of a divided collector. */
export type ShardAnswer =
  | { readonly kind: 'result'; readonly result: unknown }
  | Exclude<Answer, { kind: 'result' }>;

/** What the function wrote while it lived. */
export interface Written {
  readonly stdout: string;
  readonly stderr: string;
  /** The metrics about itself: the values of each, in order. */
  readonly ownMetrics: Readonly<Record<string, readonly number[]>>;
  /** The messages of its log that are JSON, with their levels. */
  readonly log: readonly LogLine[];
}

export interface LogLine extends Readonly<Record<string, unknown>> {
  readonly level: string;
  readonly message: string;
}

/** The handler in a process of its own, warm from its first invocation to its end. */
export interface FunctionProcess extends AsyncDisposable {
  /** Whether it has loaded, or why not. */
  readonly loaded: Answer;
  invoke(remainingMs?: number): Promise<Answer>;
  /** Invokes a function of a divided collector: the result is what Step Functions gets. */
  invokeWith(handler: Invocation['handler'], event: unknown): Promise<ShardAnswer>;
  /** Ends the process. */
  end(): Promise<Written>;
}

const RUNTIME = join(import.meta.dirname, 'runtime.ts');

/** As the schedule's function has it. */
const REMAINING_MS = 30_000;

/**
 * Loads the handler with nothing in its environment but this, and what Lambda always sets.
 *
 * @param file that it is in. @default a bundle of it, which takes half of the time that its modules take to load
 */
export async function startFunction(
  env: Readonly<Record<string, string>>,
  file?: string,
): Promise<FunctionProcess> {
  const program = file ?? (await collectorBundle()).file;
  const child = fork(RUNTIME, [program], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // Without the options of the test runner.
    execArgv: [],
    env: {
      PATH: process.env.PATH,
      HOME: '/nonexistent',
      ...FAST_START,
      AWS_LAMBDA_FUNCTION_NAME: 'fargauge',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '512',
      AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
      AWS_REGION: 'us-east-1',
      ...env,
    },
  });
  const written = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      written[name] += text;
    });
  }
  // Not 'close', which never comes where the parent disconnects.
  const closed = Promise.all([
    once(child, 'exit'),
    ...[child.stdout, child.stderr].map((stream) => stream && once(stream, 'close')),
  ]);
  /** Rejects where the process ends without one. */
  const nextAnswer = async (): Promise<Answer> => {
    const [answer] = await Promise.race([once(child, 'message'), closed.then(() => [])]);
    if (answer === undefined) throw new Error(`the function has ended: ${written.stderr}`);
    return answer;
  };
  const end = async (): Promise<Written> => {
    if (child.connected) child.disconnect();
    await closed;
    return { ...written, ownMetrics: ownMetrics(written.stdout), log: logOf(written) };
  };
  const ask = (invocation: Invocation): Promise<Answer> => {
    const answer = nextAnswer();
    child.send(invocation);
    return answer;
  };
  return {
    loaded: await nextAnswer(),
    invoke: (remainingMs = REMAINING_MS) => ask({ remainingMs }),
    invokeWith: (handler, event) =>
      ask({ remainingMs: REMAINING_MS, event, ...(handler && { handler }) }),
    end,
    async [Symbol.asyncDispose]() {
      await end();
    },
  };
}

/** What sends the AWS SDK of the function to the stand-in. */
export function environmentFor(aws: Aws): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: aws.url,
    AWS_REGION: aws.region,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  };
}

function ownMetrics(stdout: string): Record<string, number[]> {
  const values: Record<string, number[]> = {};
  const events = linesOf(stdout).filter((line) => line.includes('"_aws"'));
  for (const { name, namespace, dimensions, values: added } of events.flatMap(extractMetrics)) {
    // Of the targets, where the function's log stream is the output.
    if (!namespace.startsWith('Fargauge')) continue;
    if (namespace !== COLLECTOR_NAMESPACE || dimensions.service !== 'collector') {
      throw new Error(`${name} is published as ${namespace} ${JSON.stringify(dimensions)}`);
    }
    values[name] = [...(values[name] ?? []), ...added];
  }
  return values;
}

function logOf({ stdout, stderr }: Pick<Written, 'stdout' | 'stderr'>): LogLine[] {
  return [...linesOf(stdout), ...linesOf(stderr)]
    .filter((line) => line.startsWith('{') && !line.includes('"_aws"'))
    .map((line) => JSON.parse(line));
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}
