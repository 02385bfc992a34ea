import { expect, it } from '@jest/globals';
import { ConfigError } from '../../lambda/config/findings/errors.ts';
import { load } from '../config/loading.ts';
import { describeWithFixtures, fixtureJson } from '../fixtures.ts';

interface Configuration {
  name: string;
  yaml: string;
  promtool: 'ok' | 'error';
}

/** Files about which the loader and promtool 2.42 differ on purpose. */
const OTHER_VERDICTS: ReadonlyMap<string, string> = new Map([
  ['awsRegion', 'Prometheus 3.8 knows aws_sd_configs'],
  ['extDash', 'the names of labels are free in Prometheus 3'],
  ['targetDot', 'the names of labels are free in Prometheus 3'],
  ['rwDup', 'the server itself refuses to start with two entries that are the same'],
]);

describeWithFixtures('Configurations that promtool was given', 'prometheus-server', () => {
  const files = fixtureJson<Configuration[]>('prometheus-server', 'configurations.json');

  it.each(files.map((file) => [file.name, file] as const))('%s', async (name, file) => {
    const same = (await verdictOn(file.yaml)) === file.promtool;

    expect([name, same]).toEqual([name, !OTHER_VERDICTS.has(name)]);
  });
});

async function verdictOn(yaml: string): Promise<Configuration['promtool']> {
  try {
    await load({ prometheusConfig: '/prometheus.yml', files: { '/prometheus.yml': yaml } });
    return 'ok';
  } catch (error) {
    if (error instanceof ConfigError) return 'error';
    throw error;
  }
}
