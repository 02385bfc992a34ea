import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { ConfigError } from '../../lambda/config/findings/errors.ts';
import { agentEnv, load, nativeEnv } from './loading.ts';

/** Words of configurations, so that arbitrary documents get past the first check. */
const KEYS = [
  ...['logs', 'metrics_collected', 'prometheus', 'agent', 'region', 'endpoint_override'],
  ...['cluster_name', 'log_group_name', 'disable_metric_extraction', 'prometheus_config_path'],
  ...['ecs_service_discovery', 'sd_frequency', 'docker_label', 'task_definition_list'],
  ...['sd_task_definition_arn_pattern', 'sd_metrics_ports', 'sd_result_file'],
  ...['emf_processor', 'metric_unit', 'metric_declaration', 'source_labels', 'label_matcher'],
  ...['rate', 'storage_resolution', 'properties', 'metric_budget'],
  ...['metric_selectors', 'dimensions', 'global', 'scrape_configs', 'scrape_timeout'],
  ...['scrape_interval', 'job_name', 'static_configs', 'targets', 'labels', 'file_sd_configs'],
  ...['metric_relabel_configs', 'action', 'regex', 'modulus', 'target_label', 'params'],
  ...['basic_auth', 'password', 'tls_config', 'key', 'http_headers', 'http_sd_configs', 'url'],
  ...['files', 'relabel_configs', 'remote_write', '__proto__', 'constructor', ''],
];

const scalar = fc.oneof(
  fc.constantFrom('1m', '2m', '0', 'a', '^a$', '*', '9404;9406', '/tmp/cwagent_ecs_auto_sd.yaml'),
  fc.constantFrom('hashmod', 'labelmap', 'aws:ssm:x', 'http://x', '/a.json'),
  fc.constantFrom('env:X', '127.0.0.1:9100', '{ClusterName}', 'http', ''),
  fc.string({ unit: 'binary' }),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
);

const { document } = fc.letrec<{ document: unknown }>((tie) => ({
  document: fc.oneof(
    { maxDepth: 7, depthSize: 'small' },
    scalar,
    fc.array(tie('document'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...KEYS), tie('document'), { maxKeys: 8 }),
  ),
}));

const settings = fc.dictionary(fc.constantFrom(...KEYS), document, { maxKeys: 8 });

async function check(env: Record<string, string>): Promise<void> {
  try {
    const { source, jobs, emf } = await load({ env });
    expect([typeof source, Array.isArray(jobs), emf.units instanceof Map]).toEqual([
      'string',
      true,
      true,
    ]);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    expect(error.issues.length).toBeGreaterThan(0);
    for (const { source, message } of error.issues) expect(message.startsWith(source)).toBe(true);
  }
}

describe('loading ends with a configuration or a ConfigError', () => {
  it('for arbitrary text', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 200 }), (text) =>
        check({ ...nativeEnv(text), PROMETHEUS_CONFIG_CONTENT: text }),
      ),
    );
  });

  it('for text of YAML’s own characters', async () => {
    const unit = fc.constantFrom(...'ab1:-[]{},&*!|>\'"%@`#? \n\t<.~'.split(''));
    await fc.assert(
      fc.asyncProperty(fc.string({ unit, maxLength: 60 }), (text) => check(nativeEnv(text))),
      { numRuns: 500 },
    );
  });

  it('for arbitrary native documents', async () => {
    await fc.assert(
      fc.asyncProperty(settings, (value) => check(nativeEnv(stringify(value)))),
      { numRuns: 150 },
    );
  });

  it('for arbitrary documents of the agent and Prometheus', async () => {
    await fc.assert(
      fc.asyncProperty(settings, settings, fc.boolean(), (agent, prometheus, cluster) => {
        const { FARGAUGE_CLUSTER: name = '', ...env } = agentEnv(agent, stringify(prometheus));
        return check(cluster ? { ...env, FARGAUGE_CLUSTER: name } : env);
      }),
      { numRuns: 150 },
    );
  });
});
