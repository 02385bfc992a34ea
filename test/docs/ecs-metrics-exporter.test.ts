import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { taskAddresses } from '../../cli/demo/task/addresses.ts';
import { sidecarBundle } from '../bundles.ts';
import { describeWithFixtures, fixtureText } from '../fixtures.ts';
import { deployedIn } from './deployed.ts';
import { Guide } from './guide.ts';
import { type Journey, startJourney } from './journey.ts';
import { startSidecarOf } from './sidecar-of.ts';

const SLOW = 240_000;
const PAGE = 'docs/migrate-ecs-metrics-exporter.md';

let journey: Journey;
beforeAll(async () => {
  await sidecarBundle();
  journey = await startJourney(PAGE);
}, SLOW);
afterAll(async () => {
  expect(journey.remaining).toEqual([]);
  await journey[Symbol.asyncDispose]();
});

describe('ecs-metrics-exporter, by the guide', () => {
  it(
    'is replaced by the sidecar, with the same series on the same port',
    async () => {
      expect(await journey.runNext()).toMatchObject({ code: 0 });
      const deployed = await deployedIn(journey, 'billing/cdk.out');
      expect(deployed.containerNames('billing')).toEqual(['app', 'fargauge-sidecar']);
      const [address] = await taskAddresses(1, Math.random);
      await using _sidecar = await startSidecarOf(deployed, 'billing', address!.host);
      const { code, stdout } = await journey.runNext({}, { '10.0.1.17': address!.host });
      expect(code).toBe(0);
      expect(stdout).toMatch(/^ee_task_cpu_limit\{container_name="_task_",/m);
      expect(stdout).toMatch(/^ee_container_memory_usage_byte\{container_name="app",/m);
    },
    SLOW,
  );
});

describeWithFixtures('the table of ecs-metrics-exporter', 'migrations', () => {
  it('has each of its series', () => {
    const theirs = fixtureText('migrations', 'ecs-metrics-exporter-series.txt').trim().split('\n');
    const rows = new Guide(PAGE).text.split('\n').filter((line) => line.startsWith('| `ee_'));
    const named = rows.flatMap((row) =>
      Array.from((row.split('|')[1] ?? '').matchAll(/`(\w+)`/g), ([, name = '']) => name),
    );
    expect(named.sort()).toEqual(theirs.sort());
  });
});
