import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { nativeDocument } from '../../../lambda/config/native/native.ts';
import { agentEnv, load, loadNative } from '../loading.ts';

describe('a native document', () => {
  it('means the same as the two documents of the agent', async () => {
    const settings = {
      cluster_name: 'a',
      log_group_name: '/g',
      ecs_service_discovery: { docker_label: {} },
      emf_processor: {
        metric_namespace: 'n',
        metric_declaration: [
          { source_labels: ['job'], metric_selectors: ['^m$'], dimensions: [['job']] },
        ],
      },
    };
    const prometheus = {
      global: { scrape_timeout: '5s' },
      scrape_configs: [
        { job_name: 'b', file_sd_configs: [{ files: ['/tmp/cwagent_ecs_auto_sd.yaml'] }] },
      ],
    };
    const agent = await load({ env: agentEnv(settings, prometheus) });
    const native = await loadNative({ ...settings, ...prometheus });
    expect(agent.warnings).toEqual([]);
    expect(JSON.stringify({ ...native, source: '' })).toBe(
      JSON.stringify({ ...agent, source: '' }),
    );
  });

  it('may name its schema', async () => {
    await expect(loadNative({ $schema: './fargauge.schema.json' })).resolves.toBeDefined();
  });

  it('may be any Prometheus file', async () => {
    const { jobs } = await loadNative('rule_files:\nscrape_configs: [{job_name: a}]\n');
    expect(jobs).toMatchObject([{ name: 'a' }]);
  });
});

describe('its JSON Schema', () => {
  const schema = z.toJSONSchema(nativeDocument, { io: 'input' });

  it('can be generated and names every key', () => {
    expect(Object.keys(schema.properties ?? {})).toEqual(
      expect.arrayContaining([
        '$schema',
        'region',
        'endpoint_override',
        'cluster_name',
        'log_group_name',
        'disable_metric_extraction',
        'ecs_service_discovery',
        'emf_processor',
        'global',
        'scrape_configs',
      ]),
    );
    expect(schema.additionalProperties).toBe(false);
  });

  it('shows values as they are written', () => {
    const discovery = schema.properties?.ecs_service_discovery;
    expect(discovery).toMatchObject({
      properties: { sd_frequency: { type: 'string', default: '1m' } },
    });
  });
});
