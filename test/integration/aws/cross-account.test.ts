import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  type Account,
  accountOf,
  holderOf,
  OWN_ACCOUNT,
  startTrustProxy,
} from '../support/aws/accounts.ts';
import { type Aws, REGION, startAws } from '../support/aws/aws.ts';
import { Cluster, type RegisteredTask } from '../support/aws/cluster.ts';
import { listLogGroups, readLogGroup } from '../support/aws/log-group.ts';
import { collect, reportOf } from '../support/collect.ts';
import { extractMetrics } from '../support/emf.ts';
import { forward, reply } from '../support/forward.ts';
import { bodyOf, type Listening, listen } from '../support/http.ts';
import { PROMETHEUS } from '../support/places.ts';
import { type Prometheus, startPrometheus } from '../support/prometheus/prometheus.ts';
import { startSidecar } from '../support/sidecar.ts';

const CENTRAL_ACCOUNT = '222222222222';
const READER = `arn:aws:iam::${OWN_ACCOUNT}:role/reader`;
const WRITER = `arn:aws:iam::${CENTRAL_ACCOUNT}:role/writer`;
const EXTERNAL_ID = 'shop-4711';

/** What the sidecars' documents amount to: a percentage for each task. */
const CPU = { web: 82, worker: 10 };

describe('a workload account and a central one', () => {
  const started = new AsyncDisposableStack();
  let workload: Aws;
  let central: Account;
  let endpoint: string;
  let tasks: RegisteredTask[];
  let prometheus: Prometheus;
  /** In front of the receiver: whoever signed. */
  let workspace: Listening;
  let signedBy: Set<string>;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fargauge-accounts-'));
    started.defer(() => rm(folder, { recursive: true }));
    workload = started.use(await startAws());
    central = started.use(await accountOf(workload, CENTRAL_ACCOUNT));
    const trust = {
      [READER]: { externalId: EXTERNAL_ID },
      [WRITER]: { externalId: EXTERNAL_ID },
    };
    endpoint = started.use(await startTrustProxy(workload, trust)).url;
    const cluster = await Cluster.create(workload, 'shop');
    tasks = [...(await cluster.addService('web', 2)), ...(await cluster.addService('worker', 1))];
    for (const { service, address } of tasks) started.use(await startSidecar(service, address));
    prometheus = started.use(
      await startPrometheus(PROMETHEUS, ['--web.enable-remote-write-receiver']),
    );
    workspace = started.use(await startWorkspace());
  });

  afterAll(() => started.disposeAsync());

  /** Takes what is signed with credentials of the role that it is for, as a workspace does. */
  function startWorkspace(): Promise<Listening> {
    signedBy = new Set();
    return listen(async (request, response) => {
      const body = await bodyOf(request);
      const { authorization = '' } = request.headers;
      const [, key = '', service] =
        /Credential=(\w+)\/\d{8}\/[\w-]+\/(\w+)\/aws4_request,/.exec(authorization) ?? [];
      const holder = await holderOf(workload, key);
      signedBy.add(`${service} ${holder}`);
      if (!holder.startsWith(`arn:aws:sts::${CENTRAL_ACCOUNT}:assumed-role/writer/`)) {
        response.writeHead(403).end(`${holder} may not write`);
        return;
      }
      reply(response, await forward(prometheus.url, request, body));
    });
  }

  async function run(document: object, env: Readonly<Record<string, string>>, ...more: string[]) {
    const config = join(folder, 'fargauge.json');
    await writeFile(config, JSON.stringify(document));
    const args = ['--config', config, '--endpoint-url', endpoint, '--region', REGION];
    return collect([...args, ...more], env);
  }

  /** The CPU utilization of each task, as an account's CloudWatch has it. */
  async function utilizationIn(logs: Account['logs'], group: string): Promise<string[]> {
    return (await readLogGroup(logs, group))
      .flatMap(({ message }) => extractMetrics(message))
      .map(({ values, event }) => `${event.TaskId} ${Math.round(values[0]!)}`)
      .sort();
  }

  const truth = () => tasks.map(({ id, service }) => `${id} ${CPU[service as 'web']}`).sort();

  describe('the collector is in the central account, and assumes a role to read', () => {
    const reading = (group: string, role: object) => ({
      ...RULES,
      log_group_name: group,
      outputs: [{ type: 'cloudwatch-logs' }],
      ecs_service_discovery: {
        docker_label: {},
        sd_targets: [{ clusters: ['shop'], ...role }],
      },
    });

    it('writes what it finds there into its own CloudWatch, and nothing into the other', async () => {
      const role = { role_arn: READER, external_id: EXTERNAL_ID };
      const report = reportOf(await run(reading('/read', role), central.env, '--json'));

      expect(report.targets).toEqual({ discovered: 3, up: 3, down: 0, stopped: 0 });
      expect(report.discoveryErrors).toEqual([]);
      expect(await utilizationIn(central.logs, '/read')).toEqual(truth());
      expect(await listLogGroups(workload.logs)).toEqual([]);
    });

    it('finds nothing with its own credentials', async () => {
      const { code, stdout } = await run(reading('/own', {}), central.env);

      expect(code).toBe(1);
      expect(stdout).toContain('ListTasks of shop failed. ClusterNotFoundException: ');
    });

    it.each([
      ['the external id is another', { role_arn: READER, external_id: 'shop-4712' }],
      ['there is no external id', { role_arn: READER }],
      ['the role is missing', { role_arn: `arn:aws:iam::${OWN_ACCOUNT}:role/none` }],
    ])('says which role it cannot assume where %s', async (_, role) => {
      const { code, stdout } = await run(reading('/refused', role), central.env);

      expect(code).toBe(1);
      expect(stdout).toContain(
        `failed: no target: ListTasks of shop failed. AssumeRoleError: the role ${role.role_arn} cannot be assumed. AccessDenied: User: `,
      );
      expect(stdout).toContain('that its trust policy allows this caller with this external id');
      expect(await listLogGroups(central.logs)).not.toContain('/refused');
    });
  });

  describe('the collector is in the workload account, and assumes a role to write', () => {
    const writing = (group: string, role: object) => ({
      ...RULES,
      log_group_name: group,
      outputs: [
        { type: 'cloudwatch-logs', ...role },
        {
          type: 'remote_write',
          name: 'workspace',
          url: `${workspace.url}/api/v1/write`,
          region: REGION,
          ...role,
        },
      ],
      ecs_service_discovery: { docker_label: {}, sd_target_cluster: 'shop' },
    });

    it('writes into the CloudWatch and the workspace of the central account alone', async () => {
      const role = { role_arn: WRITER, external_id: EXTERNAL_ID };
      const report = reportOf(await run(writing('/written', role), workload.env, '--json'));

      expect(report.targets).toEqual({ discovered: 3, up: 3, down: 0, stopped: 0 });
      expect(report.deliveries).toMatchObject([
        { output: `cloudwatch-logs as ${WRITER}`, events: 3, rejected: {}, errors: [] },
        { output: 'workspace', rejected: {}, errors: [] },
      ]);
      expect(await utilizationIn(central.logs, '/written')).toEqual(truth());
      expect(await listLogGroups(workload.logs)).toEqual([]);

      expect([...signedBy]).toEqual([
        `aps arn:aws:sts::${CENTRAL_ACCOUNT}:assumed-role/writer/fargauge`,
      ]);
      const series = await prometheus.query('ee_task_cpu_utilization_percent', Date.now());
      const stored = series.map(
        ({ labels, values }) => `${labels.TaskId} ${Math.round(values[0]![1])}`,
      );
      expect(stored.sort()).toEqual(truth());
    });

    it.each([
      ['the external id is another', { role_arn: WRITER, external_id: 'shop-4712' }],
      ['the role is missing', { role_arn: `arn:aws:iam::${CENTRAL_ACCOUNT}:role/none` }],
    ])('says which role it cannot assume where %s, for each output', async (_, role) => {
      const { code, stdout } = await run(writing('/nowhere', role), workload.env);

      expect(code).toBe(1);
      const why = `failed because of its credentials. AssumeRoleError: the role ${role.role_arn} cannot be assumed. AccessDenied: User: `;
      expect(stdout).toContain(
        `delivery to cloudwatch-logs as ${role.role_arn}: PutLogEvents on log group "/nowhere" ${why}`,
      );
      expect(stdout).toContain(
        `delivery to workspace: Remote write to ${workspace.url}/api/v1/write ${why}`,
      );
      expect(await listLogGroups(central.logs)).not.toContain('/nowhere');
      expect(await listLogGroups(workload.logs)).toEqual([]);
    });
  });
});

/** One figure of each task. */
const RULES = {
  scrape_configs: [{ job_name: 'ecs', ecs_discovered: true, honor_labels: true }],
  emf_processor: {
    metric_namespace: 'Shop',
    metric_declaration: [
      {
        source_labels: ['TaskId'],
        label_matcher: '.+',
        metric_selectors: ['^ee_task_cpu_utilization_percent$'],
        dimensions: [['TaskDefinitionFamily']],
      },
    ],
  },
};
