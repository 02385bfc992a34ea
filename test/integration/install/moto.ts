import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PYTHON, VENV } from '../support/places.ts';
import { run } from './command.ts';
import { requireTools } from './debian.ts';
import type { Part } from './part.ts';

const REQUIREMENTS = join(import.meta.dirname, 'requirements.txt');

/** The moto server, and cfn-lint and boto3, which it needs itself, in a virtual environment of its own. */
export const moto: Part = {
  name: 'the moto server, cfn-lint and boto3 (Python packages)',
  tests: [
    'aws/cfn-lint.test.ts',
    'aws/cloudwatch-metrics.test.ts',
    'cli-docker.test.ts',
    'aws/cross-account.test.ts',
    'aws/deploy.test.ts',
    'aws/lambda-ric.test.ts',
    'aws/moto.test.ts',
    'package/npm.test.ts',
    'package/release.test.ts',
    'outside-ecs.test.ts',
    'aws/shard-cycle.test.ts',
    'aws/state.test.ts',
    'survival.test.ts',
  ],
  folder: VENV,
  recipe: readFileSync(REQUIREMENTS, 'utf8'),
  install: () => {
    requireTools('python3', 'python3-venv');
    run('python3', ['-m', 'venv', VENV]);
    run(PYTHON, ['-m', 'pip', 'install', '--quiet', '--no-deps', '--requirement', REQUIREMENTS]);
    run(PYTHON, ['-m', 'pip', 'check']);
  },
};
