import { join } from 'node:path';
import { REPOSITORY } from '../../infra/build/paths.ts';
import { FunctionHost, type FunctionProcess } from './function-process.ts';

/** The sources, most of whose modules the functions of a process share. */
const HANDLERS = join(REPOSITORY, 'lambda/handler.ts');

/** Processes for many short functions. No two functions are in one at the same time. */
export class FunctionPool implements AsyncDisposable {
  readonly #idle: FunctionHost[] = [];

  /** As `startFunction` does. */
  async start(env: Readonly<Record<string, string>>): Promise<FunctionProcess> {
    const host = this.#idle.pop() ?? new FunctionHost({});
    const started = await host.load(env, HANDLERS);
    let ended: ReturnType<FunctionProcess['end']> | undefined;
    const end = () => {
      ended ??= started.end().finally(() => this.#idle.push(host));
      return ended;
    };
    return {
      ...started,
      end,
      async [Symbol.asyncDispose]() {
        await end();
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#idle.splice(0).map((host) => host.end()));
  }
}
