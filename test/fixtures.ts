import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, it } from '@jest/globals';

/** Folder of the shared fixtures; the project is whole without it. */
export const FIXTURES = resolve(
  process.env.FARGAUGE_FIXTURES ?? join(import.meta.dirname, '../../shared/fixtures'),
);

/** `describe` where the shared fixtures are present; else one test that prints that the suite was left out. */
export function describeWithFixtures(name: string, folder: string, suite: () => void): void {
  if (existsSync(join(FIXTURES, folder))) {
    describe(name, suite);
    return;
  }
  it(`${name}: left out, no fixtures`, () => {
    console.info(
      `${name}: ${join(FIXTURES, folder)} is not there; set FARGAUGE_FIXTURES to run this suite`,
    );
  });
}

export function fixtureText(...path: string[]): string {
  return readFileSync(join(FIXTURES, ...path), 'utf8');
}

export function fixtureJson<T>(...path: string[]): T {
  return JSON.parse(fixtureText(...path)) as T;
}
