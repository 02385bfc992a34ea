import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { bundleCollector } from '../../infra/build/bundle.ts';
import { REPOSITORY } from '../../infra/build/paths.ts';

const NODE_ARGUMENTS = ['--expose-gc'];

/** Files of the programs that were bundled already, by module. */
const programs = new Map<string, Promise<string>>();

/**
 * A module that runs in a process of its own, so that neither its CPU time nor its memory is anybody else's. It is
 * bundled as the Lambda function is: what Node.js needs to strip types, about 40 MB, is not part of the figures.
 */
export class FreshProcess implements AsyncDisposable {
  readonly #module: string;
  readonly #child: ChildProcess;

  private constructor(module: string, child: ChildProcess) {
    this.#module = module;
    this.#child = child;
  }

  /**
   * @param module path of a file from the folder of this one, which calls `answerParent`
   * @param env environment variables beside those of this process
   * @param launcher a program that becomes the one which its arguments name. @default none
   */
  static async start(
    module: string,
    env: Readonly<Record<string, string>> = {},
    [launcher, ...launcherArguments]: readonly string[] = [],
  ): Promise<FreshProcess> {
    const program = programs.get(module) ?? bundle(module);
    programs.set(module, program);
    const child = fork(await program, {
      ...(launcher === undefined
        ? { execArgv: NODE_ARGUMENTS }
        : {
            execPath: launcher,
            execArgv: [...launcherArguments, process.execPath, ...NODE_ARGUMENTS],
          }),
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    return new FreshProcess(module, child);
  }

  /** @throws where the process could not be started */
  get pid(): number {
    if (this.#child.pid === undefined) throw new Error(`${this.#module} was not started`);
    return this.#child.pid;
  }

  /** Ends the process as nothing it does can prevent. Resolves when it has ended. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** What the module makes of the input. */
  async ask<Input, Output>(input: Input): Promise<Output> {
    const exited = once(this.#child, 'exit').then(([code, signal]) => {
      throw new Error(`${this.#module} ended before it answered, with ${code ?? signal}`);
    });
    const answered = once(this.#child, 'message') as Promise<[Output]>;
    this.#child.send(input as object);
    const [output] = await Promise.race([answered, exited]);
    exited.catch(() => undefined);
    return output;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end('SIGTERM');
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill(signal);
    await exited;
  }
}

/** Asks a module in a process that ends with the answer. */
export async function askOnce<Input, Output>(
  module: string,
  input: Input,
  env: Readonly<Record<string, string>> = {},
): Promise<Output> {
  await using child = await FreshProcess.start(module, env);
  return await child.ask<Input, Output>(input);
}

/** Within the repository, whose packages are not all bundled. */
async function bundle(module: string): Promise<string> {
  const outdir = join(REPOSITORY, 'dist/bench', module.replace(/\.ts$/, ''));
  return (await bundleCollector(outdir, join(import.meta.dirname, module))).file;
}
