import { beforeAll, expect, it } from '@jest/globals';
import { describeWhereDeployable } from './describe-deployed.ts';
import { missing } from './published.ts';
import type { DeployedRun } from './run.ts';
import { runAll } from './run-all.ts';

const SLOW = 300_000;

const CLOSED = 'a closed port';
const ABSENT = 'no program';

describeWhereDeployable('an app with', () => {
  let runs: Awaited<ReturnType<typeof runAll>>;
  beforeAll(async () => {
    runs = await runAll([
      { name: CLOSED, program: 'test/deployed/broken/closed-port.ts' },
      { name: ABSENT, program: 'test/deployed/broken/absent.ts' },
    ]);
  }, SLOW);

  it('a port that no rule opens does not reach its tasks', () => {
    const { cycles } = runs.get(CLOSED) as DeployedRun;
    for (const answers of cycles) {
      expect(answers).toEqual([
        {
          kind: 'error',
          message: expect.stringMatching(/^none of 1 targets is up: .*:9546.*ECONNREFUSED/),
        },
      ]);
    }
  });

  it('an alarm on a metric that is not published misses it', () => {
    const run = runs.get(CLOSED) as DeployedRun;
    expect(missing(run.readings, run)).toEqual([
      expect.stringContaining('Fargauge ee_task_cpu_utilization_percent ClusterName=shop'),
      expect.stringContaining('alarm Nothing'),
    ]);
  });

  it('a program that fails is named', () => {
    expect(String(runs.get(ABSENT))).toContain(`${ABSENT} is not synthesized: `);
  });
});
