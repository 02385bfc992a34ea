import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Stores, startStores } from '../config/sources/stores.ts';
import { fargauge, jsonLines, startFargauge } from './fargauge.ts';
import { serveMetrics } from './target.ts';

const CREDENTIALS = {
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
};

const gauge = () => '# TYPE orders_open gauge\norders_open 3\n';

let stores: Stores;

beforeEach(async () => {
  stores = await startStores();
});

afterEach(async () => {
  await stores[Symbol.asyncDispose]();
});

const environment = () => ({ ...CREDENTIALS, ...stores.env });
const documentFor = (address: string, more: object = {}) =>
  JSON.stringify({
    scrape_configs: [{ job_name: 'shop', static_configs: [{ targets: [address] }], ...more }],
  });

describe('`fargauge collect` with a configuration that lies elsewhere', () => {
  it('reads it, and the secrets that it refers to', async () => {
    await using target = await serveMetrics(gauge);
    stores.parameters.set('/fargauge', documentFor(target.address, { bearer_token: 'aws:ssm:/t' }));
    stores.parameters.set('/t', 'hunter2');

    const { code, stdout, stderr } = await fargauge(
      ['collect', '--config', 'ssm:/fargauge'],
      environment(),
    );

    expect(code).toBe(0);
    expect(jsonLines(stdout)).toContainEqual(expect.objectContaining({ orders_open: 3 }));
    expect(stdout + stderr).not.toContain('hunter2');
  });

  it('follows it from cycle to cycle', async () => {
    await using target = await serveMetrics(gauge);
    stores.objects.set('conf/x.yaml', documentFor(target.address));
    const args = ['--config', 's3://conf/x.yaml', '--every', '100ms'];
    await using running = startFargauge(['collect', ...args], environment());
    await running.says(/"job":"shop"/);
    stores.objects.set('conf/x.yaml', documentFor(target.address, { job_name: [] }));
    await running.says(
      /the configuration was refused, the last good one stays in use\n- s3:\/\/conf\/x\.yaml: scrape_configs\[0\]\.job_name: expected a string that is not empty, given a list\n/,
    );
    stores.objects.set('conf/x.yaml', documentFor(target.address, { job_name: 'other' }));
    await running.says(/the configuration of s3:\/\/conf\/x\.yaml has changed\n/);
    await running.says(/"job":"other"/);
  });

  it('says why a secret cannot be read, and which it is', async () => {
    const reference = 'aws:ssm:/none';
    const env = {
      ...environment(),
      FARGAUGE_CONFIG: documentFor('a:1', { bearer_token: reference }),
    };
    expect(await fargauge(['collect'], env)).toMatchObject({
      code: 2,
      stderr: `1 error in the configuration\n- FARGAUGE_CONFIG: scrape_configs[0].bearer_token: expected a reference to a secret that can be read, given "${reference}" (string): ParameterNotFound: No.\n`,
    });
  });
});
