import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { type Aws, startAws } from '../../cli/demo/aws/server.ts';
import { taskAddresses } from '../../cli/demo/task/addresses.ts';
import { type ScrapedServer, serveMetrics } from '../cli/target.ts';
import { exposition } from '../deployed/application.ts';
import { definition, definitionArn, task } from '../discovery/ecs/cluster/cluster-of.ts';
import { describeWithFixtures, fixtureText } from '../fixtures.ts';
import { environmentFor, startFunction } from '../handler/function-process.ts';
import { extractMetrics } from '../integration/support/emf.ts';

/** Where the configurations expect Keycloak. */
const PORT = 8080;

/** Serves Keycloak's metrics on its own port; undefined, with a notice, where that is taken. */
async function serveKeycloak(host: string): Promise<ScrapedServer | undefined> {
  try {
    return await serveMetrics(exposition, { host, port: PORT });
  } catch (error) {
    console.info(`left out, since ${host}:${PORT} is not free here: ${error}`);
    return undefined;
  }
}

/** The metrics that CloudWatch would extract from a log group: name, dimensions, unit and value. */
function metricsIn(group: string) {
  return aws.logs
    .events({ group })
    .flatMap(({ message }) => extractMetrics(message))
    .map(({ namespace, name, dimensions, values: [value] }) => [
      namespace,
      name,
      dimensions,
      value,
    ]);
}

const environment = (kind: 'keycloak' | 'sidecar', cluster: string) => ({
  ...environmentFor(aws),
  FARGAUGE_CLUSTER: cluster,
  CW_CONFIG_CONTENT: fixtureText('migrations', `${kind}-cwagent.json`),
  PROMETHEUS_CONFIG_CONTENT: fixtureText('migrations', `${kind}-prometheus.yaml`),
});

let aws: Aws;

beforeEach(async () => {
  aws = await startAws();
});

afterEach(() => aws.close());

describeWithFixtures('a configuration of the CloudWatch Agent, unchanged', 'migrations', () => {
  it('with ECS service discovery of Keycloak gives the metrics that it declares, and no other', async () => {
    const [address] = await taskAddresses(1, Math.random);
    await using server = await serveKeycloak(address!.host);
    if (server === undefined) return;
    const [taskDefinitionArn, other] = [definitionArn('keycloak', 7), definitionArn('postgres')];
    const portMappings = [{ containerPort: PORT }];
    aws.ecs.putTaskDefinition({
      ...definition('keycloak', [{ name: 'keycloak', portMappings }]),
      taskDefinitionArn,
      revision: 7,
    });
    aws.ecs.putTaskDefinition(definition('postgres', [{ name: 'postgres', portMappings }]));
    aws.ecs.putTask(task('k', address!.host, { taskDefinitionArn, group: 'service:auth' }));
    // Nothing listens there: were it scraped, it would be down.
    aws.ecs.putTask(task('p', '127.0.0.254', { taskDefinitionArn: other }));
    await using lambda = await startFunction(environment('keycloak', 'demo'));

    const cycles = [await lambda.invoke(), await lambda.invoke()];

    for (const cycle of cycles) {
      expect(cycle).toMatchObject({
        result: { targets: { discovered: 1, up: 1 }, discoveryErrors: [] },
      });
    }
    const ofTask = { ClusterName: 'demo', TaskDefinitionFamily: 'keycloak' };
    const young = { ...ofTask, name: 'G1 Young Generation' };
    const old = { ...ofTask, name: 'G1 Old Generation' };
    const metrics = metricsIn('/ecs/cloudwatch-agent');
    expect(metrics).toHaveLength(6);
    expect(metrics).toEqual(
      expect.arrayContaining([
        ['CWAgent', 'base_classloader_loadedClasses_count', ofTask, 21_001],
        ['CWAgent', 'base_classloader_loadedClasses_count', ofTask, 21_002],
        // What counts is published as what it grew by, from the second cycle on.
        ['CWAgent', 'base_classloader_loadedClasses_total', ofTask, 40],
        ['CWAgent', 'base_gc_total', young, 2],
        ['CWAgent', 'base_gc_total', old, 0],
        ['CWAgent', 'base_gc_time_total_seconds', young, 0.5],
      ]),
    );
    const [event] = aws.logs.events({ group: '/ecs/cloudwatch-agent', stream: 'keycloak' });
    expect(JSON.parse(event!.message)).toMatchObject({
      container_name: 'keycloak',
      instance: `${address!.host}:${PORT}`,
      job: 'keycloak',
      LaunchType: 'FARGATE',
      TaskRevision: '7',
      prom_metric_type: 'gauge',
    });
  });

  it('as a sidecar of Keycloak gives the metrics that it declares, and no other', async () => {
    await using server = await serveKeycloak('127.0.0.1');
    if (server === undefined) return;
    await using lambda = await startFunction(environment('sidecar', 'sample-cluster'));

    await lambda.invoke();
    await lambda.invoke();

    const dimensions = { ClusterName: 'sample-cluster' };
    const metrics = metricsIn('/ecs/keycloak');
    expect(metrics).toHaveLength(3);
    expect(metrics).toEqual(
      expect.arrayContaining([
        ['CWAgent', 'base_classloader_loadedClasses_count', dimensions, 21_001],
        ['CWAgent', 'base_classloader_loadedClasses_count', dimensions, 21_002],
        ['CWAgent', 'base_classloader_loadedClasses_total', dimensions, 40],
      ]),
    );
    const { log } = await lambda.end();
    expect(log.filter(({ level }) => level !== 'INFO')).toEqual([]);
  });
});
