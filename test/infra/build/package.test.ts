import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import {
  cp,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';
import { compileConstructs } from '../../../infra/build/constructs.ts';
import { REPOSITORY } from '../../../infra/build/paths.ts';
import { cliBundle, collectorBundle, sidecarBundle } from '../../bundles.ts';
import { FAST_START } from '../../fast-start.ts';
import { runSynthesis } from '../synthesis/run.ts';

const run = promisify(execFile);

/** Compiling, packing and loading the CDK take seconds, more where other tests run beside it. */
const SLOW = 240_000;

const TSC = join(REPOSITORY, 'node_modules/typescript/bin/tsc');

const EXAMPLES = 'examples/cdk';

/** Bytes of all files, without the sidecar's programs, which a machine without Rust cannot make. */
const BUDGET = 5_000_000;

/** A folder outside of the repository with the package and what it depends on, as npm would install them. */
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fargauge-package-'));
  await Promise.all([collectorBundle(), sidecarBundle(), cliBundle(), compileConstructs()]);
  await install(await pack());
}, SLOW);
afterAll(() => rm(folder, { recursive: true }));

describe('the package', () => {
  it('has what is deployed, and nothing that is only tested', async () => {
    const files = await readdir(join(folder, 'node_modules/fargauge'), { recursive: true });
    expect(files).toEqual(
      expect.arrayContaining([
        'dist/cli/explore/index.html.gz',
        'dist/collector/ec2.mjs',
        'dist/collector/index.mjs',
        'dist/collector/sts.mjs',
        'dist/collector/yaml.mjs',
        'dist/sidecar/index.mjs',
        'dist/sidecar/Dockerfile',
        'dist/package/index.js',
        'dist/package/infra/index.d.ts',
        'dist/package/program.js',
        'docs/deploy.md',
        'docs/images/parts.svg',
        'examples/fargauge.service',
        'examples/node-exporter.yaml',
        'grafana/Dockerfile',
        'grafana/nodejs-application.json',
        'grafana/provisioning/dashboards/fargauge.yaml',
        'grafana/provisioning/datasources/amazon-managed-prometheus.yaml',
        'grafana/task-overview.json',
        'schema/fargauge.schema.json',
      ]),
    );
    expect(files.filter((file) => /\.map$|(^|\/)test(\/|$)/.test(file))).toEqual([]);
  });

  it('takes less than 5 MB', async () => {
    const installed = join(folder, 'node_modules/fargauge');
    const files = await readdir(installed, { recursive: true });
    const sizes = files
      .filter((file) => !/^dist\/sidecar\/(amd64|arm64)/.test(file))
      .map(async (file) => {
        const found = await lstat(join(installed, file));
        return found.isFile() ? found.size : 0;
      });
    const bytes = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
    expect(bytes).toBeLessThan(BUDGET);
  });

  it('has pages whose links lead to files of it', async () => {
    const installed = join(folder, 'node_modules/fargauge');
    const pages = (await readdir(installed, { recursive: true })).filter((file) =>
      /\.md$/.test(file),
    );
    expect(pages).toContain('README.md');
    const links = await Promise.all(
      pages.map(async (page) => {
        const text = await readFile(join(installed, page), 'utf8');
        const all = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, link = '']) => link);
        return all
          .filter((link) => !existsSync(join(installed, dirname(page), link)))
          .map((link) => `${page}: ${link}`);
      }),
    );
    expect(links.flat()).toEqual([]);
  });

  it('says where it comes from, and that npm is to prove it', async () => {
    const { repository, homepage, bugs, keywords, publishConfig } = JSON.parse(
      await readFile(join(folder, 'node_modules/fargauge/package.json'), 'utf8'),
    );
    const [, place = ''] = /^git\+(https:.*)\.git$/.exec(repository.url) ?? [];
    expect(place).not.toBe('');
    expect(homepage).toBe(`${place}#readme`);
    expect(bugs).toBe(`${place}/issues`);
    expect(keywords).toEqual(
      expect.arrayContaining(['awscdk', 'cdk', 'prometheus', 'cloudwatch', 'ecs']),
    );
    expect(publishConfig).toEqual({ access: 'public', provenance: true });
  });

  it('has a command that runs', async () => {
    const { bin, version } = JSON.parse(
      await readFile(join(folder, 'node_modules/fargauge/package.json'), 'utf8'),
    );
    const { stdout } = await run(
      join(folder, 'node_modules/fargauge', bin.fargauge),
      ['--version'],
      { cwd: folder, env: { PATH: `${dirname(process.execPath)}:${process.env.PATH}` } },
    );
    expect(stdout).toBe(`${version}\n`);
  });

  it('depends on what its modules import, and on nothing else', async () => {
    const imported = await importedPackages();
    const { dependencies, peerDependencies } = await manifest();
    expect(imported).toEqual(
      [...Object.keys(dependencies), ...Object.keys(peerDependencies)].sort(),
    );
    expect(Object.keys(dependencies)).toEqual(['re2js', 'yaml', 'zod']);
  });

  it.each([
    [
      'an ES module',
      'esm.mjs',
      "import { App, Stack } from 'aws-cdk-lib'; import * as fargauge from 'fargauge';",
    ],
    [
      'a CommonJS module',
      'commonjs.cjs',
      "const { App, Stack } = require('aws-cdk-lib'); const fargauge = require('fargauge');",
    ],
  ])(
    'gives the constructs, with their bundle, to %s in plain JavaScript',
    async (_, file, imports) => {
      await writeFile(
        join(folder, file),
        `${imports}
        const { Cluster } = ${file.endsWith('.cjs') ? "require('aws-cdk-lib/aws-ecs')" : "await import('aws-cdk-lib/aws-ecs')"};
        const stack = new Stack(new App(), 'Plain');
        const cluster = Cluster.fromClusterArn(stack, 'Cluster', 'arn:aws:ecs:eu-west-1:111122223333:cluster/prod');
        new fargauge.Collector(stack, 'Collector', { cluster });`,
      );
      const [template] = await synth(file);
      expect(resourceTypes(template)).toContain('AWS::Lambda::Function');
    },
    SLOW,
  );

  it('gives the dashboards of Grafana by their names', async () => {
    await writeFile(
      join(folder, 'grafana.mjs'),
      "import tasks from 'fargauge/grafana/task-overview.json' with { type: 'json' };\nprocess.stdout.write(tasks.uid);",
    );
    const { stdout } = await run(process.execPath, ['grafana.mjs'], { cwd: folder });
    expect(stdout).toBe('fargauge-tasks');
  });

  it(
    "lets a team's stack import the collector of another app",
    async () => {
      await writeFile(join(folder, 'team.ts'), TEAM);
      const [template] = await synth('team.ts');
      expect(JSON.stringify(template).match(/"Name":"fargauge-sidecar"/g)).toHaveLength(2);
    },
    SLOW,
  );

  it(
    'has types under which the examples are right',
    async () => {
      await cp(join(REPOSITORY, EXAMPLES), join(folder, 'examples'), { recursive: true });
      await writeFile(join(folder, 'examples/team.ts'), TEAM);
      await writeFile(
        join(folder, 'tsconfig.json'),
        JSON.stringify({
          compilerOptions: {
            module: 'nodenext',
            target: 'es2022',
            strict: true,
            noEmit: true,
            types: ['node'],
            skipLibCheck: true,
          },
          include: ['examples'],
        }),
      );
      await run(process.execPath, [TSC], { cwd: folder });
    },
    SLOW,
  );
});

/** The examples: the stacks of each, and what is in all of them. */
const TRIED: readonly (readonly [
  name: string,
  stacks: readonly string[],
  types: readonly string[],
])[] = [
  ['existing-cluster', ['ExistingCluster'], ['AWS::CloudWatch::Dashboard']],
  ['cloudwatch-otlp', ['CloudWatchOtlp'], ['AWS::CloudWatch::Alarm', 'AWS::CloudWatch::Dashboard']],
  [
    'grafana',
    ['Grafana'],
    ['AWS::APS::Workspace', 'AWS::ECS::Service', 'AWS::ElasticLoadBalancingV2::ListenerRule'],
  ],
  ['keycloak', ['Keycloak'], ['AWS::Lambda::Function']],
  ['keycloak-sidecar', ['KeycloakSidecar'], ['AWS::ECS::TaskDefinition']],
  ['demo-service', ['DemoService'], ['AWS::SNS::Topic', 'AWS::CloudWatch::Dashboard']],
  ['central-account', ['Workload', 'Central'], ['AWS::IAM::Role']],
  ['managed-prometheus', ['ManagedPrometheus'], ['AWS::APS::Workspace', 'AWS::Grafana::Workspace']],
  ['other-account', ['Monitoring', 'Workload'], ['AWS::IAM::Role']],
  [
    'managed-instances',
    ['ManagedInstances'],
    ['AWS::ECS::Daemon', 'AWS::ECS::DaemonTaskDefinition'],
  ],
];

/** A team's stack, whose collector belongs to another app: what the examples do not show. */
const TEAM = `
import { App, Stack } from 'aws-cdk-lib';
import { OpsItemSeverity, SnsAction, SsmAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Capability, Cluster, ContainerImage, FargateService, FargateTaskDefinition } from 'aws-cdk-lib/aws-ecs';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Collector, CollectorAlarms, CollectorDashboard, type ICollector, ServiceAlarms, TaskSidecarAspect, TaskSidecarExtension } from 'fargauge';

const app = new App();
const stack = new Stack(app, 'Team', { env: { account: '111122223333', region: 'eu-west-1' } });
const image = ContainerImage.fromRegistry('registry.example/image');
const tasks = ['Web', 'Worker'].map((id) => new FargateTaskDefinition(stack, id));
for (const task of tasks) task.addContainer('app', { image });
tasks[0]?.addExtension(new TaskSidecarExtension({ image, droppedCapabilities: [Capability.ALL], documents: true }));
TaskSidecarAspect.addTo(app, { image });

const vpc = new Vpc(stack, 'Vpc', { natGateways: 0 });
const cluster = new Cluster(stack, 'Cluster', { vpc });
const service = new FargateService(stack, 'Service', { cluster, taskDefinition: tasks[0]! });
const collector: ICollector = Collector.fromCollectorAttributes(stack, 'Collector', {
  functionName: 'collector',
  securityGroups: [SecurityGroup.fromSecurityGroupId(stack, 'Group', 'sg-0123456789abcdef0', { allowAllOutbound: false })],
});
collector.collectFrom(service);
const tell = new SnsAction(new Topic(stack, 'Tell'));
const open = new SsmAction(OpsItemSeverity.HIGH);
new ServiceAlarms(stack, 'Alarms', { service, collector, alarmActions: [tell, open], okActions: [tell] }).taskCpuAlarm();
new CollectorAlarms(stack, 'CollectorAlarms', { collector, alarmActions: [tell] }).deadLetters?.addOkAction(tell);
collector.metricTargetsDown({ label: 'down' }).createAlarm(stack, 'Down', { threshold: 1, evaluationPeriods: 1 });
new CollectorDashboard(stack, 'Dashboard', { collector, services: [service] });
`;

describe('the examples', () => {
  let problems: ReadonlyMap<string, string | undefined>;
  beforeAll(async () => {
    const requests = TRIED.map(([name]) => ({
      program: join(folder, name, 'app.ts'),
      folder: join(folder, 'out', name),
      cwd: folder,
    }));
    for (const [name] of TRIED) {
      await cp(join(REPOSITORY, EXAMPLES, name), join(folder, name), { recursive: true });
    }
    const found = await runSynthesis(requests, 'installed');
    problems = new Map(TRIED.map(([name], index) => [name, found[index]]));
  }, SLOW);

  it.each(TRIED)('%s synthesizes', async (name, stacks, types) => {
    expect(problems.get(name)).toBeUndefined();
    const templates = await templatesIn(join(folder, 'out', name));
    expect(templates).toHaveLength(stacks.length);
    for (const template of templates) {
      expect(resourceTypes(template)).toEqual(expect.arrayContaining([...types]));
    }
  });

  it('are all tried', async () => {
    const folders = await readdir(join(REPOSITORY, EXAMPLES));
    expect(TRIED.map(([name]) => name).sort()).toEqual(
      folders.filter((name) => name !== 'README.md').sort(),
    );
  });
});

/** The path of the archive that npm would publish. */
async function pack(): Promise<string> {
  const { stdout } = await run(
    'npm',
    ['pack', '--ignore-scripts', '--json', '--pack-destination', folder],
    { cwd: REPOSITORY },
  );
  const [{ filename }] = JSON.parse(stdout);
  return join(folder, filename);
}

/** Unpacks it, beside links to what it depends on. */
async function install(archive: string): Promise<void> {
  const installed = join(folder, 'node_modules/fargauge');
  await mkdir(installed, { recursive: true });
  await run('tar', ['--extract', '--file', archive, '--strip-components=1', '-C', installed]);
  const { dependencies, peerDependencies } = await manifest();
  for (const name of Object.keys({ ...dependencies, ...peerDependencies, '@types/node': '' })) {
    const link = join(folder, 'node_modules', name);
    await mkdir(dirname(link), { recursive: true });
    await symlink(join(REPOSITORY, 'node_modules', name), link);
  }
  await writeFile(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
}

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}

/** What the package says of itself. */
async function manifest(): Promise<Manifest> {
  const file = join(folder, 'node_modules/fargauge/package.json');
  return JSON.parse(await readFile(file, 'utf8'));
}

/** The packages that the constructs, and the program beside them, import when they run. */
async function importedPackages(): Promise<string[]> {
  const { metafile } = await build({
    absWorkingDir: join(folder, 'node_modules/fargauge/dist/package'),
    entryPoints: ['index.js', 'program.js'],
    outdir: 'out',
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
  });
  const names = Object.values(metafile.inputs)
    .flatMap(({ imports }) => imports)
    .filter(({ path, external }) => external && !isBuiltin(path))
    .map(({ path }) => packageName(path));
  return [...new Set(names)].sort();
}

function packageName(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/** The templates of the stacks that a program makes. */
async function synth(program: string): Promise<Template[]> {
  const outdir = join(folder, 'out', program);
  const { PATH, HOME } = process.env;
  await run(process.execPath, [program], {
    cwd: folder,
    env: { PATH, HOME, ...FAST_START, CDK_OUTDIR: outdir },
  });
  return templatesIn(outdir);
}

async function templatesIn(outdir: string): Promise<Template[]> {
  const names = (await readdir(outdir)).filter((name) => name.endsWith('.template.json'));
  return Promise.all(
    names.map(async (name) => JSON.parse(await readFile(join(outdir, name), 'utf8'))),
  );
}

interface Template {
  readonly Resources: Readonly<Record<string, { readonly Type: string }>>;
}

function resourceTypes(template: Template | undefined): string[] {
  return Object.values(template?.Resources ?? {}).map(({ Type }) => Type);
}
