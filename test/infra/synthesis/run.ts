import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { REPOSITORY } from '../../../infra/paths.ts';
import type { SynthesisAnswer, SynthesisRequest } from './synthesize.ts';

const PROGRAM = join(import.meta.dirname, 'synthesize.ts');

/**
 * Synthesizes CDK apps, each into its folder, in one process without credentials.
 *
 * @returns for each, in their order, what is wrong with it; undefined where its assembly is there
 */
export async function runSynthesis(
  requests: readonly SynthesisRequest[],
): Promise<readonly (string | undefined)[]> {
  const { PATH, HOME } = process.env;
  const running = promisify(execFile)(process.execPath, [PROGRAM], {
    cwd: REPOSITORY,
    env: { PATH, HOME },
  });
  running.child.stdin?.end(JSON.stringify(requests));
  const { stdout, stderr } = await running.catch(
    (error) => error as { stdout: string; stderr: string },
  );
  const answers = stdout.split('\n').flatMap((line) => {
    return line.startsWith('{"index"') ? [JSON.parse(line) as SynthesisAnswer] : [];
  });
  return requests.map(({ folder }, index) => {
    const { problem } = answers.find((each) => each.index === index) ?? {};
    return problem ?? (existsSync(join(folder, 'manifest.json')) ? undefined : stderr);
  });
}
