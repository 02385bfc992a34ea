import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { REPOSITORY } from '../../infra/build/paths.ts';
import { loadConfig } from '../../lambda/config/load.ts';
import { collectorBundle, sidecarBundle } from '../bundles.ts';
import { runToEnd } from '../integration/support/child.ts';
import { GUIDES, Guide } from './guide.ts';
import { type Journey, startJourney, synthesize } from './journey.ts';

const TSC = join(REPOSITORY, 'node_modules/typescript/bin/tsc');

/** What the CDK says of the services and images of an app. */
const OF_CDK = /\[ack: @aws-cdk\//;

/** Configurations of Fargauge. Rules and `.yml` are for a Prometheus: the integration tests of the guides run them. */
const DOCUMENT = /(?<!rules)\.(json|yaml)$/;

/** Each app loads the CDK. */
const SLOW = 240_000;

const journeys = new Map<string, Journey>();

beforeAll(async () => {
  await Promise.all([collectorBundle(), sidecarBundle()]);
  for (const page of GUIDES) journeys.set(page, await startJourney(page, { checksOut: false }));
  await synthesize(
    [...journeys.values()].flatMap(({ folder, guide }) =>
      programsOf(guide).map((path) => join(folder, path)),
    ),
  );
}, SLOW);
afterAll(async () => {
  for (const journey of journeys.values()) await journey[Symbol.asyncDispose]();
});

describe.each(GUIDES)('%s', (page) => {
  const guide = new Guide(page);
  const files = guide.marked('file').map(({ path }) => path);
  const apps = programsOf(guide);
  const journey = () => journeys.get(page)!;

  it('has no block to copy that is not tried', () => {
    expect(guide.unmarked).toEqual([]);
  });

  const others = guide.marked('tested by').map(({ path }) => path);
  if (others.length > 0) {
    it.each(others)('leaves blocks to %s, which is there', (path) => {
      expect(existsSync(join(REPOSITORY, path))).toBe(true);
    });
  }

  const parts = guide.marked('part of');
  if (parts.length > 0) {
    it.each(parts.map(({ path, text }) => [path, text]))('shows lines of %s', (path, text) => {
      const lines = linesOf(readFileSync(join(REPOSITORY, path), 'utf8'));
      let position = -1;
      for (const line of linesOf(text)) {
        const found = lines.indexOf(line, position + 1);
        expect({ line, found: found > position }).toEqual({ line, found: true });
        position = found;
      }
    });
  }

  if (apps.length > 0) {
    it.each(apps)('%s synthesizes without a warning of ours', async (path) => {
      const { templates, warnings } = await journey().assembly(`${path}.out`);
      expect(Object.keys(templates).length).toBeGreaterThan(0);
      expect(warnings.filter((warning) => !OF_CDK.test(warning))).toEqual([]);
    });
  }

  const documents = files.filter((path) => DOCUMENT.test(path) && !partner(path, files));
  if (documents.length > 0) {
    it.each(documents)('%s is a configuration without a warning', async (path) => {
      const { warnings } = await loadConfig({
        config: { path: join(journey().folder, path) },
        ...prometheusOf(path, files, journey().folder),
        env: { FARGAUGE_CLUSTER: 'shop' },
        readFile: (file) => readFile(file, 'utf8'),
      });
      expect(warnings).toEqual([]);
    });
  }
});

describe('the programs of the guides', () => {
  it(
    'are right by their types',
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'fargauge-guides-'));
      await symlink(join(REPOSITORY, 'node_modules'), join(folder, 'node_modules'));
      for (const page of GUIDES) {
        for (const { path, text } of new Guide(page).marked('file').filter(isProgram)) {
          const file = join(folder, basename(page, '.md'), path);
          await mkdir(dirname(file), { recursive: true });
          await writeFile(file, text);
        }
      }
      const options = {
        ...{ module: 'nodenext', target: 'es2024', strict: true, noEmit: true, types: ['node'] },
        ...{ skipLibCheck: true, allowImportingTsExtensions: true, erasableSyntaxOnly: true },
        paths: { fargauge: [join(REPOSITORY, 'infra/index.ts')] },
      };
      await writeFile(
        join(folder, 'tsconfig.json'),
        JSON.stringify({ compilerOptions: options, include: ['*/**/*.ts'] }),
      );
      await writeFile(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
      const { code, stdout } = await runToEnd(process.execPath, [TSC, '--project', folder]);
      await rm(folder, { recursive: true });
      expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    },
    SLOW,
  );
});

function isProgram({ path }: { readonly path: string }): boolean {
  return path.endsWith('.ts');
}

function programsOf(guide: Guide): readonly string[] {
  return guide
    .marked('file')
    .filter(isProgram)
    .map(({ path }) => path);
}

function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** Whether a file is the Prometheus file of an agent's JSON beside it. */
function partner(path: string, files: readonly string[]): boolean {
  return files.includes(path.replace('prometheus', 'cwagent').replace(/yaml$/, 'json'));
}

function prometheusOf(path: string, files: readonly string[], folder: string) {
  const prometheus = path.replace('cwagent', 'prometheus').replace(/json$/, 'yaml');
  if (prometheus === path || !files.includes(prometheus)) return {};
  return { prometheusConfig: { path: join(folder, prometheus) } };
}
