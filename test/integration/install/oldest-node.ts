import { arch } from 'node:os';
import { OLDEST_NODE } from '../../../infra/build/command-line.ts';
import { OLDEST_NODE_FOLDER } from '../support/places.ts';
import { run } from './command.ts';
import type { Part } from './part.ts';

/** The last version of the oldest Node.js on which the package runs. */
const PACKAGE = `node-${process.platform}-${arch()}@${OLDEST_NODE}`;

/** The oldest Node.js on which the package runs: a program in a package of npm, without an install script. */
export const oldestNode: Part = {
  name: `Node.js ${OLDEST_NODE} (npm package)`,
  tests: ['package/npm.test.ts'],
  folder: OLDEST_NODE_FOLDER,
  recipe: PACKAGE,
  install: () => {
    run('npm', ['install', '--no-audit', '--no-fund', '--prefix', OLDEST_NODE_FOLDER, PACKAGE]);
  },
};
