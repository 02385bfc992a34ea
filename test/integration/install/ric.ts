import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { RIC } from '../support/places.ts';
import { run, searchPath } from './command.ts';
import { requireTools } from './debian.ts';
import type { Part } from './part.ts';

const FOLDER = join(import.meta.dirname, 'ric');
const FILES = ['package.json', 'package-lock.json'] as const;

/** The Lambda runtime interface client for Node.js. Its native part is compiled on this machine. */
export const ric: Part = {
  name: 'aws-lambda-ric (npm package, compiled here)',
  tests: ['aws/lambda-ric.test.ts'],
  folder: RIC,
  recipe: readFileSync(join(FOLDER, 'package-lock.json'), 'utf8'),
  install: () => {
    requireTools('g++', 'cmake', 'make', 'xz-utils', 'python3');
    for (const file of FILES) copyFileSync(join(FOLDER, file), join(RIC, file));
    const headers = findNodeHeaders();
    run('npm', ['ci', '--no-audit', '--no-fund', '--foreground-scripts'], {
      cwd: RIC,
      env: headers === undefined ? {} : { npm_config_nodedir: headers },
    });
  },
};

/**
 * Prefix of a Node.js that has its C headers beside it, as every distribution but the npm package has. The
 * client uses Node-API alone, which is the same in all versions; without headers node-gyp downloads some.
 */
function findNodeHeaders(): string | undefined {
  return searchPath()
    .map(dirname)
    .find((prefix) => existsSync(join(prefix, 'include/node/node_api.h')));
}
