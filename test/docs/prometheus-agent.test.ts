import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { type Aws, startAws } from '../../cli/demo/aws/server.ts';
import { taskAddresses } from '../../cli/demo/task/addresses.ts';
import { loadConfig } from '../../lambda/config/load.ts';
import { collectorBundle } from '../bundles.ts';
import { describeWithFixtures, fixtureText } from '../fixtures.ts';
import { environmentFor } from '../handler/function-process.ts';
import { deployedIn } from './deployed.ts';
import { type Journey, startJourney } from './journey.ts';
import { serveAt, shop } from './serve.ts';
import { startSidecarOf } from './sidecar-of.ts';

const SLOW = 240_000;

const URL =
  'https://aps-workspaces.ap-northeast-1.amazonaws.com/workspaces/ws-1/api/v1/remote_write';

let journey: Journey;
let aws: Aws;
beforeAll(async () => {
  await collectorBundle();
  journey = await startJourney('docs/migrate-prometheus-agent.md');
}, SLOW);
afterAll(async () => {
  expect(journey.remaining).toEqual([]);
  await journey[Symbol.asyncDispose]();
});
beforeEach(async () => {
  aws = await startAws();
});
afterEach(() => aws.close());

describe('a Prometheus agent in each task, by the guide', () => {
  it('had a file that Fargauge reads as it is, but for the interval and the queue', async () => {
    const template = await journey.file('orders/prometheus-agent.yaml.template');
    const filled = template.replace('__TASK_ID__', 'a1').replace('__REMOTE_WRITE_URL__', URL);
    const { warnings, outputs } = await loadConfig({
      env: { PROMETHEUS_CONFIG_CONTENT: filled },
      readFile: () => Promise.reject(new Error('no file is read')),
    });
    expect(outputs).toMatchObject([{ type: 'remote_write', url: URL }]);
    expect(warnings).toEqual([
      expect.stringContaining('queue_config'),
      expect.stringContaining('global.scrape_interval'),
    ]);
  });

  it(
    'is replaced by the sidecar, whose application keeps its job, and instance is the id of the task',
    async () => {
      expect(await journey.runNext()).toMatchObject({ code: 0 });
      const deployed = await deployedIn(journey, 'orders/cdk.out');
      expect(deployed.containerNames('orders')).toEqual(['app', 'fargauge-sidecar']);
      expect(deployed.openPorts).toEqual([9546]);
      expect(JSON.parse(deployed.functionEnvironment.FARGAUGE_OUTPUTS!)).toMatchObject([
        { type: 'remote_write', url: expect.stringContaining('aps-workspaces.ap-northeast-1') },
      ]);

      const [address] = await taskAddresses(1, Math.random);
      await using _app = await serveAt('127.0.0.1', 8080, shop);
      await using _sidecar = await startSidecarOf(deployed, 'orders', address!.host);
      deployed.runTask(aws, 'orders', address!.host, { cluster: 'orders', service: 'orders' });
      const { code, stdout } = await journey.runNext(environmentFor(aws));

      expect(code).toBe(0);
      const events = stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
      expect(events).toContainEqual(
        expect.objectContaining({
          job: 'prometheus-agent-test',
          instance: 'a1'.repeat(16),
          orders_open: 7,
        }),
      );
      expect(events).toContainEqual(
        expect.objectContaining({ job: 'fargauge-sidecar', ee_task_cpu_limit: 0.5 }),
      );
    },
    SLOW,
  );
});

describeWithFixtures('the file of the agent in the guide', 'migrations', () => {
  it('is what such a user has', async () => {
    const theirs = fixtureText('migrations', 'prometheus-agent.yml');
    const ours = await journey.file('orders/prometheus-agent.yaml.template');
    expect(parse(ours)).toEqual(parse(theirs));
  });
});
