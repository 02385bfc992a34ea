import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Environment variables of the tests and of the programs that they start. Node.js keeps what it has compiled for the next process. The CDK's own
 * validation stays out, whose WebAssembly takes seconds of each process and whose findings are warnings: `test/infra/app/synth.test.ts` has it.
 */
export const FAST_START = {
  NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache'),
  CDK_VALIDATION: 'false',
} as const;
