import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bundleCollector, bundleSidecar } from '../../../infra/build/bundle.ts';
import { APPS, synthesize } from '../../infra/apps.ts';
import { runToEnd } from '../support/child.ts';
import { CFN_LINT } from '../support/places.ts';

/** Each app loads the CDK, and cfn-lint its schemas of all resources. */
const SLOW = 300_000;

/** What cfn-lint is not asked for, and why. */
const NOT_ASKED: Readonly<Record<string, string>> = {
  W3005: 'The CDK writes the dependencies on roles and policies down that the template shows too.',
  W3010:
    'Without access to AWS the CDK does not know the zones of an account that a stack is bound to, and writes dummy1a.',
};

interface Finding {
  readonly Rule: { readonly Id: string };
  readonly Message: string;
  readonly Location: { readonly Path: readonly (string | number)[] };
}

let folder: string;
/** The templates of each app, by its name. */
const files = new Map<string, readonly string[]>();
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fargauge-cfn-lint-'));
  await Promise.all([bundleCollector(), bundleSidecar()]);
  for (const app of APPS) {
    const stacks = await synthesize(app, join(folder, app.name));
    files.set(
      app.name,
      stacks.map(({ file }) => file),
    );
  }
}, SLOW);
afterAll(() => rm(folder, { recursive: true }));

describe('cfn-lint finds nothing in the templates of', () => {
  it.each(APPS.map(({ name }) => name))(
    '%s',
    async (name) => {
      const templates = files.get(name) ?? [];
      expect(templates).not.toEqual([]);
      expect(await lint(templates)).toEqual([]);
    },
    SLOW,
  );
});

it(
  'cfn-lint is not asked for more than the CDK makes necessary',
  async () => {
    const found = (await lint([...files.values()].flat(), [])).map((line) => line.split(' ')[0]);
    expect([...new Set(found)].sort()).toEqual(Object.keys(NOT_ASKED).sort());
  },
  SLOW,
);

it(
  'cfn-lint does find what is wrong',
  async () => {
    const file = join(folder, 'wrong.json');
    const Properties = { Runtime: 'nodejs0.x' };
    await writeFile(
      file,
      JSON.stringify({ Resources: { F: { Type: 'AWS::Lambda::Function', Properties } } }),
    );
    expect(await lint([file])).toContainEqual(expect.stringContaining("'Code' is a required"));
  },
  SLOW,
);

/** A line for each finding, warnings included. */
async function lint(
  templates: readonly string[],
  ignored: readonly string[] = Object.keys(NOT_ASKED),
): Promise<string[]> {
  const { stdout, stderr } = await runToEnd(CFN_LINT, [
    ...['--format', 'json', '--regions', 'eu-west-1'],
    ...(ignored.length > 0 ? ['--ignore-checks', ...ignored] : []),
    ...['--', ...templates],
  ]);
  try {
    return (JSON.parse(stdout) as Finding[]).map(
      ({ Rule, Message, Location }) => `${Rule.Id} at ${Location.Path.join('/')}: ${Message}`,
    );
  } catch {
    throw new Error(`cfn-lint gave no report: ${stdout}${stderr}`);
  }
}
