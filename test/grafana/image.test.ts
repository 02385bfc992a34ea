import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { GRAFANA_DIRECTORY } from '../../infra/build/paths.ts';
import { FILES } from './dashboard.ts';

/** A data source as Grafana's provisioning reads it. https://grafana.com/docs/grafana/latest/administration/provisioning/ */
interface DataSource {
  readonly name: string;
  readonly uid: string;
  readonly type: string;
  readonly url: string;
  readonly jsonData: Readonly<Record<string, unknown>>;
}

const DOCKERFILE = read('Dockerfile');

/** Values of `ARG`. */
const DEFAULTS = Object.fromEntries(
  [...DOCKERFILE.matchAll(/^ARG (\w+)=(\S+)$/gm)].map(([, name, value]) => [name!, value!]),
);

/** `COPY` of one source: where the files are in the image. */
const COPIES = [...DOCKERFILE.matchAll(/^COPY (\S+) (\S+)$/gm)].map(
  ([, source = '', target = '']) => [
    source.replace(/\$\{(\w+)\}/, (_, name) => DEFAULTS[name]!),
    target,
  ],
);

function read(path: string): string {
  return readFileSync(join(GRAFANA_DIRECTORY, path), 'utf8');
}

/** What Grafana's provisioning puts in. */
const ENVIRONMENT: Readonly<Record<string, string>> = {
  PROMETHEUS_URL: 'https://prometheus.example.com',
  PROMETHEUS_REGION: 'eu-west-1',
};

function dataSourceOf(name: string): DataSource {
  const text = read(`provisioning/datasources/${name}.yaml`);
  return parse(text.replace(/\$\{(\w+)\}/g, (_, variable) => ENVIRONMENT[variable]!))
    .datasources[0];
}

describe('the image of Grafana', () => {
  it('has the dashboards where their provisioning looks for them', () => {
    const { providers } = parse(read('provisioning/dashboards/fargauge.yaml'));
    const [, target = ''] = COPIES.find(([source]) => source === '*.json') ?? [];
    expect(providers).toHaveLength(1);
    expect(providers[0]).toMatchObject({ type: 'file', options: { path: dirname(`${target}x`) } });
    expect(globSync('*.json', { cwd: GRAFANA_DIRECTORY }).sort()).toEqual([...FILES].sort());
  });

  it('has each file of the provisioning where Grafana looks for it, and one data source', () => {
    const found = COPIES.filter(([source]) => source?.startsWith('provisioning/'));
    expect(found).toEqual([
      [
        `provisioning/datasources/${DEFAULTS.DATASOURCE}.yaml`,
        '/etc/grafana/provisioning/datasources/',
      ],
      ['provisioning/dashboards', '/etc/grafana/provisioning/dashboards'],
    ]);
    for (const [source = ''] of found)
      expect(globSync(join(GRAFANA_DIRECTORY, source))).toHaveLength(1);
  });

  it('has the plugin that its data source is of', () => {
    const { type } = dataSourceOf(DEFAULTS.DATASOURCE!);
    expect(DOCKERFILE).toContain(`plugins install ${type} `);
  });
});

const SOURCES = globSync('provisioning/datasources/*.yaml', { cwd: GRAFANA_DIRECTORY })
  .map((path) => basename(path, '.yaml'))
  .sort();

describe('the data sources that there are to choose from', () => {
  it('are a workspace of Amazon and a Prometheus', () => {
    expect(SOURCES).toEqual(['amazon-managed-prometheus', 'prometheus']);
  });

  it.each(SOURCES)(
    '%s has the address that the environment says, and the pace of the collector',
    (name) => {
      const source = dataSourceOf(name);
      expect(source).toMatchObject({
        uid: 'fargauge-prometheus',
        url: ENVIRONMENT.PROMETHEUS_URL,
        // A query with a list of tasks is longer than an address may be.
        jsonData: { httpMethod: 'POST', timeInterval: '1m' },
      });
    },
  );

  it('one signs as what runs Grafana, and has no key', () => {
    const { jsonData, ...rest } = dataSourceOf('amazon-managed-prometheus');
    expect(jsonData).toMatchObject({
      sigV4Auth: true,
      sigV4AuthType: 'default',
      sigV4Region: ENVIRONMENT.PROMETHEUS_REGION,
    });
    expect(rest).not.toHaveProperty('secureJsonData');
    expect(DOCKERFILE).toMatch(/^ENV GF_AUTH_SIGV4_AUTH_ENABLED=true$/m);
  });
});
