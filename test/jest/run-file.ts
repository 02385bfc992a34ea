/**
 * Jest's `testRunner`: runs a file of tests with jest-circus, as Jest itself does, but with the modules of `./modules.ts` and no virtual
 * machine. See docs/decisions/0025-tests-in-the-workers-realm.md.
 */
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { type Globals, importCopy } from './modules.ts';
import { cpuMs, peakBytes } from './process-use.ts';

/** What jest-circus asks of a runtime. */
interface Runtime {
  requireInternalModule(path: string): unknown;
  requireModule(path: string): unknown;
  setGlobalsForRuntime(globals: Globals): void;
  unstable_shouldLoadAsEsm(path: string): boolean;
  unstable_importModule(path: string): Promise<void>;
  enterTestCode(): void;
  leaveTestCode(): void;
}

/** What a file of tests took of the machine, for `./slowest.ts`. */
export interface FileUse {
  /** Milliseconds of CPU of the file and of the programs that it started. */
  readonly cpuMs: number;
  /** The most bytes of memory that its worker has had so far. */
  readonly peakBytes: number;
}

/** A result of Jest, which keeps what is added to `perfStats`. */
interface Result {
  readonly perfStats: object;
}

/** Its arguments are Jest's own, and only passed on. */
type TestRunner = (
  globalConfig: unknown,
  projectConfig: unknown,
  environment: unknown,
  runtime: Runtime,
  path: string,
  sendMessageToJest: unknown,
) => Promise<Result>;

const require = createRequire(import.meta.url);

const CIRCUS = require.resolve('jest-circus/runner');

/** The names of the symbols under which jest-circus keeps in the global object what it knows of a file. */
const KEPT = ['JEST_STATE_SYMBOL', 'EVENT_HANDLERS'];

/** Runs a file of tests in this process. */
const runFile: TestRunner = async (
  globalConfig,
  projectConfig,
  environment,
  _runtime,
  path,
  sendMessageToJest,
) => {
  const { default: run } = freshCircus();
  const before = cpuMs();
  const result = await run(
    ...[globalConfig, projectConfig, environment, ownRuntime()],
    ...[path, sendMessageToJest],
  );
  const use: FileUse = { cpuMs: cpuMs() - before, peakBytes: peakBytes() };
  return { ...result, perfStats: { ...result.perfStats, ...use } };
};

export default runFile;

/** Jest-circus as it is when it is first loaded. */
function freshCircus(): { readonly default: TestRunner } {
  for (const symbol of Object.getOwnPropertySymbols(globalThis)) {
    if (KEPT.includes(symbol.description ?? '')) Reflect.deleteProperty(globalThis, symbol);
  }
  for (const file of Object.keys(require.cache)) {
    if (file.startsWith(dirname(CIRCUS))) delete require.cache[file];
  }
  return require(CIRCUS);
}

function ownRuntime(): Runtime {
  let globals: Globals = {};
  return {
    requireInternalModule: require,
    requireModule: require,
    setGlobalsForRuntime(given) {
      globals = given;
    },
    unstable_shouldLoadAsEsm: () => true,
    unstable_importModule: (path) => importCopy(path, globals),
    enterTestCode() {},
    leaveTestCode() {},
  };
}
