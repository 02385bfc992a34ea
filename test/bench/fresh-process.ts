import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/** A module that runs in a process of its own, so that neither its CPU time nor its memory is anybody else's. */
export class FreshProcess implements AsyncDisposable {
  readonly #module: string;
  readonly #child: ChildProcess;

  /** @param module beside this one; it calls `answerParent` */
  constructor(module: string) {
    this.#module = module;
    this.#child = fork(new URL(module, import.meta.url), { execArgv: ['--expose-gc'] });
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
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill();
    await exited;
  }
}

/** Asks a module in a process that ends with the answer. */
export async function askOnce<Input, Output>(module: string, input: Input): Promise<Output> {
  await using child = new FreshProcess(module);
  return await child.ask<Input, Output>(input);
}

/** In the child: answers each input. A failure ends the process, with its stack on stderr. */
export function answerParent<Input, Output>(answer: (input: Input) => Output | Promise<Output>) {
  process.on('message', async (input) => {
    process.send?.(await answer(input as Input));
  });
}
