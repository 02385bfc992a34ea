import { expect, it } from '@jest/globals';
import { describeWithFixtures, fixtureText } from '../fixtures.ts';
import { describeDeployed, describeWhereDeployable } from './describe-deployed.ts';
import type { ExistingDefinition } from './existing-tasks.ts';
import { USUAL } from './existing-tasks.ts';
import type { DeployedRun } from './run.ts';
import type { DeployedApp } from './run-all.ts';

const AGENT_TASK = 'a CloudWatch Agent in a task of its own';
const AGENT_SIDECAR = 'a CloudWatch Agent as a sidecar';
const EXPORTER = 'ecs-metrics-exporter';
const ADOT = 'ADOT collectors that write into the workspace of another account';
const PROMETHEUS_AGENT = 'Prometheus agents that write into a workspace';

/** Where the workspaces of the files are, which have a placeholder there. */
const WORKSPACE = 'ws-0123';
const REMOTE_WRITE_URL = `https://aps-workspaces.ap-northeast-1.amazonaws.com/workspaces/${WORKSPACE}/api/v1/remote_write`;

/** What docs/migrate-adot.md has for the eight metrics of the filter. */
const EIGHT = [
  'ee_task_memory_utilized_bytes',
  'ee_task_memory_limit_byte',
  'ee_task_cpu_utilized_units',
  'ee_task_cpu_reserved_units',
  'ee_task_network_receive_bytes_per_second',
  'ee_task_network_transmit_bytes_per_second',
  'ee_task_block_read_bytes_total',
  'ee_task_block_write_bytes_total',
];

const KEYCLOAK: ExistingDefinition = {
  family: 'keycloak',
  containerDefinitions: [{ name: 'keycloak', portMappings: [{ containerPort: 8080 }] }],
};

/** An application that a docker label names, as the guides from ADOT and from the Prometheus agent tell. */
function labelled(port: number, job: string) {
  return {
    name: 'app',
    portMappings: [{ containerPort: port }],
    dockerLabels: { ECS_PROMETHEUS_EXPORTER_PORT: String(port), job },
  };
}

/** The apps of users of what Fargauge takes over, with the files that they have. */
function journeys(): DeployedApp[] {
  const app = (name: string, file: string, context: Readonly<Record<string, string>>) => ({
    name,
    program: `test/deployed/journeys/${file}.ts`,
    context,
  });
  const seed = (name: string) => fixtureText('migrations', name);
  const [, sidecar] = USUAL.containerDefinitions;
  return [
    {
      ...app(AGENT_TASK, 'agent-task', {
        agent: seed('keycloak-cwagent.json'),
        prometheus: seed('keycloak-prometheus.yaml'),
      }),
      existing: KEYCLOAK,
    },
    app(AGENT_SIDECAR, 'agent-sidecar', {
      agent: seed('sidecar-cwagent.json'),
      prometheus: seed('sidecar-prometheus.yaml'),
    }),
    app(EXPORTER, 'exporter', {}),
    {
      ...app(ADOT, 'adot', {
        adot: seed('adot-collector.yaml').replace('WORKSPACE_ID', WORKSPACE),
      }),
      existing: {
        family: 'shop',
        containerDefinitions: [
          labelled(8000, 'prometheus-demo-app'),
          ...(sidecar === undefined ? [] : [sidecar]),
        ],
      },
    },
    {
      ...app(PROMETHEUS_AGENT, 'prometheus-agent', {
        prometheus: seed('prometheus-agent.yml').replace('__REMOTE_WRITE_URL__', REMOTE_WRITE_URL),
      }),
      existing: {
        family: 'shop',
        containerDefinitions: [labelled(8080, 'prometheus-agent-test')],
      },
    },
  ];
}

/** The metrics of the tasks: name, dimensions and value. */
function metricsOf({ metrics }: DeployedRun) {
  return metrics
    .filter(({ namespace }) => namespace !== 'Fargauge/Collector')
    .map(({ namespace, name, dimensions, values }) => [
      namespace,
      name,
      dimensions,
      ...(values ?? []),
    ]);
}

/** The names of the series that were sent, each once. */
function namesOf({ series }: DeployedRun): string[] {
  return [...new Set(series.map(({ name }) => name))].sort();
}

/** What is looked at of each, beside what is of all apps. */
const MORE: Readonly<Record<string, (runOf: () => DeployedRun) => void>> = {
  [AGENT_TASK]: (runOf) => {
    it('publishes the metrics that the agent declares, and no other, into its log group', () => {
      const run = runOf();
      const ofTask = { ClusterName: 'identity', TaskDefinitionFamily: 'keycloak' };
      const young = { ...ofTask, name: 'G1 Young Generation' };
      const old = { ...ofTask, name: 'G1 Old Generation' };
      const expected = [
        ['CWAgent', 'base_classloader_loadedClasses_count', ofTask, 21_001],
        ['CWAgent', 'base_classloader_loadedClasses_count', ofTask, 21_002],
        // What counts is published as what it grew by, from the second cycle on.
        ['CWAgent', 'base_classloader_loadedClasses_total', ofTask, 40],
        ['CWAgent', 'base_gc_total', young, 2],
        ['CWAgent', 'base_gc_total', old, 0],
        ['CWAgent', 'base_gc_time_total_seconds', young, 0.5],
      ];
      expect(metricsOf(run)).toHaveLength(expected.length);
      expect(metricsOf(run)).toEqual(expect.arrayContaining(expected));
      expect([...run.logGroups]).toEqual(['/ecs/cloudwatch-agent']);
    });

    it('has the labels of the agent in the events', () => {
      const [first] = runOf().metrics;
      expect(first?.event).toMatchObject({
        container_name: 'keycloak',
        instance: expect.stringMatching(/:8080$/),
        job: 'keycloak',
        LaunchType: 'FARGATE',
        TaskRevision: '1',
        prom_metric_type: 'gauge',
      });
    });
  },
  [AGENT_SIDECAR]: (runOf) => {
    it('publishes the metrics that the agent declares, and no other, into its log group', () => {
      const run = runOf();
      const dimensions = { ClusterName: 'login' };
      const expected = [
        ['CWAgent', 'base_classloader_loadedClasses_count', dimensions, 21_001],
        ['CWAgent', 'base_classloader_loadedClasses_count', dimensions, 21_002],
        ['CWAgent', 'base_classloader_loadedClasses_total', dimensions, 40],
      ];
      expect(metricsOf(run)).toHaveLength(expected.length);
      expect(metricsOf(run)).toEqual(expect.arrayContaining(expected));
      expect([...run.logGroups]).toEqual(['/ecs/keycloak']);
    });
  },
  [EXPORTER]: (runOf) => {
    it('has each series of the exporter under its name', () => {
      const names = fixtureText('migrations', 'ecs-metrics-exporter-series.txt')
        .split('\n')
        .filter((line) => line !== '');
      expect(namesOf(runOf())).toEqual(expect.arrayContaining(names));
    });
  },
  [ADOT]: (runOf) => {
    it('writes the eight metrics of the filter and those of the application, as the role of the exporter', () => {
      const run = runOf();
      const ofTask = run.series.filter(({ labels }) => labels.job === 'fargauge-sidecar');
      const names = new Set(ofTask.map((each) => each.name).filter((each) => /^ee_/.test(each)));
      expect([...names].sort()).toEqual(EIGHT.toSorted());
      expect(run.series).toContainEqual({
        name: 'http_requests_total',
        labels: expect.objectContaining({ job: 'prometheus-demo-app', status: '200' }),
        account: '222222222222',
      });
    });
  },
  [PROMETHEUS_AGENT]: (runOf) => {
    it("writes the application's series with the labels of before, whose instance is the task's id", () => {
      expect(runOf().series).toContainEqual({
        name: 'http_requests_total',
        labels: expect.objectContaining({
          job: 'prometheus-agent-test',
          instance: expect.stringMatching(/^0{31}1$/),
          monitor: 'prometheus',
          status: '200',
        }),
        account: '111122223333',
      });
    });
  },
};

describeWithFixtures('users who come from', 'migrations', () => {
  describeWhereDeployable('what they have today,', () => describeDeployed(journeys(), MORE));
});
