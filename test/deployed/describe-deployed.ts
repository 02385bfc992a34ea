import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Config } from '../../lambda/model/settings/config.ts';
import { missing } from './published.ts';
import type { DeployedRun } from './run.ts';
import { type DeployedApp, OBSTACLE, runAll } from './run-all.ts';

/** The CDK is loaded and every app runs: seconds, more where other tests run beside it. */
const SLOW = 300_000;

/** What a cycle may leave out: an address that two modes of the discovery find. */
const MAY_BE_LEFT_OUT = 'duplicate';

/** What a collector, or one of its shards, answers of a cycle, as far as it is looked at. */
interface CycleResult {
  readonly targets: { readonly discovered: number; readonly up: number };
  readonly skipped: Readonly<Record<string, number>>;
  readonly discoveryErrors: readonly string[];
}

/** `describe` where apps can be run; else one test that prints why the suite was left out. */
export function describeWhereDeployable(name: string, suite: () => void): void {
  if (OBSTACLE === undefined) describe(name, suite);
  else it(`${name}: left out`, () => console.info(`${name}: left out, ${OBSTACLE}`));
}

/**
 * Tests of what apps deploy, the same for each.
 *
 * @param more further tests of an app, by its name
 */
export function describeDeployed(
  apps: readonly DeployedApp[],
  more: Readonly<Record<string, (runOf: () => DeployedRun) => void>> = {},
): void {
  let runs: Awaited<ReturnType<typeof runAll>>;
  beforeAll(async () => {
    runs = await runAll(apps);
  }, SLOW);

  describe.each(apps.map(({ name }) => name))('%s', (name) => {
    const runOf = () => {
      const run = runs.get(name);
      if (run === undefined || run instanceof Error) throw run;
      return run;
    };

    it('finds every task that runs, and collects from it', () => {
      const { cycles, functions, tasks } = runOf();
      expect(functions).not.toEqual([]);
      expect(tasks).not.toEqual([]);
      for (const answers of cycles) {
        expect(answers.filter(({ kind }) => kind !== 'result')).toEqual([]);
        const results = answers
          .flatMap((answer) => (answer.kind === 'result' ? [answer.result as CycleResult] : []))
          // That of the function that hands the targets out to shards is another.
          .filter(({ targets }) => targets !== undefined);
        expect(sumOf(results, ({ targets }) => targets.up)).toBeGreaterThanOrEqual(tasks.length);
        expect(sumOf(results, ({ targets }) => targets.discovered - targets.up)).toBe(0);
        expect(results.flatMap(({ discoveryErrors }) => discoveryErrors)).toEqual([]);
        const leftOut = results.flatMap(({ skipped }) => Object.keys(skipped));
        expect(leftOut.filter((reason) => reason !== MAY_BE_LEFT_OUT)).toEqual([]);
      }
    });

    it('publishes what its alarms and dashboards read', () => {
      const run = runOf();
      expect(missing(run.readings, run)).toEqual([]);
    });

    it('publishes something by each selector of its rules, or sends the samples', () => {
      const { functions, metrics, series } = runOf();
      const published = [...new Set(metrics.map((metric) => metric.name))];
      const unused = functions
        .filter(({ config }) => publishesMetrics(config))
        .flatMap(({ config }) => config.emf.declarations)
        .flatMap(({ selectors }) => selectors)
        .filter((selector) => !published.some((each) => selector.test(each)));
      expect(
        unused.map(
          ({ source }) => `${source}: nothing of test/deployed/application.ts, or not found`,
        ),
      ).toEqual([]);
      if (functions.every(({ config }) => !publishesMetrics(config))) {
        expect(series).not.toEqual([]);
      }
    });

    it('has a way from its network to each API that it calls', () => {
      expect(runOf().missingWays).toEqual([]);
    });

    it('is denied nothing, and complains of nothing but what the synthesis has told', () => {
      const { denied, complaints, functions } = runOf();
      const told = functions.flatMap(({ config }) => config.warnings);
      expect(denied).toEqual([]);
      expect(complaints.filter(({ message }) => !told.includes(message))).toEqual([]);
    });

    more[name]?.(runOf);
  });
}

/** Whether CloudWatch gets the metrics of the rules. */
function publishesMetrics({ outputs }: Config): boolean {
  const ofRules = new Set(['cloudwatch-logs', 'cloudwatch_metrics']);
  return outputs === undefined || outputs.some(({ type }) => ofRules.has(type));
}

function sumOf<Each>(all: readonly Each[], count: (each: Each) => number): number {
  return all.reduce((sum, each) => sum + count(each), 0);
}
