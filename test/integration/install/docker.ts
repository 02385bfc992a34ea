import { join } from 'node:path';
import { CACHE } from '../support/places.ts';
import { requireTools } from './debian.ts';
import type { Part } from './part.ts';

/** The Docker engine. It is installed, not unpacked: it needs its own programs on the search path. */
export const docker: Part = {
  name: 'the Docker engine (Debian package)',
  tests: ['sidecar-docker.test.ts', 'sidecar-confined.test.ts', 'cli-docker.test.ts'],
  folder: join(CACHE, 'docker'),
  recipe: 'docker.io',
  install: () => requireTools('docker.io'),
};
