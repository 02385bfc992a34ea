import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Aws } from '../../cli/demo/aws/server.ts';
import { COLLECTOR_NAMESPACE } from '../../lambda/model/settings/names.ts';
import { collectorBundle } from '../bundles.ts';
import { FAST_START } from '../fast-start.ts';
import { extractMetrics } from '../integration/support/emf.ts';
import { type Answer, END_OF_OUTPUT, type Invocation, type Loading } from './messages.ts';
import { figuresOf } from './own-figures.ts';

/** From a function of a divided collector. */
export type ShardAnswer =
  | { readonly kind: 'result'; readonly result: unknown }
  | Exclude<Answer, { kind: 'result' }>;

/** What the function wrote while it lived. */
export interface Written {
  readonly stdout: string;
  readonly stderr: string;
  /** The metrics about itself: the values of each, in order. */
  readonly figures: Readonly<Record<string, readonly number[]>>;
  /** Those of the figures that are published as metrics. */
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
  const host = new FunctionHost(env);
  return host.load(env, file ?? (await collectorBundle()).file, () => host.end());
}

/** A process in which one function after the other lives. The next ones save the start of Node.js, and the loading of packages. */
export class FunctionHost {
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown>;
  readonly #written = { stdout: '', stderr: '' };

  /** @param env what Node.js itself is to find in its environment */
  constructor(env: Readonly<Record<string, string>>) {
    const child = fork(RUNTIME, {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // Without the options of the test runner.
      execArgv: [],
      env: environmentOf(env),
    });
    this.#child = child;
    for (const name of ['stdout', 'stderr'] as const) {
      child[name]?.setEncoding('utf8').on('data', (text: string) => {
        this.#written[name] += text;
      });
    }
    // Not 'close', which never comes where the parent disconnects.
    this.#closed = Promise.all([
      once(child, 'exit'),
      ...[child.stdout, child.stderr].map((stream) => stream && once(stream, 'close')),
    ]);
  }

  /**
   * Loads a function, after the one before has ended.
   *
   * @param ended called when it has ended, and resolves when all that it wrote is here
   */
  async load(
    env: Readonly<Record<string, string>>,
    file: string,
    ended: () => Promise<void> = () => this.#endOfOutput(),
  ): Promise<FunctionProcess> {
    Object.assign(this.#written, { stdout: '', stderr: '' });
    const loaded = await this.#ask({ file, env: environmentOf(env) });
    const end = async (): Promise<Written> => {
      await ended();
      const { stdout, stderr } = this.#written;
      return {
        stdout,
        stderr,
        figures: figuresOf(stdout),
        ownMetrics: ownMetrics(stdout),
        log: logOf({ stdout, stderr }),
      };
    };
    return {
      loaded,
      invoke: (remainingMs = REMAINING_MS) => this.#ask({ remainingMs }),
      invokeWith: (handler, event) =>
        this.#ask({ remainingMs: REMAINING_MS, event, ...(handler && { handler }) }),
      end,
      async [Symbol.asyncDispose]() {
        await end();
      },
    };
  }

  /** Ends the process. */
  async end(): Promise<void> {
    if (this.#child.connected) this.#child.disconnect();
    await this.#closed;
  }

  /** Rejects where the process ends without an answer. */
  async #ask(message: Loading | Invocation): Promise<Answer> {
    const answered = Promise.race([once(this.#child, 'message'), this.#closed.then(() => [])]);
    this.#child.send(message);
    const [answer] = await answered;
    if (answer === undefined) throw new Error(`the function has ended: ${this.#written.stderr}`);
    return answer;
  }

  async #endOfOutput(): Promise<void> {
    const { stdout, stderr } = this.#child;
    const ends = [stdout, stderr].map(async (stream, index) => {
      const name = index === 0 ? 'stdout' : 'stderr';
      while (!this.#written[name].endsWith(END_OF_OUTPUT)) await once(stream!, 'data');
      this.#written[name] = this.#written[name].slice(0, -END_OF_OUTPUT.length);
    });
    this.#child.send('end');
    await Promise.all(ends);
  }
}

function environmentOf(
  env: Readonly<Record<string, string>>,
): Readonly<Record<string, string | undefined>> {
  return {
    PATH: process.env.PATH,
    HOME: '/nonexistent',
    ...FAST_START,
    AWS_LAMBDA_FUNCTION_NAME: 'fargauge',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '512',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_REGION: 'us-east-1',
    ...env,
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

/** Those of its figures that are published as metrics. */
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
