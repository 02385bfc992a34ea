import { join } from 'node:path';
import { CACHE } from '../support/places.ts';
import { isOnPath, run } from './command.ts';
import { requireTools } from './debian.ts';
import type { Part } from './part.ts';

const TARGET = 'x86_64-unknown-linux-musl';

/** What builds the sidecar's program. Debian's Rust has no library for musl: then the program has glibc in it. */
export const rust: Part = {
  name: 'Rust for the sidecar (Debian packages, or the toolchain that is there)',
  tests: [
    'sidecar-host.test.ts',
    'sidecar-build.test.ts',
    'sidecar-confined.test.ts',
    'daemon/network.test.ts',
    'sidecar-fuzz.test.ts',
  ],
  folder: join(CACHE, 'rust'),
  recipe: `rust ${TARGET}`,
  leftOut: () => (process.platform === 'linux' ? undefined : 'the program is for Linux'),
  install() {
    requireTools('g++', 'musl-tools', 'rustc-web', 'cargo-web');
    if (!isOnPath('rustup')) return;
    try {
      run('rustup', ['target', 'add', TARGET]);
    } catch {
      // Without it the build takes the other library.
    }
  },
};
