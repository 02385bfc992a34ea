import { copyFileSync, globSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../install/command.ts';
import { ROOT } from './places.ts';

const HOST = join(ROOT, 'sidecar/host');
const TARGET_DIRECTORY = join(ROOT, 'dist/host/sanitized');
const TARGET = 'x86_64-unknown-linux-gnu';

/** What the sanitizer looks for beside its usual. It ends the process with its own exit code. */
export const SANITIZER_OPTIONS =
  'exitcode=99:detect_stack_use_after_return=1:strict_string_checks=1:allocator_may_return_null=1:quarantine_size_mb=64';

/** Why nothing can be built with the sanitizer here; undefined where it can. */
export function withoutSanitizer(): string | undefined {
  try {
    const folder = run('rustc', ['--print', 'target-libdir', '--target', TARGET]).trim();
    const found = globSync('librustc-*_rt.asan.a', { cwd: folder });
    return found.length > 0 ? undefined : `${folder} has no runtime of the address sanitizer`;
  } catch (error) {
    return String(error);
  }
}

/**
 * Compiles the host with the address sanitizer in its Rust and in the engine's C.
 *
 * @param bundle what it runs
 * @param file where the program goes
 */
export function buildSanitized(bundle: string, file: string): void {
  const where = ['--target', TARGET, '--target-dir', TARGET_DIRECTORY];
  run('cargo', ['build', '--release', '--locked', '--features', 'sanitizer', ...where], {
    cwd: HOST,
    env: {
      FARGAUGE_BUNDLE: bundle,
      // The flag is of a nightly compiler's; this makes any compiler take it.
      RUSTC_BOOTSTRAP: '1',
      RUSTFLAGS: '-Zsanitizer=address -Cforce-frame-pointers=yes',
      // Sooner compiled, with lines in its reports.
      CARGO_PROFILE_RELEASE_LTO: 'off',
      CARGO_PROFILE_RELEASE_CODEGEN_UNITS: '16',
      CARGO_PROFILE_RELEASE_OPT_LEVEL: '1',
      CARGO_PROFILE_RELEASE_STRIP: 'none',
      CARGO_PROFILE_RELEASE_DEBUG: 'line-tables-only',
    },
  });
  copyFileSync(join(TARGET_DIRECTORY, TARGET, 'release/fargauge-sidecar'), file);
}
