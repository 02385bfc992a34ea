import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { REPOSITORY } from '../../../infra/build/paths.ts';
import { FAST_START } from '../../fast-start.ts';

const run = promisify(execFile);

/** Loading the CDK and cdk-nag, bundling and checking takes seconds, more where other tests run beside it. */
const SLOW = 120_000;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fargauge-synth-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** `npm run synth` without a way to AWS: no credentials, no profile, no region. */
function synth(args: readonly string[], env: Readonly<Record<string, string>> = FAST_START) {
  return npmRun('synth', args, env);
}

function npmRun(script: string, args: readonly string[], env: Readonly<Record<string, string>>) {
  const { PATH, HOME = folder } = process.env;
  return run(
    'npm',
    ['run', script, '--', '--no-notices', '--output', join(folder, 'out'), ...args],
    {
      cwd: REPOSITORY,
      env: { PATH, HOME, AWS_EC2_METADATA_DISABLED: 'true', CI: 'true', ...env },
    },
  );
}

describe('cdk synth', () => {
  it(
    'makes the stack without access to AWS',
    async () => {
      const { stderr } = await synth(['--context', 'leftovers=true'], {});
      expect(stderr).toMatch(/^The resources that stay cost nothing of their own\. /m);
      expect(stderr).not.toContain('costs a month');
      const template = JSON.parse(
        await readFile(join(folder, 'out/Fargauge.template.json'), 'utf8'),
      );
      const types = Object.values<{ Type: string }>(template.Resources).map(({ Type }) => Type);
      expect(types).toEqual(
        expect.arrayContaining([
          'AWS::Lambda::Function',
          'AWS::Scheduler::Schedule',
          'AWS::ECS::TaskDefinition',
          'AWS::CloudWatch::Alarm',
        ]),
      );
    },
    SLOW,
  );

  it(
    'says what is wrong with the settings, and nothing else',
    async () => {
      await expect(synth(['--context', 'cluster=prod'])).rejects.toMatchObject({
        code: 1,
        stderr: expect.stringContaining(
          'The settings cannot be used:\n' +
            '  context key vpcId: expected a value, because cluster is set; got nothing\n' +
            '  context key subnetIds: expected a value, because cluster is set; got nothing\n',
        ),
      });
    },
    SLOW,
  );

  it(
    'says which alarm cannot be, and nothing else',
    async () => {
      const rules = join(folder, 'rules.yaml');
      await writeFile(rules, 'emf_processor: {metric_namespace: Shop}\n');
      const settings = {
        cluster: 'prod',
        vpcId: 'vpc-0123456789abcdef0',
        subnetIds: 'subnet-0123456789abcdef0',
        services: 'checkout',
        configFile: rules,
      };
      const context = Object.entries(settings).flatMap(([key, value]) => [
        '--context',
        `${key}=${value}`,
      ]);
      await expect(synth(context)).rejects.toMatchObject({
        code: 1,
        stderr: expect.stringMatching(
          /^\[Fargauge\/Alarms-checkout\/TaskCpu\] No rule of .*rules\.yaml publishes the metric ee_task_cpu_utilization_percent$/m,
        ),
      });
    },
    SLOW,
  );
});

it('npm run destroy has the app say what stays', async () => {
  const { scripts } = JSON.parse(await readFile(join(REPOSITORY, 'package.json'), 'utf8'));
  expect(scripts.destroy).toBe('cdk destroy --context leftovers=true');
});

describe('npm run deploy', () => {
  it(
    'shows the price of a month before it turns to AWS',
    async () => {
      await expect(npmRun('deploy', ['--method=direct'], FAST_START)).rejects.toMatchObject({
        code: 1,
        stderr: expect.stringMatching(
          /Monthly cost of this deployment, [\s\S]* in all\n[\s\S]*(credentials|Unable to resolve AWS account)/,
        ),
      });
    },
    SLOW,
  );
});
