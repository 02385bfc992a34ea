import { FAST_START } from '../fast-start.ts';

/** Nothing here is mocked by Jest: clients, clocks and randomness are passed in. */
const NO_MOCKS = { clearAllMocks() {}, resetAllMocks() {}, restoreAllMocks() {} };

/** Runs a file of tests in the worker's own realm, and undoes what the file did to the process. */
export default class ProcessEnvironment {
  readonly global = globalThis;
  readonly moduleMocker = NO_MOCKS;
  readonly #console = globalThis.console;
  readonly #exit = process.exit;
  readonly #env = { ...process.env };
  readonly #cwd = process.cwd();

  async setup(): Promise<void> {
    // Not for the worker: it would keep each file's copies of the modules.
    Object.assign(process.env, FAST_START);
    // Stripping types moves nothing, so there are no source maps, for which Jest would look in every frame of every stack.
    Reflect.deleteProperty(Error, 'prepareStackTrace');
  }

  async teardown(): Promise<void> {
    globalThis.console = this.#console;
    process.exit = this.#exit;
    for (const name of Object.keys(process.env)) {
      if (!(name in this.#env)) delete process.env[name];
    }
    Object.assign(process.env, this.#env);
    process.chdir(this.#cwd);
  }

  exportConditions(): string[] {
    return ['node', 'node-addons'];
  }

  getVmContext(): typeof globalThis {
    return this.global;
  }
}
