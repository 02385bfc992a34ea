import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DEBIAN } from '../support/places.ts';
import { isOnPath, run } from './command.ts';
import type { Part } from './part.ts';

/** Packages that work where they are unpacked: Prometheus with promtool, node_exporter, and a library that fakes the time. */
const PACKAGES = ['prometheus', 'prometheus-node-exporter', 'libfaketime'] as const;

/** Packages that the other parts are built with, and how to tell that they are not needed. */
const TOOLS = {
  'g++': () => isOnPath('g++'),
  cmake: () => isOnPath('cmake'),
  make: () => isOnPath('make'),
  'xz-utils': () => isOnPath('xz'),
  python3: () => isOnPath('python3'),
  'python3-venv': canMakeVenv,
  'docker.io': () => isOnPath('dockerd') && isOnPath('docker'),
  'musl-tools': () => isOnPath('musl-gcc'),
  // The compiler and cargo in versions that are not as old as the release.
  'rustc-web': () => isOnPath('rustc'),
  'cargo-web': () => isOnPath('cargo'),
  'qemu-user-static': () => isOnPath('qemu-aarch64-static'),
  systemd: () => isOnPath('systemd-analyze'),
  chromium: () => isOnPath('chromium'),
} as const;

/**
 * Debian's Prometheus, node_exporter and libfaketime. The packages are unpacked, not installed: the machine gets no new
 * service, user or port, and no root is needed where the package lists are there.
 */
export const debianPrograms: Part = {
  name: 'Prometheus, promtool, node_exporter and libfaketime (Debian packages)',
  tests: [
    'pages.test.ts',
    'promtool/promtool.test.ts',
    'promtool/config.test.ts',
    'promtool/grammar.test.ts',
    'promtool/openmetrics.test.ts',
    'promtool/relabel.test.ts',
    'node-exporter.test.ts',
    'prometheus/remote-write.test.ts',
    'prometheus/remote-write-2.test.ts',
    'aws/cross-account.test.ts',
    'outside-ecs.test.ts',
    'survival.test.ts',
    'cli-docker.test.ts',
    'prometheus/grafana.test.ts',
    'prometheus/grafana-series.test.ts',
    'guides.test.ts',
    'prometheus/promql-page.test.ts',
  ],
  folder: DEBIAN,
  recipe: PACKAGES.join(),
  install: () => {
    requireApt(`unpacks the Debian packages ${PACKAGES.join(' and ')}`);
    updateLists();
    run('apt-get', ['download', ...PACKAGES], { cwd: DEBIAN });
    for (const file of readdirSync(DEBIAN).filter((name) => name.endsWith('.deb'))) {
      run('dpkg-deb', ['--extract', join(DEBIAN, file), DEBIAN]);
    }
  },
};

/** Installs those of the packages that are missing; does nothing where all are there. */
export function requireTools(...names: readonly (keyof typeof TOOLS)[]): void {
  const missing = names.filter((name) => !TOOLS[name]());
  if (missing.length === 0) return;
  const purpose = `needs the Debian packages ${missing.join(' ')}`;
  requireApt(purpose);
  if (!isRoot()) {
    throw new Error(`${purpose}: run as root, or first \`apt-get install ${missing.join(' ')}\``);
  }
  updateLists();
  run('apt-get', ['install', '--yes', '--no-install-recommends', ...missing], {
    // A package's service is not started in runlevel 1.
    env: { DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' },
  });
}

function requireApt(purpose: string): void {
  if (process.platform === 'linux' && isOnPath('apt-get')) return;
  throw new Error(`${purpose}, and there is no apt-get here (${process.platform})`);
}

/** An empty machine has no package lists. Others than root cannot fetch them and have to do with those that are there. */
function updateLists(): void {
  if (isRoot()) run('apt-get', ['update']);
}

function canMakeVenv(): boolean {
  try {
    run('python3', ['-c', 'import ensurepip, venv']);
    return true;
  } catch {
    return false;
  }
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}
