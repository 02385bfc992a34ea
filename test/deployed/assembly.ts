import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from '../../infra/build/paths.ts';
import { type CdkApp, stacksIn } from '../infra/apps.ts';
import { OWN } from '../infra/iam/collector-cases.ts';
import {
  type Place,
  type TemplateBody,
  TemplateValues,
} from '../infra/iam/evaluation/template-values.ts';
import { runSynthesis } from '../infra/synthesis/run.ts';
import type { SynthesisRequest } from '../infra/synthesis/synthesize.ts';

/** A stack as CloudFormation would deploy it. */
export interface DeployedStack {
  readonly name: string;
  readonly at: Place;
  readonly values: TemplateValues;
}

/** The stacks of a synthesized app. */
export interface Assembly {
  /** Where the assets lie. */
  readonly folder: string;
  readonly stacks: readonly DeployedStack[];
}

/** The manifest of an assembly, as far as it is read. */
interface Manifest {
  readonly artifacts: Readonly<Record<string, { readonly environment?: string }>>;
}

/** A stack that is bound to an account and a Region. */
const BOUND = /^aws:\/\/(\d{12})\/([a-z]+-[a-z-]+-\d)$/;

/** Of the app itself, as `cdk.json` has it; the examples have none. */
const APP_CONTEXT = JSON.parse(readFileSync(join(REPOSITORY, 'cdk.json'), 'utf8')).context;

/**
 * Synthesizes apps into folders of `folder`. What comes of an app, by its name, is an assembly or what is wrong with the app.
 * The bundle of the collector must be there.
 */
export async function synthesizeAll(
  apps: readonly CdkApp[],
  folder: string,
): Promise<ReadonlyMap<string, Assembly | Error>> {
  const requests = apps.map(
    ({ program, context = {} }, index): SynthesisRequest => ({
      program: join(REPOSITORY, program),
      folder: join(folder, String(index)),
      cwd: REPOSITORY,
      context: { ...(program.startsWith('infra/') ? APP_CONTEXT : {}), ...context },
    }),
  );
  const problems = await runSynthesis(requests);
  const made = requests.map(
    async ({ folder: ofApp }, index): Promise<readonly [string, Assembly | Error]> => {
      const problem = problems[index];
      const name = apps[index]?.name ?? '';
      if (problem === undefined) return [name, await assemblyIn(ofApp)];
      return [name, new Error(`${name} is not synthesized: ${problem}`)];
    },
  );
  return new Map(await Promise.all(made));
}

async function assemblyIn(folder: string): Promise<Assembly> {
  const { artifacts }: Manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
  const stacks: DeployedStack[] = [];
  const imported = (name: string) => exportsOf(templates, stacks).get(name);
  const templates = await stacksIn(folder);
  for (const { name, template } of templates) {
    const [, account = OWN.account, region = OWN.region] =
      BOUND.exec(artifacts[name]?.environment ?? '') ?? [];
    const at = { account, region };
    stacks.push({ name, at, values: new TemplateValues(template, at, imported) });
  }
  return { folder, stacks };
}

/** What the stacks of an app export to each other. */
function exportsOf(
  templates: readonly { readonly template: TemplateBody }[],
  stacks: readonly DeployedStack[],
): ReadonlyMap<string, unknown> {
  return new Map(
    templates.flatMap(({ template: { Outputs = {} } }, index) =>
      Object.values(Outputs).flatMap(({ Value, Export }) => {
        const { values } = stacks[index] ?? {};
        return Export && values
          ? [[String(values.valueOf(Export.Name)), values.valueOf(Value)] as const]
          : [];
      }),
    ),
  );
}
