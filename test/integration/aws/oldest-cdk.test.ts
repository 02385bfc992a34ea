import { cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type AppStack, EXAMPLES, stacksIn, synthesize } from '../../infra/apps.ts';
import { run } from '../install/command.ts';
import {
  copyWithCdkOf,
  installedVersion,
  installWithOldestCdk,
  oldestCdk,
} from '../support/installed-package.ts';
import { ROOT } from '../support/places.ts';

/** An installation, a type check, and the tests of all constructs. */
const SLOW = 1_200_000;

/** Tests of cdk-nag, of the repository's own app, which uses it, and of the package itself, whose sources need a recent CDK. */
const NEED_A_RECENT_CDK = [
  'nag.test',
  'synth.test',
  'package.test',
  'infra/app/',
  'fargauge-stack.test',
  // Older versions know no Managed Instances.
  'instance-daemon.test',
];

/** Tests of what no version of the CDK changes: bundles, settings and prices of the app, and what policies mean to the function. */
const SAME_WITH_ANY_CDK = [
  'bundle.test',
  'settings.test',
  'relabel-forecast.test',
  'infra/price/',
  'infra/iam/',
  'collector-policy.test',
];

const NODE_MODULES = join(ROOT, 'node_modules');

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fargauge-oldest-cdk-'));
  await installWithOldestCdk(folder);
}, SLOW);
afterAll(() => rm(folder, { recursive: true }));

describe('the package, installed beside the oldest CDK that it takes', () => {
  it('brings along what the constructs import, and no AWS SDK', () => {
    const installed = readdirSync(join(folder, 'node_modules')).filter((name) =>
      /^[@\w]/.test(name),
    );
    const types = ['@types', 'undici-types'];
    expect(installed.filter((name) => !types.includes(name))).toEqual([
      '@aws-cdk',
      'aws-cdk-lib',
      'constructs',
      'fargauge',
      're2js',
      'yaml',
      'zod',
    ]);
  });

  it('is beside the oldest', () => {
    const versions = Object.keys(oldestCdk()).map((name) => [name, installedVersion(folder, name)]);
    expect(Object.fromEntries(versions)).toEqual(oldestCdk());
  });

  it.each(EXAMPLES)(
    'has the same resources in $name as with the newest',
    async (example) => {
      cpSync(join(ROOT, dirname(example.program)), join(folder, dirname(example.program)), {
        recursive: true,
      });
      const outdir = join(folder, 'out', example.name);
      run(process.execPath, [example.program], {
        cwd: folder,
        env: { CDK_OUTDIR: outdir, CDK_CONTEXT_JSON: '{}' },
      });
      const newest = await synthesize(example, join(folder, 'newest', example.name));
      expect((await stacksIn(outdir)).map(typesOf)).toEqual(newest.map(typesOf));
    },
    SLOW,
  );

  it(
    'has types under which the examples are right',
    () => {
      cpSync(join(ROOT, 'examples/cdk'), join(folder, 'typed'), { recursive: true });
      writeFileSync(
        join(folder, 'tsconfig.json'),
        JSON.stringify({
          compilerOptions: {
            module: 'nodenext',
            target: 'es2022',
            strict: true,
            noEmit: true,
            types: ['node'],
          },
          include: ['typed'],
        }),
      );
      run(process.execPath, [join(NODE_MODULES, 'typescript/bin/tsc')], { cwd: folder });
    },
    SLOW,
  );
});

describe('the tests of the constructs', () => {
  it(
    'pass with the oldest CDK',
    () => {
      const copy = join(folder, 'repository');
      mkdirSync(copy);
      copyWithCdkOf(folder, copy);
      run(
        process.execPath,
        [
          join(NODE_MODULES, 'jest/bin/jest.js'),
          '--testPathPatterns=test/infra',
          `--testPathIgnorePatterns=${[...NEED_A_RECENT_CDK, ...SAME_WITH_ANY_CDK].join('|')}`,
          // As cdk-nag has tests in other files, too.
          '--testNamePattern=^((?!cdk-nag).)*$',
        ],
        { cwd: copy },
      );
    },
    SLOW,
  );
});

/** The type of each resource, by its logical id. */
function typesOf({ name, template }: AppStack): unknown {
  const resources = Object.entries(template.Resources ?? {});
  return [name, Object.fromEntries(resources.map(([id, { Type }]) => [id, Type]))];
}
