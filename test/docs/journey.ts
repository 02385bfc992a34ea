import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { REPOSITORY } from '../../infra/build/paths.ts';
import { FAST_START } from '../fast-start.ts';
import type { TemplateBody } from '../infra/iam/evaluation/template-values.ts';
import { runSynthesis } from '../infra/synthesis/run.ts';
import { type Finished, runToEnd } from '../integration/support/child.ts';
import { Guide } from './guide.ts';

/** What a reader's checkout has, as far as the guides use it. */
const CHECKED_OUT = [
  ...['cli', 'examples', 'grafana', 'infra', 'lambda', 'price', 'schema', 'sidecar'],
  ...['cdk.context.json', 'cdk.json', 'package.json', 'tsconfig.json', 'tsconfig.package.json'],
];

/** Gives a program the constructs as they are written here where it imports the package. */
const PACKAGE = pathToFileURL(join(import.meta.dirname, '../infra/own-constructs.ts')).href;

/** What a CDK app of one's own has, as `cdk init` makes it. */
const OWN_APP = {
  'cdk.json': JSON.stringify({ app: 'node app.ts' }),
  'package.json': JSON.stringify({ name: 'shop', private: true, type: 'module' }),
};

type Environment = Readonly<Record<string, string>>;

/**
 * A reader who follows a guide in a folder that has the checkout of this repository as `fargauge`, beside the files of the guide.
 * Ends with `await using`.
 */
export interface Journey extends AsyncDisposable {
  readonly guide: Guide;
  readonly folder: string;
  /** The text of a file of the guide. */
  file(path: string): Promise<string>;
  /** Runs the next commands of the guide as they stand, but for the addresses, which are those of nobody. */
  runNext(env?: Environment, addresses?: Readonly<Record<string, string>>): Promise<Finished>;
  /** The commands that have not been run. */
  readonly remaining: readonly string[];
  /** What a command of the guide, or `synthesize`, has made of a CDK app in this folder. */
  assembly(folder: string): Promise<Synthesized>;
  /** Makes an assembly of each CDK app, in `PROGRAM.out`. @throws Error with what one says where it fails */
  synthesize(...programs: readonly string[]): Promise<void>;
}

/** A synthesized app. */
export interface Synthesized {
  /** By the names of its stacks. */
  readonly templates: Readonly<Record<string, TemplateBody>>;
  readonly warnings: readonly string[];
}

/**
 * @param page from the top of the repository
 * @param checksOut whether the checkout is there, which the commands of most guides need
 */
export async function startJourney(page: string, { checksOut = true } = {}): Promise<Journey> {
  const guide = new Guide(page);
  const folder = await mkdtemp(join(tmpdir(), 'fargauge-guide-'));
  if (checksOut) await checkOut(join(folder, 'fargauge'));
  const files = guide.marked('file');
  for (const { path, text } of files) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
  for (const app of new Set(files.map(({ path }) => dirname(path)))) {
    await makeOwnApp(join(folder, app));
  }
  const commands = [...guide.marked('run in')];
  return {
    guide,
    folder,
    file: (path) => readFile(join(folder, path), 'utf8'),
    runNext: (env = {}, addresses = {}) => {
      const next = commands.shift();
      if (next === undefined) throw new Error(`${page} has no more commands`);
      const text = Object.entries(addresses).reduce(
        (script, [given, real]) => script.replaceAll(given, real),
        next.text,
      );
      return runIn(join(folder, next.path), text, env);
    },
    get remaining() {
      return commands.map(({ text }) => text);
    },
    assembly: (name) => assemblyIn(join(folder, name)),
    synthesize: (...programs) => synthesize(programs.map((program) => join(folder, program))),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}

async function checkOut(folder: string): Promise<void> {
  await mkdir(folder);
  for (const name of CHECKED_OUT) {
    await cp(join(REPOSITORY, name), join(folder, name), { recursive: true });
  }
  await symlink(join(REPOSITORY, 'node_modules'), join(folder, 'node_modules'));
}

async function makeOwnApp(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, text] of Object.entries(OWN_APP)) await writeFile(join(folder, name), text);
  await symlink(join(REPOSITORY, 'node_modules'), join(folder, 'node_modules'));
}

/** Synthesizes CDK apps, each in its folder and into `PROGRAM.out`. @throws Error with all that is wrong with them */
export async function synthesize(programs: readonly string[]): Promise<void> {
  const problems = await runSynthesis(
    programs.map((program) => ({ program, folder: `${program}.out`, cwd: dirname(program) })),
  );
  const wrong = problems.flatMap((problem, index) =>
    problem === undefined ? [] : [`${programs[index]} is not synthesized: ${problem}`],
  );
  if (wrong.length > 0) throw new Error(wrong.join('\n'));
}

async function assemblyIn(folder: string): Promise<Synthesized> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json'));
  const texts = await Promise.all(
    names.map(async (name) => [name, await readFile(join(folder, name), 'utf8')] as const),
  );
  return {
    templates: Object.fromEntries(
      texts
        .filter(([name]) => name.endsWith('.template.json'))
        .map(([name, text]) => [name.replace('.template.json', ''), JSON.parse(text)]),
    ),
    warnings: texts.flatMap(([, text]) =>
      Array.from(
        text.matchAll(/"type": *"aws:cdk:warning",\s*"data": *("[^\n]*")/g),
        ([, data = '']) => JSON.parse(data) as string,
      ),
    ),
  };
}

function runIn(folder: string, script: string, env: Environment): Promise<Finished> {
  const { PATH = '' } = process.env;
  const ofRepository = {
    ...surroundings(),
    PATH: `${join(REPOSITORY, 'node_modules/.bin')}:${PATH}`,
  };
  const there = `cd '${folder}'\n${script}`;
  return runToEnd('bash', ['-euo', 'pipefail', '-c', there], { ...ofRepository, ...env });
}

/** No credentials, no Region, nothing of the test runner. */
function surroundings(): Record<string, string> {
  return {
    HOME: '/nonexistent',
    AWS_EC2_METADATA_DISABLED: 'true',
    CI: 'true',
    NO_COLOR: '1',
    NODE_OPTIONS: `--import=${PACKAGE}`,
    ...FAST_START,
    npm_config_cache: join(tmpdir(), 'npm-cache'),
    npm_config_update_notifier: 'false',
  };
}
