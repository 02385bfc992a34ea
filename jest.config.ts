import { availableParallelism } from 'node:os';
import type { Config } from 'jest';

/** Node.js runs the tests as they are: see docs/decisions/0025-tests-in-the-workers-realm.md. */
const config: Config = {
  testEnvironment: '<rootDir>/test/jest/environment.ts',
  testRunner: '<rootDir>/test/jest/run-file.ts',
  globalSetup: '<rootDir>/test/jest/set-up.ts',
  globalTeardown: '<rootDir>/test/jest/tear-down.ts',
  transform: {},
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  testPathIgnorePatterns: ['<rootDir>/test/integration/'],
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/cdk.out/', '<rootDir>/.integration/'],
  // For a test that hangs: no limit of a test's own work, which takes ten times as long on a busy machine.
  testTimeout: 120_000,
  // One more than there are cores, as tests wait for the programs that they start.
  maxWorkers: availableParallelism() + 1,
  // Of its heap, after a file of tests: a new worker takes its place, and the next file begins in an empty one.
  workerIdleMemoryLimit: '300MB',
  workerGracefulExitTimeout: 10_000,
};

export default config;
