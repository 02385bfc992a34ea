import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { REPOSITORY } from '../../../infra/build/paths.ts';
import { collectorBundle } from '../../bundles.ts';
import { stacksIn } from '../../infra/apps.ts';
import { runSynthesis } from '../../infra/synthesis/run.ts';
import { runToEnd } from '../../integration/support/child.ts';
import { type Folder, fargauge, temporaryFolder } from '../fargauge.ts';

const TSC = join(REPOSITORY, 'node_modules/typescript/bin/tsc');
const KEYCLOAK = join(REPOSITORY, 'examples/cdk/keycloak');

/** Each app loads the CDK. */
const SLOW = 240_000;

let folder: Folder;

beforeEach(async () => {
  folder = await temporaryFolder();
});

afterEach(() => folder.remove());

const AGENT = [
  ...['--config', join(KEYCLOAK, 'cwagent.json')],
  ...['--prometheus-config', join(KEYCLOAK, 'prometheus.yaml')],
  ...['--cluster', 'identity'],
];

describe('`fargauge init`', () => {
  it('writes a configuration that validate accepts, and says what became of the source', async () => {
    const directory = folder.path('new/place');
    const { code, stdout, stderr } = await fargauge(['init', ...AGENT, '--directory', directory]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect((await readdir(directory)).sort()).toEqual(['app.ts', 'fargauge.yaml']);
    expect(stdout).toMatch(
      /^taken: logs\.metrics_collected\.prometheus\.ecs_service_discovery: as ecs_service_discovery$/m,
    );
    expect(stdout).toMatch(new RegExp(`\nwritten: ${directory}/fargauge.yaml\n`));
    const path = join(directory, 'fargauge.yaml');
    expect(await fargauge(['validate', '--strict', path])).toMatchObject({
      code: 0,
      stdout: `${path}: ok\n`,
    });
  });

  it('overwrites nothing', async () => {
    const path = await folder.file('app.ts', 'mine');
    const { code, stderr } = await fargauge(['init', '--directory', folder.path('.')]);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: `${path}: expected no such file, given one that exists; use another --directory\n`,
    });
    expect(await readdir(folder.path('.'))).toEqual(['app.ts']);
    expect(await readFile(path, 'utf8')).toBe('mine');
  });

  it.each<[string, readonly string[], string]>([
    ['a source that is not there', ['--adot', '/nonexistent/adot.yaml'], 'ENOENT'],
    ['a recording that is none', ['--recording', TSC], 'expected a recording of fargauge record'],
    ['two sources', [...AGENT, '--adot', 'a'], 'exclude each other'],
    [
      'a source without a cluster',
      AGENT.slice(0, 4),
      'expected the name or ARN of a cluster, here, in cluster_name or in the environment variable FARGAUGE_CLUSTER',
    ],
  ])('of %s writes nothing', async (_, args, message) => {
    const directory = folder.path('none');
    const { code, stderr } = await fargauge(['init', ...args, '--directory', directory]);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(await readdir(folder.path('.'))).toEqual([]);
  });

  it(
    'writes an app that is right by its types and synthesizes',
    async () => {
      await collectorBundle();
      const directory = folder.path('app');
      const out = folder.path('out');
      await mkdir(out);
      await symlink(join(REPOSITORY, 'node_modules'), folder.path('node_modules'));
      await fargauge(['init', ...AGENT, '--directory', directory]);
      const program = join(directory, 'app.ts');
      const [problem] = await runSynthesis([{ program, folder: out, cwd: directory }]);
      expect(problem).toBeUndefined();
      const [stack] = await stacksIn(out);
      const rules = Object.values(stack?.template.Resources ?? {}).filter(
        ({ Type }) => Type === 'AWS::EC2::SecurityGroupIngress',
      );
      // The port of `sd_metrics_ports`.
      expect(rules.map(({ Properties }) => Properties?.FromPort)).toEqual([8080]);

      const options = {
        ...{ module: 'nodenext', target: 'es2024', strict: true, noEmit: true, types: ['node'] },
        ...{ skipLibCheck: true, allowImportingTsExtensions: true, erasableSyntaxOnly: true },
        paths: { fargauge: [join(REPOSITORY, 'infra/index.ts')] },
      };
      const config = { compilerOptions: options, include: ['*.ts'] };
      await writeFile(join(directory, 'tsconfig.json'), JSON.stringify(config));
      await writeFile(join(directory, 'package.json'), JSON.stringify({ type: 'module' }));
      const { code, stdout } = await runToEnd(process.execPath, [TSC, '--project', directory]);
      expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    },
    SLOW,
  );
});
