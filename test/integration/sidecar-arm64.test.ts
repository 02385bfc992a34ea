import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { buildHost, bundleForHost, hostDirectory } from '../../infra/build/sidecar-host.ts';
import { complaintsOf } from './support/suites.ts';

/** Rust compiles for two minutes, more where other programs run beside it. */
const BUILD_MS = 900_000;

/** Of a program for AArch64, in its ELF header. */
const EM_AARCH64 = 183;

describe('The program of the sidecar for arm64', () => {
  let file: string;
  beforeAll(async () => {
    file = join(hostDirectory('arm64'), 'fargauge-sidecar');
    const built = await buildHost(await bundleForHost(), file, 'arm64');
    if ('reason' in built) throw new Error(built.reason);
  }, BUILD_MS);

  it('is one static program for that architecture, below 2.5 MB', async () => {
    const program = await readFile(file);

    expect(program.readUInt16LE(18)).toBe(EM_AARCH64);
    expect(program.includes('/lib/ld-')).toBe(false);
    expect(program.length).toBeLessThan(2_500_000);
  });

  it(
    'passes the tests of the sidecar as a process, and those of its history, under emulation',
    async () => {
      const suites = [
        ...['test/sidecar/process', 'test/sidecar/history-process', 'test/sidecar/daemon/process'],
      ];

      expect(await complaintsOf(suites, 'arm64')).toBe('');
    },
    BUILD_MS,
  );
});
