import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { REPOSITORY } from '../../../infra/build/paths.ts';
import { FAST_START } from '../../fast-start.ts';
import type { SynthesisAnswer, SynthesisRequest } from './synthesize.ts';

const PROGRAM = join(import.meta.dirname, 'synthesize.ts');
const OWN_CONSTRUCTS = join(import.meta.dirname, '../own-constructs.ts');

/**
 * Synthesizes CDK apps, each into its folder, in one process without credentials. Loading the CDK takes longer than all of them.
 *
 * @param constructs those that are written here, or those of the package that is installed beside an app
 * @returns for each, in their order, what is wrong with it; undefined where its assembly is there
 */
export async function runSynthesis(
  requests: readonly SynthesisRequest[],
  constructs: 'own' | 'installed' = 'own',
): Promise<readonly (string | undefined)[]> {
  const { answers, stderr } = await run(requests, constructs);
  return requests.map(({ folder }, index) => {
    const { problem } = answers[index] ?? {};
    return problem ?? (existsSync(join(folder, 'manifest.json')) ? undefined : stderr);
  });
}

/** What cdk-nag's AwsSolutions pack finds in CDK apps, in their order. @throws Error where one is not synthesized */
export async function findingsOf(
  requests: readonly SynthesisRequest[],
): Promise<readonly (readonly string[])[]> {
  const { answers, stderr } = await run(
    requests.map((request) => ({ ...request, asFindings: true })),
    'own',
  );
  return requests.map(({ program }, index) => {
    const { findings, problem = stderr } = answers[index] ?? {};
    if (findings === undefined) throw new Error(`${program} is not synthesized: ${problem}`);
    return findings;
  });
}

async function run(requests: readonly SynthesisRequest[], constructs: 'own' | 'installed') {
  const { PATH, HOME } = process.env;
  const running = promisify(execFile)(
    process.execPath,
    [...(constructs === 'own' ? [`--import=${pathToFileURL(OWN_CONSTRUCTS).href}`] : []), PROGRAM],
    {
      cwd: REPOSITORY,
      env: { PATH, HOME, ...FAST_START },
    },
  );
  running.child.stdin?.end(JSON.stringify(requests));
  const { stdout, stderr } = await running.catch(
    (error) => error as { stdout: string; stderr: string },
  );
  const answers: SynthesisAnswer[] = [];
  for (const line of stdout.split('\n').filter((each) => each.startsWith('{"index"'))) {
    const answer: SynthesisAnswer = JSON.parse(line);
    answers[answer.index] = answer;
  }
  return { answers, stderr };
}
