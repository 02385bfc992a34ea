import { expect, it } from '@jest/globals';
import { CLUSTER, load } from '../loading.ts';

const PROMETHEUS = {
  scrape_configs: [{ job_name: 'a', static_configs: [{ targets: ['127.0.0.1:9100'] }] }],
};

const loadDocument = (document: object) =>
  load({
    env: {
      FARGAUGE_CLUSTER: CLUSTER,
      CW_CONFIG_CONTENT: JSON.stringify(document),
      PROMETHEUS_CONFIG_CONTENT: JSON.stringify(PROMETHEUS),
    },
  });

it('what every document of the agent has and nobody would miss is accepted without a word', async () => {
  const { warnings } = await loadDocument({
    agent: { debug: false, run_as_user: 'root', metrics_collection_interval: 60, logfile: '' },
    logs: {
      metrics_collected: {
        prometheus: { prometheus_config_path: 'env:PROMETHEUS_CONFIG_CONTENT' },
      },
      force_flush_interval: 5,
      log_stream_name: 'x',
      'service.name': 'x',
    },
  });
  expect(warnings).toEqual([]);
});

it('what the agent collects beside Prometheus metrics is warned about', async () => {
  const { warnings } = await loadDocument({
    metrics: { metrics_collected: { cpu: {} } },
    traces: { traces_collected: { xray: {} } },
    logs: {
      logs_collected: { files: {} },
      metrics_collected: { prometheus: {}, emf: {}, kubernetes: {} },
    },
  });
  const without = 'has no effect: Fargauge collects Prometheus metrics only';
  expect(warnings).toEqual([
    `CW_CONFIG_CONTENT: metrics: ${without}`,
    `CW_CONFIG_CONTENT: traces: ${without}`,
    `CW_CONFIG_CONTENT: logs.logs_collected: ${without}`,
    `CW_CONFIG_CONTENT: logs.metrics_collected.emf: ${without}`,
    `CW_CONFIG_CONTENT: logs.metrics_collected.kubernetes: ${without}`,
  ]);
});
