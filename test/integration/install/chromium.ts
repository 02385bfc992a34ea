import { join } from 'node:path';
import { CACHE } from '../support/places.ts';
import { requireTools } from './debian.ts';
import type { Part } from './part.ts';

/** The browser that opens the page of `fargauge explore`. It is installed, not unpacked: it needs libraries of its own. */
export const chromium: Part = {
  name: 'Chromium (Debian package)',
  tests: ['explore/flows.test.ts', 'explore/why.test.ts', 'explore/accessible.test.ts'],
  folder: join(CACHE, 'chromium'),
  recipe: 'chromium',
  install: () => requireTools('chromium'),
};
