import { join } from 'node:path';
import { CACHE } from '../support/places.ts';
import { requireTools } from './debian.ts';
import type { Part } from './part.ts';

/** What checks the units of systemd. It is installed, not unpacked: it needs libraries of its own. */
export const systemd: Part = {
  name: 'systemd-analyze (Debian package)',
  tests: ['systemd.test.ts'],
  folder: join(CACHE, 'systemd'),
  recipe: 'systemd',
  install: () => requireTools('systemd'),
};
