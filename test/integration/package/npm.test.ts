import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HOME } from '../support/aws/assembly.ts';
import { type Cloud, type CloudAccount, startCloud } from '../support/aws/cloud.ts';
import { packInto } from '../support/installed-package.ts';
import { OLDEST_NODE_BIN, ROOT } from '../support/places.ts';

/** An installation of the CDK, its tests and its deployment. */
const SLOW = 900_000;

const NODE_EXPORTER = join(ROOT, 'examples/node-exporter.yaml');

const CDK = join(ROOT, 'node_modules/aws-cdk/bin/cdk');

/** A folder with the archive of the package, an empty folder and an empty home. */
let folder: string;
let archive: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fargauge-npm-'));
  archive = await packInto(folder);
  mkdirSync(join(folder, 'home'));
}, SLOW);
afterAll(() => rm(folder, { recursive: true }));

type Environment = Readonly<Record<string, string>>;

/** Runs a program as a user of the oldest Node.js does, with an empty home; its output. @throws Error with it */
async function asUser(
  cwd: string,
  command: string,
  args: readonly string[],
  more: Environment = {},
): Promise<string> {
  const PATH = [OLDEST_NODE_BIN, process.env.PATH].join(delimiter);
  const env = { ...process.env, HOME: join(folder, 'home'), PATH, CI: 'true', NO_COLOR: '1' };
  const { stdout, stderr } = await promisify(execFile)(command, args, {
    cwd,
    env: { ...env, ...more },
  });
  return stdout + stderr;
}

describe('one line, from an empty folder and an empty home', () => {
  let empty: string;
  beforeAll(() => {
    empty = join(folder, 'empty');
    mkdirSync(empty);
    cpSync(archive, join(empty, basename(archive)));
    writeFileSync(join(empty, 'page.prom'), '# TYPE node_load1 gauge\nnode_load1 0.5\n');
  });

  const npx = (...args: string[]) =>
    asUser(empty, 'npx', ['--yes', `./${basename(archive)}`, ...args]);

  it(
    'shows the demo',
    async () => {
      const shown = await npx('demo', '--once');
      expect(shown).toMatch(/4 of 4 targets up/);
      expect(shown).toMatch(/ee_task_cpu_utilization_percent +ClusterName=demo ServiceName=web/);
    },
    SLOW,
  );

  it.each([
    ['validate', [NODE_EXPORTER], /node-exporter\.yaml: ok/],
    ['explain', ['--config', NODE_EXPORTER, '--exposition', 'page.prom'], /^node_load1: /m],
    ['collect', ['--config', NODE_EXPORTER], /"up":0/],
  ])('runs %s', async (command, args, shown) => {
    expect(await npx(command, ...args)).toMatch(shown);
  });

  it('leaves the folder as it was', () => {
    expect(readdirSync(empty).sort()).toEqual([basename(archive), 'page.prom']);
  });
});

/** The two files of the user, in each language. */
const USES = `
    const cluster = new Cluster(this, 'Cluster', { vpc: new Vpc(this, 'Vpc', { maxAzs: 1 }) });
    const taskDefinition = new FargateTaskDefinition(this, 'Task');
    taskDefinition.addContainer('app', { image: ContainerImage.fromRegistry('registry.example/app') });
    const image = ContainerImage.fromRegistry('registry.example/fargauge-sidecar');
    new TaskSidecar(taskDefinition, 'Sidecar', { taskDefinition, image });
    const service = new FargateService(this, 'Service', { cluster, taskDefinition });
    const configuration = CollectorConfiguration.containerMetrics();
    const collector = new Collector(this, 'Collector', { cluster, vpc: cluster.vpc, configuration });
    collector.collectFrom(service);
`;
const TEST = `test('the collector is there', () => {
  const stack = new DemoStack(new App(), 'Stack');
  Template.fromStack(stack).hasResourceProperties('AWS::Lambda::Function', { Handler: 'index.handler' });
});
`;
const APPS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  typescript: {
    'lib/demo-stack.ts': `import { Stack, type StackProps } from 'aws-cdk-lib/core';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster, ContainerImage, FargateService, FargateTaskDefinition } from 'aws-cdk-lib/aws-ecs';
import type { Construct } from 'constructs';
import { Collector, CollectorConfiguration, TaskSidecar } from 'fargauge';

export class DemoStack extends Stack {
  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);${USES}  }
}
`,
    'test/demo.test.ts': `import { App } from 'aws-cdk-lib/core';
import { Template } from 'aws-cdk-lib/assertions';
import { DemoStack } from '../lib/demo-stack';
${TEST}`,
  },
  javascript: {
    'lib/demo-stack.js': `const { Stack } = require('aws-cdk-lib/core');
const { Vpc } = require('aws-cdk-lib/aws-ec2');
const { Cluster, ContainerImage, FargateService, FargateTaskDefinition } = require('aws-cdk-lib/aws-ecs');
const { Collector, CollectorConfiguration, TaskSidecar } = require('fargauge');

class DemoStack extends Stack {
  constructor(scope, id, props) {
    super(scope, id, props);${USES}  }
}
module.exports = { DemoStack };
`,
    'test/demo.test.js': `const { App } = require('aws-cdk-lib/core');
const { Template } = require('aws-cdk-lib/assertions');
const { DemoStack } = require('../lib/demo-stack');
${TEST}`,
  },
};

describe('an app of `cdk init`', () => {
  let cloud: Cloud;
  let account: CloudAccount;
  beforeAll(async () => {
    cloud = await startCloud();
    account = await cloud.account(HOME.account, HOME.region);
  }, SLOW);
  afterAll(async () => cloud[Symbol.asyncDispose]());

  describe.each(Object.entries(APPS))('in %s', (language, files) => {
    let app: string;
    beforeAll(async () => {
      app = join(folder, language, 'demo');
      mkdirSync(app, { recursive: true });
      await asUser(app, 'node', [CDK, 'init', 'app', '--language', language, '--generate-only']);
      await asUser(app, 'npm', ['install', '--no-audit', '--no-fund', archive]);
      for (const [name, text] of Object.entries(files)) writeFileSync(join(app, name), text);
    }, SLOW);

    it(
      'passes its test with the Jest that it has',
      async () => {
        expect(await asUser(app, 'npm', ['test'])).toMatch(/^Tests: +1 passed, 1 total$/m);
      },
      SLOW,
    );

    it(
      'is deployed by `npx cdk deploy`',
      async () => {
        const cdk = (...args: string[]) =>
          asUser(app, 'npx', ['cdk', ...args, '--no-notices'], account.env);
        await cdk('deploy', '--require-approval', 'never');
        const functions = await account.call<readonly Deployed[]>({
          service: 'lambda',
          operation: 'list_functions',
          query: 'Functions[?Environment.Variables.FARGAUGE_STATE]',
        });
        expect(functions).toEqual([expect.objectContaining({ Runtime: 'nodejs24.x' })]);
        expect(functions[0]?.CodeSize).toBeGreaterThan(100_000);
        // moto cannot delete a VPC.
        await expect(cdk('destroy', '--force')).rejects.toThrow(/has dependencies/);
      },
      SLOW,
    );
  });
});

interface Deployed {
  readonly Runtime: string;
  readonly CodeSize: number;
}
