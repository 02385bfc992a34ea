import { readdirSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { REPOSITORY } from '../../infra/build/paths.ts';
import type { TemplateBody } from './iam/evaluation/template-values.ts';
import { runSynthesis } from './synthesis/run.ts';

/** A CDK app of the repository: one of the examples, or the app itself. */
export interface CdkApp {
  readonly name: string;
  /** From the top of the repository. */
  readonly program: string;
  /** @default none */
  readonly context?: Readonly<Record<string, string>>;
}

/** A stack of an app. */
export interface AppStack {
  readonly name: string;
  /** Path of its template. */
  readonly file: string;
  readonly template: TemplateBody;
}

export const EXAMPLES_FOLDER = 'examples/cdk';

/** Each folder of the examples. */
export const EXAMPLES: readonly CdkApp[] = readdirSync(join(REPOSITORY, EXAMPLES_FOLDER), {
  withFileTypes: true,
})
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => ({ name, program: `${EXAMPLES_FOLDER}/${name}/app.ts` }));

/** All that the repository deploys. */
export const APPS: readonly CdkApp[] = [
  ...EXAMPLES,
  { name: 'the app for a trial', program: 'infra/app/app.ts' },
  {
    name: 'the app for a cluster that exists',
    program: 'infra/app/app.ts',
    context: {
      cluster: 'prod',
      vpcId: 'vpc-0123456789abcdef0',
      subnetIds: 'subnet-0123456789abcdef0,subnet-0123456789abcdef1',
      taskSecurityGroupIds: 'sg-0123456789abcdef0',
      services: 'checkout',
      otherLogGroups: '/ecs/one',
      alarmTopicArn: 'arn:aws:sns:eu-west-1:111122223333:people',
    },
  },
  { name: 'the app in shards', program: 'infra/app/app.ts', context: { shards: 'auto' } },
  { name: 'the app in many shards', program: 'infra/app/app.ts', context: { shards: '60' } },
];

/** Synthesizes an app into a folder. The bundle of the collector must be there. */
export async function synthesize(
  { program, context }: CdkApp,
  folder: string,
): Promise<AppStack[]> {
  const request = { program: join(REPOSITORY, program), folder, cwd: REPOSITORY };
  const [problem] = await runSynthesis([{ ...request, ...(context && { context }) }]);
  if (problem !== undefined) throw new Error(`${program} is not synthesized: ${problem}`);
  return stacksIn(folder);
}

/** The stacks of a synthesized app. */
export async function stacksIn(folder: string): Promise<AppStack[]> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.template.json'));
  return Promise.all(
    files.sort().map(async (name) => {
      const file = join(folder, name);
      const template = JSON.parse(await readFile(file, 'utf8')) as TemplateBody;
      return { name: name.replace('.template.json', ''), file, template };
    }),
  );
}
