import { FunctionHost, type FunctionProcess } from './function-process.ts';

/** Functions that one process has, one after the other: each leaves its modules there. */
const MOST_FUNCTIONS = 12;

interface Host {
  readonly host: FunctionHost;
  functions: number;
}

/** Processes for many short functions. No two functions are in one at the same time. */
export class FunctionPool implements AsyncDisposable {
  readonly #file: string;
  readonly #idle: Host[] = [];

  /** @param file with the handlers */
  constructor(file: string) {
    this.#file = file;
  }

  /** As `startFunction` does. */
  async start(env: Readonly<Record<string, string>>): Promise<FunctionProcess> {
    const taken = this.#idle.pop() ?? { host: new FunctionHost({}), functions: 0 };
    taken.functions++;
    const started = await taken.host.load(env, this.#file);
    const end = async () => {
      const written = await started.end();
      if (taken.functions < MOST_FUNCTIONS) this.#idle.push(taken);
      else await taken.host.end();
      return written;
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
    await Promise.all(this.#idle.splice(0).map(({ host }) => host.end()));
  }
}
