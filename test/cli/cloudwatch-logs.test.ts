import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Aws, startAws } from '../../cli/demo/aws/server.ts';
import { PLANS, register } from '../../cli/demo/cluster.ts';
import { taskAddresses } from '../../cli/demo/task/addresses.ts';
import { withHelp } from '../../lambda/model/targets/help.ts';
import type { CycleReport } from '../../lambda/report/report.ts';
import { definition, definitionArn, task } from '../discovery/ecs/cluster/cluster-of.ts';
import { extractMetrics } from '../integration/support/emf.ts';
import { credentialsFor, fargauge, jsonLines, startFargauge } from './fargauge.ts';
import { type ScrapedServer, serveMetrics } from './target.ts';

const GROUP = '/fargauge/demo';

/** CPU of each task of the demo's cluster, in percent: `a1…` and `b2…` of the service web, `c3…` of the worker. */
const CPU = [10, 55, 90];

let aws: Aws;
let sidecars: ScrapedServer[];

/** Three awsvpc tasks that run, each with a sidecar at its own address where the system has it. */
beforeEach(async () => {
  aws = await startAws();
  const addresses = await taskAddresses(PLANS.length, Math.random);
  sidecars = await Promise.all(
    addresses.map((address, index) => {
      const plan = PLANS[index]!;
      // No task has an application to scrape.
      register(aws.ecs, { ...plan, instrumented: false }, address);
      return serveMetrics(
        () => `# TYPE ee_task_cpu_utilization_percent gauge
ee_task_cpu_utilization_percent ${CPU[index]}
# TYPE ee_container_cpu_utilization_percent gauge
ee_container_cpu_utilization_percent{container_name="app"} ${CPU[index]! / 2}
# TYPE ee_container_restarts_total counter
ee_container_restarts_total{container_name="app"} 3
`,
        { host: address.host, port: address.sidecarPort },
      );
    }),
  );
});

afterEach(async () => {
  for (const sidecar of sidecars) await sidecar[Symbol.asyncDispose]();
  await aws.close();
});

/** The arguments that collect from the cluster into CloudWatch Logs. */
function collecting(cluster: string, ...more: string[]): string[] {
  return [
    ...['collect', '--cluster', cluster, '--output', 'cloudwatch-logs'],
    ...['--endpoint-url', aws.url, ...more],
  ];
}

describe('`fargauge collect` from ECS into CloudWatch Logs', () => {
  it('publishes the sidecars of a cluster by default, one metric for a service', async () => {
    const { code, stdout, stderr } = await fargauge(collecting('demo'), credentialsFor(aws));

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('3 targets: 3 up, 0 down');
    const stored = aws.logs.events();
    expect(new Set(stored.map(({ group }) => group))).toEqual(new Set([GROUP]));
    const metrics = stored.flatMap(({ message }) => extractMetrics(message));
    const worst = metrics.map(({ name, unit, dimensions, values, event }) => [
      name,
      unit,
      dimensions,
      ...values,
      event.TaskId,
    ]);
    const task = ['ee_task_cpu_utilization_percent', 'Percent'];
    const web = { ClusterName: 'demo', ServiceName: 'web' };
    const worker = { ClusterName: 'demo', ServiceName: 'worker' };
    const [a, b, c] = PLANS.map(({ taskId }) => taskId);
    expect(worst).toHaveLength(3);
    expect(worst).toEqual(
      expect.arrayContaining([
        [...task, web, 10, a],
        [...task, web, 55, b],
        [...task, worker, 90, c],
      ]),
    );
  });

  it('goes on where a sidecar goes away in between, and tells which', async () => {
    const collector = startFargauge(
      collecting('demo', '--every', '50ms', '--json'),
      credentialsFor(aws),
    );
    await using _ = collector;

    await collector.says(/}\n/);
    await sidecars[2]?.[Symbol.asyncDispose]();
    await collector.says(/"up":2,"down":1/);
    await collector.stop();

    const reports = jsonLines<CycleReport>(collector.stdout());
    expect(reports[0]?.targets).toEqual({ discovered: 3, up: 3, down: 0, stopped: 0 });
    const { targets, scrapes } = reports.find(({ targets: { down } }) => down > 0)!;
    expect(targets).toEqual({ discovered: 3, up: 2, down: 1, stopped: 0 });
    expect(scrapes.find(({ up }) => !up)).toMatchObject({
      labels: { TaskId: PLANS[2]?.taskId, ServiceName: 'worker' },
      reason: 'connect_refused',
    });
    const events = reports.reduce((sum, { deliveries }) => sum + (deliveries[0]?.events ?? 0), 0);
    expect(aws.logs.events()).toHaveLength(events);
    expect(await collector.ended).toBe(0);
  });

  it('has failed where ECS denies, and names the permission', async () => {
    aws.faults.inject('ListTasks', { kind: 'deny' });

    const { code, stdout } = await fargauge(collecting('demo'), credentialsFor(aws));

    expect(code).toBe(1);
    expect(stdout).toContain('0 targets: 0 up, 0 down');
    expect(stdout).toMatch(
      /^failed: no target: ListTasks of demo is denied; the role needs ecs:ListTasks\. User: /m,
    );
    expect(aws.logs.groups.size).toBe(0);
  });

  it('has failed where the cluster does not exist', async () => {
    const { code, stdout } = await fargauge(collecting('nowhere'), credentialsFor(aws));
    expect(code).toBe(1);
    expect(stdout).toContain(
      'failed: no target: ListTasks of nowhere failed. ClusterNotFoundException: ',
    );
  });

  it('has failed where no target can be reached, and names each with the remedy', async () => {
    aws.ecs.putCluster('other');
    const app = {
      name: 'shop',
      dockerLabels: { ECS_PROMETHEUS_EXPORTER_PORT: '9404' },
      portMappings: [{ containerPort: 8080 }],
    };
    aws.ecs.putTaskDefinition(definition('shop', [app]));
    const clusterArn = aws.ecs.arnOf('cluster/other');
    for (const id of ['t1', 't2']) {
      const taskArn = aws.ecs.arnOf(`task/other/${id}`);
      const taskDefinitionArn = definitionArn('shop');
      aws.ecs.putTask(task(id, '10.0.0.1', { clusterArn, taskArn, taskDefinitionArn }));
    }

    const { code, stdout } = await fargauge(collecting('other'), credentialsFor(aws));

    expect(code).toBe(1);
    const cause =
      'container shop, port 9404, task definition shop:1, cluster other: task t1 and 1 more';
    expect(stdout).toContain(
      `left out: 2 unmapped_port; remedy: add the port to the portMappings of the container in its task definition\n  ${cause}\n`,
    );
    expect(stdout).toContain(
      `${withHelp(`failed: no target: unmapped_port: ${cause}`, 'noTarget')}\n`,
    );
  });

  it('has failed where CloudWatch Logs denies, and names the permission', async () => {
    aws.logs.putGroup(GROUP);
    aws.faults.inject('PutLogEvents', { kind: 'deny' });

    const { code, stdout } = await fargauge(collecting('demo'), credentialsFor(aws));

    expect(code).toBe(1);
    expect(stdout).toMatch(/, 0 published, \d+ rejected; dropped: /);
    expect(stdout).toMatch(
      /^failed: none of \d+ events was delivered: PutLogEvents on log group "\/fargauge\/demo" is denied; the role needs logs:PutLogEvents on arn:\S+\. /m,
    );
  });

  it('goes on where CloudWatch Logs rejects a part, and counts it', async () => {
    aws.faults.inject('PutLogEvents', { kind: 'reject', tooOld: 2 });

    const { code, stdout } = await fargauge(collecting('demo', '--json'), credentialsFor(aws));

    expect(code).toBe(0);
    const [report] = jsonLines<CycleReport>(stdout);
    expect(report?.deliveries[0]).toMatchObject({
      events: 1,
      rejected: { too_old: 2 },
      errors: [
        `PutLogEvents on log group "${GROUP}" rejected events: too_old, more than 14 days behind its clock`,
      ],
    });
    expect(aws.logs.events()).toHaveLength(1);
  });

  it.each([
    ['without a Region', {}, 'Region is missing'],
    ['without credentials', { AWS_REGION: 'us-east-1' }, 'Could not load credentials'],
  ])('has failed %s, and says so', async (_case, env, message) => {
    const { code, stdout } = await fargauge(collecting('demo'), env);
    expect(code).toBe(1);
    expect(stdout).toMatch(
      new RegExp(`^failed: no target: ListTasks of demo failed\\. .*${message}`, 'm'),
    );
  });

  // The cluster is only in that of the option.
  it.each(['', 'eu-west-1'])('takes the Region of its option, not %j', async (AWS_REGION) => {
    const { code } = await fargauge(collecting('demo', '--region', aws.region), {
      ...credentialsFor(aws),
      AWS_REGION,
    });
    expect(code).toBe(0);
  });
});
