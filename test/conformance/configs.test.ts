import { describe, expect, it } from '@jest/globals';
import { formatPath, type Path } from '../../lambda/config/findings/place.ts';
import { agentEnv, CLUSTER, errorOf, load, messagesOf } from '../config/loading.ts';
import { describeWithFixtures, fixtureJson, fixtureText } from '../fixtures.ts';

interface DeclarationCase {
  name: string;
  config: object | null;
  prometheus_keys?: object;
  expected: { outcome: string; error_path?: Path; directives?: { Namespace: string }[] };
}

interface DiscoveryCase {
  name: string;
  config: object;
  expected: { error_path?: Path };
}

describeWithFixtures('published configurations', 'cloudwatch-agent', () => {
  it.each([
    ['cloudwatch-agent/configs', 'quickstart-awsvpc.json', 'quickstart-prometheus.yaml'],
    ['cloudwatch-agent/configs', 'quickstart-bridge-host.json', 'quickstart-prometheus.yaml'],
    ['migrations', 'keycloak-cwagent.json', 'keycloak-prometheus.yaml'],
    ['migrations', 'sidecar-cwagent.json', 'sidecar-prometheus.yaml'],
  ])(
    '%s/%s works unchanged from the environment, without a warning',
    async (folder, agent, prometheus) => {
      const config = await load({
        env: {
          FARGAUGE_CLUSTER: CLUSTER,
          CW_CONFIG_CONTENT: fixtureText(folder, agent),
          PROMETHEUS_CONFIG_CONTENT: fixtureText(folder, prometheus),
        },
      });
      expect(config.warnings).toEqual([]);
      expect(config.jobs).toHaveLength(1);
      expect(config.emf.declarations.length).toBeGreaterThan(0);
    },
  );

  it('that of a server outside of ECS works unchanged from files, as plain log events', async () => {
    const path = '/etc/prometheusconfig/prometheus.yaml';
    const config = await load({
      config: '/agent.json',
      files: {
        '/agent.json': fixtureText('migrations', 'onprem-cwagent.json'),
        [path]: fixtureText('migrations', 'onprem-prometheus.yaml'),
      },
    });
    expect(config).toMatchObject({
      warnings: [],
      clusterName: undefined,
      discovery: undefined,
      logs: { group: 'test' },
      jobs: [{ name: 'node_exporter', staticConfigs: [{ targets: ['localhost:9100'] }] }],
      emf: { namespace: 'CWAgent/Prometheus', declarations: [] },
    });
  });

  it('that of a Prometheus agent loads alone, and says what it misses', async () => {
    // As the script that starts the agent does it.
    const url = 'https://aps-workspaces.ap-northeast-1.amazonaws.com/ws/api/v1/remote_write';
    const text = fixtureText('migrations', 'prometheus-agent.yml');
    const files = { '/p.yml': text.replace('__REMOTE_WRITE_URL__', url) };
    const { jobs, outputs, warnings } = await load({ prometheusConfig: '/p.yml', files });
    expect(jobs).toMatchObject([
      { name: 'prometheus-agent-test', staticConfigs: [{ labels: { instance: '__TASK_ID__' } }] },
    ]);
    expect(outputs).toMatchObject([
      {
        type: 'remote_write',
        url,
        externalLabels: { monitor: 'prometheus' },
        signing: { region: 'ap-northeast-1' },
      },
    ]);
    expect(warnings.map((warning) => warning.split(': ')[1])).toEqual([
      'remote_write[0].queue_config',
      'global.scrape_interval',
    ]);
  });

  it('that of an OpenTelemetry collector is refused as something else', async () => {
    const files = { '/adot.yaml': fixtureText('migrations', 'adot-collector.yaml') };
    const { issues } = await errorOf(load({ config: '/adot.yaml', files }));
    expect(issues.map(({ path }) => path)).toEqual([
      'receivers',
      'processors',
      'exporters',
      'service',
    ]);
  });
});

describeWithFixtures('the agent’s cases', 'cloudwatch-agent', () => {
  const declarations = fixtureJson<DeclarationCase[]>('cloudwatch-agent', 'declarations.json');
  const discoveries = fixtureJson<DiscoveryCase[]>('cloudwatch-agent', 'discovery.json');

  const loadDeclaration = ({ config, prometheus_keys }: DeclarationCase) =>
    load({
      env: agentEnv({ ...prometheus_keys, ...(config === null ? {} : { emf_processor: config }) }),
    });
  const loadDiscovery = ({ config }: DiscoveryCase) =>
    load({ env: agentEnv({ ecs_service_discovery: config }) });

  describe('of declarations', () => {
    const named = declarations.map((c) => [c.name, c] as const);

    it.each(named.filter(([, { expected }]) => expected.error_path === undefined))(
      '%s loads, in its namespace',
      async (_, c) => {
        const { emf } = await loadDeclaration(c);
        // With no declaration every event is a plain log event, so the two must agree.
        if (c.expected.outcome !== 'log') expect(emf.declarations.length).toBeGreaterThan(0);
        for (const { Namespace } of c.expected.directives ?? [])
          expect(emf.namespace).toBe(Namespace);
      },
    );

    it.each(named.filter(([, { expected }]) => expected.error_path !== undefined))(
      '%s is refused at its path',
      async (_, c) => {
        const path = formatPath(c.expected.error_path!);
        const messages = await messagesOf(loadDeclaration(c));
        expect(messages).toHaveLength(1);
        expect(messages[0]).toContain(`CW_CONFIG_CONTENT: ${path}: expected `);
      },
    );
  });

  describe('of discovery', () => {
    const named = discoveries.map((c) => [c.name, c] as const);

    it.each(named.filter(([, c]) => c.expected.error_path === undefined))(
      '%s loads',
      async (_, c) => {
        expect((await loadDiscovery(c)).discovery).toBeDefined();
      },
    );

    it.each(named.filter(([, { expected }]) => expected.error_path !== undefined))(
      '%s is refused at its path',
      async (_, c) => {
        const path = formatPath(c.expected.error_path!);
        const messages = await messagesOf(loadDiscovery(c));
        expect(messages).toHaveLength(1);
        expect(messages[0]).toContain(`CW_CONFIG_CONTENT: ${path}: expected `);
      },
    );
  });
});
