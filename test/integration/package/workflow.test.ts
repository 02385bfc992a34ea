import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { bundleCollector } from '../../../infra/build/bundle.ts';
import { bundleCli } from '../../../infra/build/command-line.ts';
import { compileConstructs } from '../../../infra/build/constructs.ts';
import { run } from '../install/command.ts';
import { runToEnd } from '../support/child.ts';
import { ACTIONLINT, ROOT } from '../support/places.ts';

const WORKFLOWS = ['ci.yml', 'release.yml'].map((name) => join(ROOT, '.github/workflows', name));

const SLOW = 300_000;

interface Step {
  readonly run?: string;
  readonly name?: string;
}

interface Workflow {
  readonly jobs: { readonly release: { readonly steps: readonly Step[] } };
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fargauge-workflow-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('actionlint', () => {
  it('has nothing to say of the workflows', async () => {
    const { code, stdout } = await runToEnd(ACTIONLINT, WORKFLOWS);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
  });

  it('says what is wrong with one', async () => {
    const [, release = ''] = WORKFLOWS;
    const broken = join(folder, 'broken.yml');
    await writeFile(broken, readFileSync(release, 'utf8').replace('needs: check', 'needs: chek'));
    expect((await runToEnd(ACTIONLINT, [broken])).stdout).toContain('"chek"');
  });
});

/**
 * The programs that a step cannot run here, because they change the machine or the world: each writes down how it was called. npm runs
 * the step that makes the files, with the section of the changelog that is not released yet.
 */
const STAND_INS = ['docker', 'gh', 'pip', 'rustup', 'sudo', 'npm'] as const;

const NPM = `
if [ "$1 $2" = 'run release' ]; then exec "$NODE" infra/release/release.ts "$4" Unreleased; fi
if [ "$1" = pack ]; then PATH="$REAL_PATH" exec npm "$@"; fi`;

describe('the release', () => {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const log = () => readFile(join(folder, 'log'), 'utf8');

  beforeAll(async () => {
    await Promise.all([bundleCollector(), bundleCli(), compileConstructs()]);
    const stand = join(folder, 'bin');
    await mkdir(stand);
    for (const name of STAND_INS) {
      const rest =
        name === 'npm' ? NPM : name === 'docker' ? '[ "$1" = login ] && cat >/dev/null' : '';
      const text = `#!/bin/bash\necho "${name} $*" >>"$LOG"\n${rest}\nexit 0\n`;
      await writeFile(join(stand, name), text);
      await chmod(join(stand, name), 0o755);
    }
    const [, release = ''] = WORKFLOWS;
    const { jobs } = parse(readFileSync(release, 'utf8')) as Workflow;
    for (const { run: script, name } of jobs.release.steps) {
      // Rust takes minutes: other tests build the programs.
      if (script === undefined || name === 'build') continue;
      run('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script], {
        cwd: ROOT,
        env: {
          PATH: [stand, process.env.PATH].join(delimiter),
          LOG: join(folder, 'log'),
          NODE: process.execPath,
          REAL_PATH: process.env.PATH ?? '',
          REGISTRY: 'registry.example',
          GITHUB_TOKEN: 'token',
          GITHUB_ACTOR: 'maintainer',
          GITHUB_REPOSITORY: 'fargauge/fargauge',
          GITHUB_REF_NAME: `v${version}`,
        },
      });
    }
  }, SLOW);

  it('makes images for both architectures, with their parts and their origin, of Dockerfiles that are there', async () => {
    const builds = (await log())
      .split('\n')
      .filter((line) => line.startsWith('docker buildx build'));
    expect(builds).toHaveLength(2);
    for (const build of builds) {
      expect(build).toContain('--platform linux/amd64,linux/arm64');
      expect(build).toMatch(/--sbom=true --provenance=mode=max/);
      expect(build).toMatch(new RegExp(`registry.example/fargauge/fargauge/\\w+:${version}`));
      const [, file = ''] = /--file (\S+)/.exec(build) ?? [];
      expect(existsSync(join(ROOT, file))).toBe(true);
    }
  });

  it('publishes the package with its provenance, and keeps no secret', async () => {
    expect(await log()).toMatch(
      new RegExp(
        `^npm publish --provenance --access public dist/release/fargauge-${version}.tgz$`,
        'm',
      ),
    );
    expect(readFileSync(WORKFLOWS[1]!, 'utf8')).not.toContain('secrets.');
  });

  it('has files to download that are there, with their checksums and notes', async () => {
    const [created = ''] = (await log()).split('\n').filter((line) => line.startsWith('gh '));
    const files = created.split(' ').filter((word) => word.startsWith('dist/release/'));
    expect(files.map((file) => file.replace(/^dist\/release\//, '')).sort()).toEqual([
      'SHA256SUMS',
      `fargauge-${version}.tgz`,
      'fargauge-lambda.zip',
      'fargauge.template.json',
      expect.stringMatching(new RegExp(`^fargauge_${version}_(amd64|arm64)\\.deb$`)),
      'notes.md',
    ]);
    for (const file of files) expect(existsSync(join(ROOT, file))).toBe(true);
    expect(readFileSync(join(ROOT, 'dist/release/notes.md'), 'utf8')).toMatch(/^### Added\n/);
  });
});
