import { expect, it } from '@jest/globals';
import { loadAgent, loadNative } from '../loading.ts';

const PATH = 'CW_CONFIG_CONTENT: logs.metrics_collected.prometheus.ecs_service_discovery';

const discover = async (section: object) =>
  (await loadAgent({ ecs_service_discovery: section })).discovery;

it('is off where it is not configured', async () => {
  expect((await loadAgent({})).discovery).toBeUndefined();
});

it('is off, with a warning, where no way of finding targets is on', async () => {
  for (const section of [{}, { task_definition_list: [], service_name_list_for_tasks: [] }]) {
    const { discovery, warnings, jobs } = await loadAgent({ ecs_service_discovery: section });
    expect([discovery, jobs]).toEqual([undefined, []]);
    expect(warnings[0]).toBe(
      `${PATH}: discovers nothing without docker_label, task_definition_list or service_name_list_for_tasks`,
    );
  }
});

it('looks for the agent’s docker labels, each of which can be renamed', async () => {
  expect((await discover({ docker_label: {} }))?.dockerLabel).toEqual({
    portLabel: 'ECS_PROMETHEUS_EXPORTER_PORT',
    metricsPathLabel: 'ECS_PROMETHEUS_METRICS_PATH',
    jobNameLabel: 'job',
  });
  const renamed = { sd_port_label: 'a', sd_metrics_path_label: 'b', sd_job_name_label: 'c' };
  expect((await discover({ docker_label: renamed }))?.dockerLabel).toEqual({
    portLabel: 'a',
    metricsPathLabel: 'b',
    jobNameLabel: 'c',
  });
});

it('does not look for docker labels where that is not asked for', async () => {
  const entry = { sd_task_definition_arn_pattern: 'x', sd_metrics_ports: '1' };
  expect((await discover({ task_definition_list: [entry] }))?.dockerLabel).toBeUndefined();
});

it('reads entries of task_definition_list, where an empty text means none', async () => {
  const full = {
    sd_task_definition_arn_pattern: ':task-definition/web:',
    sd_metrics_ports: '9404; 9406',
    sd_container_name_pattern: '^envoy$',
    sd_metrics_path: '/stats',
    sd_job_name: 'mesh',
  };
  const least = {
    sd_task_definition_arn_pattern: 'x',
    sd_metrics_ports: '1',
    sd_metrics_path: '',
    sd_job_name: '',
  };
  const discovery = await discover({ task_definition_list: [full, least] });
  const [first, second] = discovery!.taskDefinitions;
  expect(first).toMatchObject({ ports: [9404, 9406], metricsPath: '/stats', jobName: 'mesh' });
  expect(first?.arnPattern.test('arn:aws:ecs:r:1:task-definition/web:7')).toBe(true);
  expect(first?.containerNamePattern?.test('envoy-2')).toBe(false);
  expect(second).toMatchObject({
    ports: [1],
    metricsPath: undefined,
    jobName: undefined,
    containerNamePattern: undefined,
  });
});

it('reads entries of service_name_list_for_tasks in the same way', async () => {
  const entry = {
    sd_service_name_pattern: '^nginx-',
    sd_metrics_ports: '9113',
    sd_container_name_pattern: 'exporter',
    sd_metrics_path: '/stats',
    sd_job_name: 'nginx',
  };
  const discovery = await discover({ service_name_list_for_tasks: [entry] });
  expect(discovery).toMatchObject({ dockerLabel: undefined, taskDefinitions: [] });
  const [service] = discovery!.services;
  expect(service).toMatchObject({ ports: [9113], metricsPath: '/stats', jobName: 'nginx' });
  expect(service?.namePattern.test('nginx-plus')).toBe(true);
  expect(service?.containerNamePattern?.test('exporter')).toBe(true);
});

it('looks up only what it is asked for', async () => {
  expect((await discover({ docker_label: {} }))?.lookups).toEqual(new Set());
  const sd_lookups = ['services', 'public_ips', 'services'];
  expect((await discover({ docker_label: {}, sd_lookups }))?.lookups).toEqual(
    new Set(['services', 'public_ips']),
  );
});

it('requires a daemon on each Managed Instance only if it is told to', async () => {
  expect((await discover({ docker_label: {} }))?.requiresDaemon).toBe(false);
  expect((await discover({ docker_label: {}, daemon: 'required' }))?.requiresDaemon).toBe(true);
});

it('is renewed every minute unless sd_frequency says otherwise', async () => {
  expect((await discover({ docker_label: {} }))?.refreshMs).toBe(60_000);
  expect((await discover({ docker_label: {}, sd_frequency: '1m30s' }))?.refreshMs).toBe(90_000);
});

it('gets a job of its own where no scrape configuration asks for its targets', async () => {
  const expected = [{ name: 'ecs', discovered: true, timeoutMs: 7_000, sampleLimit: 5 }];
  const global = { scrape_timeout: '7s', sample_limit: 5 };
  const settings = { ecs_service_discovery: { docker_label: {} } };
  const native = await loadNative({ ...settings, global });
  expect(native.jobs).toMatchObject(expected);
  expect(native.warnings).toEqual([]);
  const agent = await loadAgent(settings, { global });
  expect(agent.jobs).toMatchObject(expected);
  expect(agent.warnings).toEqual([
    'PROMETHEUS_CONFIG_CONTENT: scrape_configs: no scrape configuration reads /tmp/cwagent_ecs_auto_sd.yaml; Fargauge adds the job "ecs" for the discovered targets',
  ]);
});

it('hands its targets to the job that reads its result file, whatever its path', async () => {
  const job = (file: string) => ({
    scrape_configs: [
      { job_name: 'a', file_sd_configs: [{ files: [file], refresh_interval: '5m' }] },
    ],
  });
  const settings = (file?: string) => ({
    ecs_service_discovery: { docker_label: {}, sd_result_file: file },
  });
  for (const config of [
    await loadAgent(settings(), job('/tmp/cwagent_ecs_auto_sd.yaml')),
    await loadAgent(settings('/x.yaml'), job('/x.yaml')),
    await loadNative({ ...settings(), ...job('/tmp/cwagent_ecs_auto_sd.yaml') }),
    await loadNative({ ...settings(), scrape_configs: [{ job_name: 'a', ecs_discovered: true }] }),
  ]) {
    expect(config.jobs).toMatchObject([{ name: 'a', discovered: true }]);
    expect(config.warnings).toEqual([]);
  }
});

it('is missed, with a warning, by a job that reads it while it is off', async () => {
  const { warnings } = await loadNative({
    scrape_configs: [{ job_name: 'a', ecs_discovered: true }],
  });
  expect(warnings).toEqual([
    'FARGAUGE_CONFIG: scrape_configs[0]: reads the targets of ecs_service_discovery, which is off',
  ]);
});
