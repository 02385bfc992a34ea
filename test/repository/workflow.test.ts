import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { REPOSITORY } from '../../infra/build/paths.ts';

const INSTALL = 'test/integration/install';

/**
 * Debian packages whose programs the runner has, from these packages or others:
 * https://github.com/actions/runner-images/blob/main/images/ubuntu/Ubuntu2404-Readme.md
 */
const IN_RUNNER: ReadonlySet<string> = new Set([
  ...['g++', 'cmake', 'make', 'xz-utils', 'python3', 'python3-venv', 'docker.io', 'systemd'],
  ...['rustc-web', 'cargo-web', 'chromium'],
]);

interface Workflow {
  readonly jobs: { readonly linux: { readonly steps: readonly { readonly run?: string }[] } };
}

it('the workflow installs as root the Debian packages that the integration tests need and its runner lacks', () => {
  const needed = globSync(`${INSTALL}/*.ts`, { cwd: REPOSITORY })
    .map((file) => readFileSync(join(REPOSITORY, file), 'utf8'))
    .flatMap((text) => [...text.matchAll(/\brequireTools\(([^.)]+)\)/g)])
    .flatMap(([, names = '']) => [...names.matchAll(/'([^']+)'/g)].map(([, name = '']) => name));
  const lacking = [...new Set(needed)].filter((name) => !IN_RUNNER.has(name)).sort();
  const { jobs } = parse(
    readFileSync(join(REPOSITORY, '.github/workflows/ci.yml'), 'utf8'),
  ) as Workflow;
  const commands = jobs.linux.steps.flatMap(({ run }) => run ?? []);
  const installed = commands.flatMap((command) => {
    const [, names] = /^sudo apt-get install (?:--\S+ )*(.+)$/.exec(command) ?? [];
    return names?.split(' ') ?? [];
  });

  expect(lacking).toContain('qemu-user-static');
  expect(installed.sort()).toEqual(lacking);
});
