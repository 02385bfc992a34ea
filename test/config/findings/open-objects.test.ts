import { describe, expect, it } from '@jest/globals';
import { errorOf, load, messagesOf } from '../loading.ts';

const PROMETHEUS = { log_group_name: '/g', prometheus_config_path: '/p.yml' };
const AMP = {
  metrics_destinations: { amp: { workspace_id: 'ws-12345' } },
  metrics_collected: { prometheus: { prometheus_config_path: '/p.yml' } },
};
const URL =
  'https://aps-workspaces.us-west-2.amazonaws.com/workspaces/ws-12345/api/v1/remote_write';

function loadDocument(document: object) {
  const files = {
    '/agent.json': JSON.stringify(document),
    '/p.yml': 'scrape_configs: [{job_name: a, static_configs: [{targets: [h]}]}]',
  };
  return load({ config: '/agent.json', files });
}

const logs = (prometheus: object, more: object = {}) => ({
  metrics_collected: { prometheus: { ...PROMETHEUS, ...prometheus }, ...more },
});

const discovery = (section: object) => ({
  logs: logs({ cluster_name: 'c', ecs_service_discovery: section }),
});

const SERVICE = { sd_service_name_pattern: 'a', sd_metrics_ports: '80' };
const SECTION = 'logs.metrics_collected.prometheus.ecs_service_discovery';

describe('keys that the agent’s schema leaves open are warned of', () => {
  it.each<[string, object]>([
    ['force_flush_interval', { logs: logs({}), force_flush_interval: 5 }],
    ['$schema', { $schema: 'x', logs: logs({}) }],
    ['_comment', { _comment: 'x', logs: logs({}) }],
    ['agent.interval', { agent: { interval: 60 }, logs: logs({}) }],
    ['logs.metrics_collected.statsd', { logs: logs({}, { statsd: {} }) }],
    ['logs.metrics_collected.jmx', { logs: logs({}, { jmx: {} }) }],
    [`${SECTION}.docker_label._comment`, discovery({ docker_label: { _comment: 'x' } })],
    [
      `${SECTION}.service_name_list_for_tasks[1].sd_metrics_params`,
      discovery({ service_name_list_for_tasks: [SERVICE, { ...SERVICE, sd_metrics_params: 'x' }] }),
    ],
  ])('%s', async (path, document) => {
    expect((await loadDocument(document)).warnings).toContain(
      `/agent.json: ${path}: has no effect: Fargauge knows no such key`,
    );
  });

  it('with the key that may be meant, even where that is missed', async () => {
    const entry = { sd_service_name_pattern: 'a', sd_metrics_port: '80' };
    const document = discovery({ service_name_list_for_tasks: [SERVICE], docker_label: {} });
    const wrong = discovery({ service_name_list_for_tasks: [entry] });
    expect((await loadDocument(document)).discovery).toBeDefined();
    expect(await messagesOf(loadDocument(wrong))).toEqual([
      expect.stringContaining(`${SECTION}.service_name_list_for_tasks[0].sd_metrics_ports`),
    ]);
    const slip = discovery({ docker_label: { sd_prot_label: 'P' } });
    expect((await loadDocument(slip)).warnings).toContain(
      `/agent.json: ${SECTION}.docker_label.sd_prot_label: has no effect: Fargauge knows no such key; is "sd_port_label" meant?`,
    );
  });

  it.each<[string, object]>([
    ['logs.force_flush', { logs: { ...logs({}), force_flush: 5 } }],
    ['logs.metrics_collected.prometheus._comment', { logs: logs({ _comment: 'x' }) }],
    [`${SECTION}.sd_port`, discovery({ docker_label: {}, sd_port: 1 })],
    [
      'logs.metrics_collected.prometheus.emf_processor._comment',
      { logs: logs({ emf_processor: { _comment: 'x' } }) },
    ],
  ])('%s stays an error', async (path, document) => {
    const { issues } = await errorOf(loadDocument(document));
    expect(issues).toMatchObject([{ path, given: 'an unknown key' }]);
  });
});

describe('Prometheus metrics that the agent sends to a workspace', () => {
  const output = JSON.stringify({ type: 'remote_write', url: URL });

  it('beside logs are warned of, with the output that does it', async () => {
    const document = { agent: { region: 'us-west-2' }, logs: logs({}), metrics: AMP };
    const { warnings } = await loadDocument(document);
    expect(warnings).toEqual([
      `/agent.json: metrics.metrics_collected.prometheus: are sent to the workspace ws-12345 only by an entry of outputs, in FARGAUGE_OUTPUTS or in a native document: ${output}`,
    ]);
    // The entry is a right one.
    const env = { FARGAUGE_OUTPUTS: `[${output}]` };
    const files = { '/agent.json': JSON.stringify({ logs: logs({}) }), '/p.yml': '' };
    const { outputs } = await load({ config: '/agent.json', files, env });
    expect(outputs).toMatchObject([{ url: URL, signing: { region: 'us-west-2' } }]);
  });

  it.each([{ agent: { region: 'us-west-2' }, metrics: AMP }, { metrics: AMP }])(
    'alone are an error that names that output: %j',
    async (document) => {
      const url = 'agent' in document ? output : output.replace('us-west-2', 'REGION');
      expect(await messagesOf(loadDocument(document))).toEqual([
        `/agent.json: metrics.metrics_collected.prometheus: expected logs.metrics_collected.prometheus in a document of the CloudWatch Agent, given Prometheus metrics that go only to the workspace ws-12345: write a native document with scrape_configs and this entry of outputs: ${url}`,
      ]);
    },
  );

  it('other metrics are warned of as before', async () => {
    const document = { logs: logs({}), metrics: { metrics_collected: { cpu: {} } } };
    expect((await loadDocument(document)).warnings).toEqual([
      '/agent.json: metrics: has no effect: Fargauge collects Prometheus metrics only',
    ]);
  });
});
