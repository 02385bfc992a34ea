import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const REPOSITORY = join(import.meta.dirname, '../..');

/** An action by its commit, and the release that the commit is. */
const ACTION = /^[\w-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/;

/** An image by its digest, and the version that the digest is. */
const IMAGE = /^[\w.-]+\/[\w./-]+:\d+\.\d+\.\d+[\w.-]*@sha256:[0-9a-f]{64}$/;

const WORKFLOWS = globSync('.github/workflows/*.yml', { cwd: REPOSITORY });
const DOCKERFILES = globSync('*/*Dockerfile', {
  cwd: REPOSITORY,
  exclude: ['node_modules', 'dist'],
});

function read(file: string): string {
  return readFileSync(join(REPOSITORY, file), 'utf8');
}

/** What comes after a keyword at the beginning of a line. */
function valuesOf(text: string, keyword: RegExp): string[] {
  return text.split('\n').flatMap((line) => {
    const [start] = keyword.exec(line) ?? [];
    return start === undefined ? [] : [line.slice(start.length).trim()];
  });
}

describe('what runs in the workflows', () => {
  it.each(WORKFLOWS)('is named by its commit in %s', (file) => {
    const actions = valuesOf(read(file), /^\s*(- )?uses:/);
    expect(actions).not.toEqual([]);
    expect(actions.filter((action) => !ACTION.test(action))).toEqual([]);
  });

  it('includes a look for known vulnerabilities', () => {
    const commands = WORKFLOWS.flatMap((file) => valuesOf(read(file), /^\s*- run:/));
    for (const command of [/^npm audit\b/, /^cargo audit\b/, /^cargo deny\b/]) {
      expect(commands).toContainEqual(expect.stringMatching(command));
    }
  });
});

describe('the crates of the sidecar', () => {
  it('are named by their exact versions, with the checksums of all that they bring along', () => {
    const [, dependencies = ''] = /^([\s\S]*?)^\[profile/m.exec(
      read('sidecar/host/Cargo.toml').replace(/^[\s\S]*?(?=^\[dependencies\])/m, ''),
    ) ?? ['', ''];
    const versions = [...dependencies.matchAll(/version = "([^"]+)"/g)].map(([, text]) => text);
    expect(versions.length).toBeGreaterThan(4);
    expect(versions.filter((text) => !/^=\d+\.\d+\.\d+$/.test(text ?? ''))).toEqual([]);
    const packages = read('sidecar/host/Cargo.lock').split('[[package]]').slice(1);
    expect(packages.filter((text) => !/^checksum = "[0-9a-f]{64}"$/m.test(text))).toEqual([
      expect.stringContaining('name = "fargauge-sidecar"'),
    ]);
  });

  it('are looked after by Dependabot each day', () => {
    expect(read('.github/dependabot.yml')).toMatch(
      /package-ecosystem: cargo\n\s+directory: \/sidecar\/host\n\s+schedule:\n\s+interval: daily/,
    );
  });
});

describe('what images are made from', () => {
  it.each(DOCKERFILES)('is named by its digest in %s', (file) => {
    const text = read(file);
    const images = valuesOf(text, /^ARG (?=\w+_IMAGE=)/).map((given) => given.split('='));
    expect(images.filter(([, image = '']) => !IMAGE.test(image))).toEqual([]);
    const variables = images.map(([name]) => `\${${name}}`);
    const bases = valuesOf(text, /^FROM/).map((base) => base.split(' ')[0]);
    expect(bases).not.toEqual([]);
    // Which is nothing.
    const known = [...variables, 'scratch'];
    expect(bases.filter((base) => !known.includes(base ?? ''))).toEqual([]);
  });

  it('has the Node.js that the tests run with', () => {
    const { devDependencies } = JSON.parse(read('package.json'));
    const versions = DOCKERFILES.flatMap((file) =>
      valuesOf(read(file), /^ARG NODE_IMAGE=[^:]+:/),
    ).map((tag) => tag.split('-')[0]);
    expect(versions).toEqual([devDependencies.node, devDependencies.node]);
  });
});
