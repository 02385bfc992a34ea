import { describe, expect, it } from '@jest/globals';
import { ConfigError } from '../../lambda/config/findings/errors.ts';
import { formatPath, type Path } from '../../lambda/config/findings/place.ts';
import { loadConfig } from '../../lambda/config/load.ts';
import { encode } from '../../lambda/emf/encode.ts';
import { groupsOf } from '../../lambda/grouping/grouping.ts';
import { Drops } from '../../lambda/model/samples/drops.ts';
import { labelsOf } from '../../lambda/model/samples/sample.ts';
import type { EmfConfig } from '../../lambda/model/settings/config.ts';
import { Rules } from '../../lambda/rules/declare.ts';
import {
  combinationsOf,
  type Directive,
  directivesOf,
  problemsOf,
  valuesOf,
} from '../emf/events.ts';
import { describeWithFixtures, fixtureJson } from '../fixtures.ts';
import { series } from '../series/samples.ts';

interface Case {
  readonly name: string;
  /** Content of `emf_processor`; null: the key is absent. */
  readonly config: unknown;
  readonly prometheus_keys?: Readonly<Record<string, unknown>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly metrics: Readonly<Record<string, number>>;
  readonly expected: {
    readonly outcome: 'metrics' | 'log' | 'dropped' | 'config_error';
    readonly directives: readonly Directive[];
    readonly error_path?: Path;
    readonly max_metrics_per_directive?: number;
  };
}

describeWithFixtures('metric declarations of the CloudWatch Agent', 'cloudwatch-agent', () => {
  const cases = fixtureJson<Case[]>('cloudwatch-agent', 'declarations.json');
  const broken = cases.filter(({ expected }) => expected.outcome === 'config_error');
  const valid = cases.filter((c) => !broken.includes(c));

  describe('a broken one stops the start, by its path', () => {
    it.each(broken.map((c) => [c.name, c] as const))('%s', async (_, c) => {
      const error = await emfConfigOf(c).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(ConfigError);
      const path = formatPath(c.expected.error_path!);
      expect((error as ConfigError).issues.map((issue) => issue.path)).toEqual([path]);
      expect((error as ConfigError).message).toContain(path);
    });
  });

  describe('a valid one makes of an event', () => {
    it.each(valid.map((c) => [c.name, c] as const))('%s', async (_, { expected, ...c }) => {
      const events = publish(await emfConfigOf(c), c);
      expect(events.flatMap(problemsOf)).toEqual([]);
      expect(events.flatMap(combinationsOf).sort()).toEqual(combinationsOfAll(expected.directives));
      for (const event of events) expect(c.metrics).toMatchObject(valuesOf(event));
      if (expected.outcome === 'dropped') expect(events).toEqual([]);
      if (expected.outcome === 'log') expect(events.map(valuesOf)).toEqual([c.metrics]);
      for (const { Metrics } of events.flatMap(directivesOf)) {
        expect(Metrics.length).toBeLessThanOrEqual(expected.max_metrics_per_directive ?? 100);
      }
    });
  });
});

/** The rules that the case's configuration means, as the collector would load it. */
async function emfConfigOf({ config, prometheus_keys }: Pick<Case, 'config' | 'prometheus_keys'>) {
  const agent = {
    logs: {
      metrics_collected: {
        prometheus: {
          prometheus_config_path: 'env:PROMETHEUS_CONFIG_CONTENT',
          cluster_name: 'c',
          log_group_name: 'g',
          ecs_service_discovery: {
            sd_target_cluster: 'c',
            sd_cluster_region: 'eu-west-1',
            docker_label: {},
          },
          ...(config === null ? {} : { emf_processor: config }),
          ...prometheus_keys,
        },
      },
    },
  };
  const { emf } = await loadConfig({
    env: {
      CW_CONFIG_CONTENT: JSON.stringify(agent),
      PROMETHEUS_CONFIG_CONTENT: 'scrape_configs: [{job_name: j}]',
    },
    readFile: (path) => Promise.reject(new Error(`no file ${path}`)),
  });
  return emf;
}

/** The events for one event of the agent: samples with the same labels. */
function publish(emf: EmfConfig, { labels: given, metrics }: Pick<Case, 'labels' | 'metrics'>) {
  const drops = new Drops();
  const labels = labelsOf(given);
  const samples = Object.entries(metrics).map(([name, value]) => ({
    series: series(name),
    labels,
    value,
    timestamp: 0,
  }));
  const declared = new Rules(emf).declare(samples, drops);
  return encode(groupsOf(declared, drops), emf, () => ({ logGroup: 'g', logStream: 's' }), drops);
}

/** The (namespace, metric, unit, dimension set) combinations of all directives, each once. */
function combinationsOfAll(CloudWatchMetrics: readonly Directive[]): string[] {
  const message = JSON.stringify({ _aws: { CloudWatchMetrics } });
  return [...new Set(combinationsOf({ message }))].sort();
}
