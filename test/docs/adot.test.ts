import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { type Aws, startAws } from '../../cli/demo/aws/server.ts';
import { taskAddresses } from '../../cli/demo/task/addresses.ts';
import { collectorBundle } from '../bundles.ts';
import { describeWithFixtures, fixtureText } from '../fixtures.ts';
import { environmentFor } from '../handler/function-process.ts';
import { deployedIn } from './deployed.ts';
import { type Journey, startJourney } from './journey.ts';
import { serveAt, shop } from './serve.ts';
import { startSidecarOf } from './sidecar-of.ts';

const SLOW = 240_000;

/** What the guide keeps of the sidecar, without the two counters, whose first sample is none. */
const KEPT = [
  'ecs_task_cpu_reserved_None',
  'ecs_task_cpu_utilized_None',
  'ecs_task_network_rate_rx_Bytes_per_Second',
  'ecs_task_network_rate_tx_Bytes_per_Second',
  'ee_task_cpu_utilization_percent',
  'ee_task_info',
  'ee_task_memory_limit_byte',
  'ee_task_memory_utilization_percent',
  'ee_task_memory_utilized_bytes',
];

let journey: Journey;
let aws: Aws;
beforeAll(async () => {
  await collectorBundle();
  journey = await startJourney('docs/migrate-adot.md');
}, SLOW);
afterAll(async () => {
  expect(journey.remaining).toEqual([]);
  await journey[Symbol.asyncDispose]();
});
beforeEach(async () => {
  aws = await startAws();
});
afterEach(() => aws.close());

describe('an ADOT collector in each task, by the guide', () => {
  it(
    'is replaced by the sidecar: the filter and the old names, the dashboard, the other account',
    async () => {
      expect(await journey.runNext()).toMatchObject({ code: 0 });
      const deployed = await deployedIn(journey, 'shop/cdk.out', 'Shop');
      expect(deployed.containerNames('demo-app')).toEqual(['app', 'fargauge-sidecar']);
      expect(deployed.openPorts).toEqual([9546]);
      const [output] = JSON.parse(deployed.functionEnvironment.FARGAUGE_OUTPUTS!);
      const before = await journey.file('shop/adot.yaml.before');
      expect(before).toContain(`endpoint: ${output.url}\n`);
      expect(before).toContain(`arn: ${output.role_arn}\n`);
      const { Central } = (await journey.assembly('shop/cdk.out')).templates;
      // The role of the other account trusts that of the collector by its name.
      const collectorRole = deployed.collectorRoleName;
      expect(JSON.stringify(Central!.Resources)).toContain(`:role/${collectorRole}"`);
      const types = Object.values(Central!.Resources).map(({ Type }) => Type);
      expect(types).toEqual(
        expect.arrayContaining(['AWS::IAM::Role', 'AWS::APS::RuleGroupsNamespace']),
      );

      const [address] = await taskAddresses(1, Math.random);
      await using _app = await serveAt('127.0.0.1', 8000, shop);
      await using _sidecar = await startSidecarOf(deployed, 'demo-app', address!.host);
      deployed.runTask(aws, 'demo-app', address!.host, { cluster: 'shop', service: 'demo' });
      const { code, stdout } = await journey.runNext(environmentFor(aws));

      expect(code).toBe(0);
      const events: Record<string, unknown>[] = stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
      const ofSidecar = events.filter(({ job }) => job === 'fargauge-sidecar');
      const names = new Set(
        ofSidecar.flatMap(Object.keys).filter((name) => /^(ee|ecs)_/.test(name)),
      );
      expect([...names].sort()).toEqual(KEPT);
      expect(ofSidecar).toContainEqual(
        expect.objectContaining({ aws_ecs_task_id: 'a1'.repeat(16), aws_ecs_service_name: 'demo' }),
      );
      // The variables of the dashboard.
      expect(ofSidecar).toContainEqual(
        expect.objectContaining({
          ee_task_info: 1,
          TaskClusterName: 'shop',
          ServiceName: 'demo',
          TaskId: 'a1'.repeat(16),
        }),
      );
      expect(events).toContainEqual(
        expect.objectContaining({ job: 'prometheus-demo-app', orders_open: 7 }),
      );
    },
    SLOW,
  );
});

describeWithFixtures('the file of the collector in the guide', 'migrations', () => {
  it('is what such a user has, but for the exporter, which has a new name', async () => {
    const theirs = parse(fixtureText('migrations', 'adot-collector.yaml'));
    const { receivers, processors } = parse(await journey.file('shop/adot.yaml.before'));
    expect({ receivers, processors }).toEqual({
      receivers: theirs.receivers,
      processors: theirs.processors,
    });
  });
});
