import { ACTIONLINT_FOLDER } from '../support/places.ts';
import { isOnPath, run } from './command.ts';
import type { Part } from './part.ts';

const MODULE = 'github.com/rhysd/actionlint/cmd/actionlint@v1.7.12';

/** Checks workflows of GitHub. Left out where there is no Go. */
export const actionlint: Part = {
  name: 'actionlint (Go module, compiled here)',
  tests: ['package/workflow.test.ts'],
  folder: ACTIONLINT_FOLDER,
  recipe: MODULE,
  leftOut: () => (isOnPath('go') ? undefined : 'there is no Go compiler'),
  install: () => {
    run('go', ['install', MODULE], { env: { GOBIN: ACTIONLINT_FOLDER } });
  },
};
