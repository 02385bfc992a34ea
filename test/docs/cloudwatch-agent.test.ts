import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { type Aws, startAws } from '../../cli/demo/aws/server.ts';
import { taskAddresses } from '../../cli/demo/task/addresses.ts';
import { collectorBundle } from '../bundles.ts';
import { describeWithFixtures, fixtureText } from '../fixtures.ts';
import { environmentFor, startFunction } from '../handler/function-process.ts';
import { extractMetrics } from '../integration/support/emf.ts';
import { type DeployedTemplate, deployedIn } from './deployed.ts';
import { type Journey, startJourney } from './journey.ts';
import { keycloak, serveAt } from './serve.ts';
import { startSidecarOf } from './sidecar-of.ts';

const SLOW = 240_000;

let journey: Journey;
beforeAll(async () => {
  await collectorBundle();
  journey = await startJourney('docs/migrate-cloudwatch-agent.md');
  await journey.synthesize('identity/before.ts', 'identity/app.ts', 'login/before.ts');
}, SLOW);
afterAll(async () => {
  // Last, for the commands are run in the order of the page.
  expect(journey.remaining).toEqual([]);
  await journey[Symbol.asyncDispose]();
});

let aws: Aws;
beforeEach(async () => {
  aws = await startAws();
});
afterEach(() => aws.close());

/** What CloudWatch would make of the events of a group: name, dimensions and value. */
function metricsIn(group: string) {
  return aws.logs
    .events({ group })
    .flatMap(({ message }) => extractMetrics(message))
    .map(({ namespace, name, dimensions, values }) => [namespace, name, dimensions, ...values]);
}

/** Has Keycloak run at an address as the identity's stack has it. */
async function runIdentity(address: string): Promise<DeployedTemplate> {
  const stack = await deployedIn(journey, 'identity/app.ts.out');
  stack.runTask(aws, 'keycloak', address, { cluster: 'identity', service: 'auth' });
  return stack;
}

describe('an agent in a task of its own, by the guide', () => {
  const OF_TASK = { ClusterName: 'identity', TaskDefinitionFamily: 'keycloak' };

  it(
    'is looked at first, and then replaced in the same stack',
    async () => {
      const [address] = await taskAddresses(1, Math.random);
      await using server = await serveAt(address!.host, 8080, keycloak);
      await runIdentity(address!.host);

      const looked = await journey.runNext(environmentFor(aws));
      expect(looked).toMatchObject({ code: 0, stderr: expect.not.stringContaining('warning') });
      const events = looked.stdout.trimEnd().split('\n');
      expect(events.flatMap(extractMetrics).map(({ name }) => name)).toEqual([
        'base_classloader_loadedClasses_count',
      ]);

      expect(await journey.runNext()).toMatchObject({ code: 0 });
      const after = await deployedIn(journey, 'identity/cdk.out');
      expect(after.openPorts).toContain(8080);
      await using lambda = await startFunction({
        ...after.functionEnvironment,
        ...environmentFor(aws),
      });
      await lambda.invoke();
      await lambda.invoke();

      // As the agent has it: what counts is what it grew by.
      expect(metricsIn('/ecs/cloudwatch-agent')).toEqual(
        expect.arrayContaining([
          ['CWAgent', 'base_classloader_loadedClasses_count', OF_TASK, expect.any(Number)],
          ['CWAgent', 'base_classloader_loadedClasses_total', OF_TASK, 40],
          ['CWAgent', 'base_gc_total', { ...OF_TASK, name: 'G1 Young Generation' }, 2],
        ]),
      );
      const [event] = aws.logs.events({ group: '/ecs/cloudwatch-agent', stream: 'keycloak' });
      const fields = JSON.parse(event!.message);
      expect(fields).not.toHaveProperty('Timestamp');
      expect(fields).not.toHaveProperty('Version');
      expect(fields._aws.Timestamp).toBe(event!.timestamp);
      expect(server.scrapes).toBe(3);
    },
    SLOW,
  );

  it('had a task of the agent before, which read the same files', async () => {
    const before = await deployedIn(journey, 'identity/before.ts.out');
    const after = await deployedIn(journey, 'identity/cdk.out');
    const ofAgent = before.environmentOf('cloudwatch-agent', 'cloudwatch-agent');
    expect(after.functionEnvironment).toMatchObject(ofAgent);
    expect(after.containerNames('keycloak')).toEqual(before.containerNames('keycloak'));
  });
});

describe('an agent as a sidecar, by the guide', () => {
  it(
    'gives the same metrics under the same job, and those of the task',
    async () => {
      expect(await journey.runNext()).toMatchObject({ code: 0 });
      const before = await deployedIn(journey, 'login/before.ts.out');
      expect(before.containerNames('keycloak')).toEqual(['keycloak', 'cloudwatch-agent']);
      const after = await deployedIn(journey, 'login/cdk.out');
      expect(after.containerNames('keycloak')).toEqual(['keycloak', 'fargauge-sidecar']);
      expect(after.openPorts).toEqual([9546]);

      const [address] = await taskAddresses(1, Math.random);
      await using _keycloak = await serveAt('127.0.0.1', 8080, keycloak);
      await using _sidecar = await startSidecarOf(after, 'keycloak', address!.host);
      after.runTask(aws, 'keycloak', address!.host, { cluster: 'login', service: 'auth' });
      await using lambda = await startFunction({
        ...after.functionEnvironment,
        ...environmentFor(aws),
      });
      await lambda.invoke();
      await lambda.invoke();

      const ofCluster = { ClusterName: 'login' };
      const metrics = metricsIn('/ecs/keycloak');
      expect(metrics).toEqual(
        expect.arrayContaining([
          ['CWAgent', 'base_classloader_loadedClasses_count', ofCluster, 21_001],
          ['CWAgent', 'base_classloader_loadedClasses_total', ofCluster, 40],
        ]),
      );
      expect(metrics.map(([, name, dimensions]) => [name, dimensions])).toContainEqual([
        'ee_task_memory_utilization_percent',
        { ...ofCluster, ServiceName: 'auth' },
      ]);
      const [event] = aws.logs.events({ group: '/ecs/keycloak', stream: 'cwagent-static-config' });
      expect(JSON.parse(event!.message)).toMatchObject({
        job: 'cwagent-static-config',
        ServiceName: 'auth',
        instance: `${address!.host}:9546`,
      });
    },
    SLOW,
  );
});

describe('while declarations are written', () => {
  const lookAt = async () => {
    const [address] = await taskAddresses(1, Math.random);
    await using _server = await serveAt(address!.host, 8080, keycloak);
    await runIdentity(address!.host);
    return await journey.runNext(environmentFor(aws));
  };

  it('log_unmatched shows each series', async () => {
    const { code, stdout } = await lookAt();
    expect(code).toBe(0);
    expect(stdout).toContain('"base_thread_count":77');
  });

  it('debug says of each why it is not published, as the page shows it', async () => {
    const { code, stderr } = await lookAt();
    expect(code).toBe(0);
    const [shown = ''] = /^dropped no_declaration: .*$/m.exec(journey.guide.text) ?? [];
    const [said = ''] = /^dropped no_declaration: base_thread_count .*$/m.exec(stderr) ?? [];
    expect(said.replace(/http:.*?:8080/, 'http://10.0.1.17:8080')).toBe(shown);
  });
});

describeWithFixtures('the files of the agent in the guide', 'migrations', () => {
  it.each([
    ['identity/cwagent.json', 'keycloak-cwagent.json'],
    ['identity/prometheus.yaml', 'keycloak-prometheus.yaml'],
    ['login/cwagent-before.json', 'sidecar-cwagent.json'],
    ['login/prometheus-before.yaml', 'sidecar-prometheus.yaml'],
  ])('%s is what such a user has', async (path, fixture) => {
    expect(parse(await journey.file(path))).toEqual(parse(fixtureText('migrations', fixture)));
  });
});
