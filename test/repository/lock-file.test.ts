import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

interface LockedPackage {
  readonly version?: string;
  readonly integrity?: string;
  /** It is part of the archive of the package above it. */
  readonly inBundle?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** 64 bytes in base64. */
const SHA512 = /^sha512-[A-Za-z0-9+/]{86}==$/;

const { packages } = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../package-lock.json'), 'utf8'),
) as { packages: Record<string, LockedPackage> };

describe('package-lock.json', () => {
  // An install on one platform can leave out the binaries of the others, and then `npm ci` refuses on a clean machine.
  it('holds the optional packages of every platform', () => {
    const wanted = Object.values(packages).flatMap(({ optionalDependencies = {} }) =>
      Object.keys(optionalDependencies),
    );
    const locked = Object.keys(packages).map((path) => path.replace(/^.*node_modules\//, ''));
    expect(wanted.length).toBeGreaterThan(0);
    expect(wanted.filter((name) => !locked.includes(name))).toEqual([]);
  });

  it('holds the checksum of every archive', () => {
    const archives = Object.entries(packages).filter(
      ([path, { inBundle }]) => path !== '' && inBundle !== true,
    );
    expect(archives.length).toBeGreaterThan(0);
    const unchecked = archives.filter(([, { integrity = '' }]) => !SHA512.test(integrity));
    expect(unchecked.map(([path]) => path)).toEqual([]);
  });

  it('names no registry', () => {
    expect(JSON.stringify(packages)).not.toContain('"resolved"');
  });
});
