import type { Config } from 'jest';
import base from '../../jest.config.ts';

/** Tests against programs that nobody here wrote; `npm run test:integration` installs those first. */
const config: Config = {
  ...base,
  rootDir: '../..',
  testMatch: ['<rootDir>/test/integration/**/*.test.ts'],
  testPathIgnorePatterns: [],
};

export default config;
