import { globSync, mkdirSync, symlinkSync } from 'node:fs';
import { arch } from 'node:os';
import { join } from 'node:path';
import { ZIG, ZIG_TOOLS } from '../support/places.ts';
import { isOnPath, run } from './command.ts';
import { requireTools } from './debian.ts';
import type { Part } from './part.ts';

const TARGET = 'aarch64-unknown-linux-musl';

/** A compiler and a linker for C of any architecture, and the command of cargo that uses them. */
const PACKAGES = ['ziglang==0.17.1', 'cargo-zigbuild==0.24.1'];

/** What builds the sidecar's program for the other architecture, and runs it. */
export const arm64: Part = {
  name: 'Rust and Zig for arm64 (rustup, Python packages), and QEMU (Debian package)',
  tests: ['sidecar-arm64.test.ts'],
  folder: ZIG,
  recipe: [TARGET, ...PACKAGES].join(),
  leftOut() {
    if (process.platform !== 'linux' || arch() !== 'x64')
      return 'this machine is not Linux on amd64';
    // Debian's Rust has no library for this target.
    return isOnPath('rustup') ? undefined : 'there is no rustup';
  },
  install() {
    requireTools('g++', 'python3', 'python3-venv', 'qemu-user-static');
    run('rustup', ['target', 'add', TARGET]);
    const python = join(ZIG, 'venv/bin/python');
    run('python3', ['-m', 'venv', join(ZIG, 'venv')]);
    run(python, ['-m', 'pip', 'install', '--quiet', '--no-deps', ...PACKAGES]);
    // Without the folder's Python, which is not for the other tests.
    mkdirSync(ZIG_TOOLS);
    const [zig = ''] = globSync('venv/lib/*/site-packages/ziglang/zig', { cwd: ZIG });
    symlinkSync(join(ZIG, zig), join(ZIG_TOOLS, 'zig'));
    symlinkSync(join(ZIG, 'venv/bin/cargo-zigbuild'), join(ZIG_TOOLS, 'cargo-zigbuild'));
    run(join(ZIG_TOOLS, 'zig'), ['version']);
  },
};
