import { expect, it } from '@jest/globals';
import { describeDeployed, describeWhereDeployable } from './describe-deployed.ts';
import type { DeployedRun } from './run.ts';

const DELIVERIES = ['logs', 'metrics', 'both'] as const;
const EVENTS = ['task', 'service'] as const;
const METRICS = ['tasks', 'containers'] as const;

/** Each delivery with each kind of events and each choice of metrics. */
const COMBINATIONS = DELIVERIES.flatMap((delivery) =>
  EVENTS.flatMap((events) =>
    METRICS.map((metrics) => ({
      name: `delivery by ${delivery}, events of a ${events}, metrics of ${metrics}`,
      program: 'test/deployed/deliveries/app.ts',
      context: { delivery, events, metrics },
    })),
  ),
);

describeWhereDeployable('each way of the metrics into CloudWatch, as it is deployed,', () => {
  describeDeployed(
    COMBINATIONS,
    Object.fromEntries(
      COMBINATIONS.map(({ name, context: { delivery, metrics } }) => [
        name,
        (runOf: () => DeployedRun) => {
          it('publishes the metrics of the choice, by log events or without', () => {
            const run = runOf();
            const names = new Set(run.metrics.map((metric) => metric.name));
            expect(names).toContain('ee_task_cpu_utilization_percent');
            expect(names.has('ee_container_cpu_utilization_percent')).toBe(
              metrics === 'containers',
            );
            expect(run.logGroups.size).toBe(delivery === 'metrics' ? 0 : 1);
          });
        },
      ]),
    ),
  );
});
