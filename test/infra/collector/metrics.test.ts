import { describe, expect, it } from '@jest/globals';
import { Duration } from 'aws-cdk-lib/core';
import { MeasuredCollector } from '../../../infra/collector/measured.ts';
import { Shards } from '../../../infra/collector/shards/shards.ts';
import type { ConfigStatus } from '../../../lambda/config/live.ts';
import { publishStatus } from '../../../lambda/report/configuration.ts';
import { publishCycle, publishSkipped } from '../../../lambda/report/self-metrics.ts';
import type { DispatchReport } from '../../../lambda/shards/dispatch.ts';
import { publishDispatch } from '../../../lambda/shards/dispatch-report.ts';
import { cycleReport } from '../../report/cycle.ts';
import { collectorStack } from '../template.ts';

/** The names of all metrics that a collector publishes about itself, in whatever it is told. */
function publishedNames(): Set<string> {
  const names = new Set<string>();
  const recorder = {
    addMetric(name: string) {
      names.add(name);
      return undefined as never;
    },
    addMetadata: () => undefined as never,
  };
  const report = cycleReport([]);
  const [delivery] = report.deliveries;
  publishCycle(
    {
      ...report,
      deliveries: [delivery!, delivery!],
      budget: { known: 1, heldBack: 0 } as never,
    },
    recorder,
  );
  publishSkipped(0, recorder, { warn: () => undefined });
  publishStatus({ unread: [] } as unknown as ConfigStatus, recorder);
  publishDispatch(
    {
      durationMs: 1,
      layout: { number: 1, shards: 1 },
      late: [],
      discoveryErrors: [],
      skipped: {},
      leftOut: [],
    } as unknown as DispatchReport,
    recorder,
  );
  return names;
}

/** The methods of a collector that each give one metric. */
const METHODS = Object.getOwnPropertyNames(MeasuredCollector.prototype).filter((name) =>
  /^metric./.test(name),
);

type Method = 'metricTargetsDown';

describe('a collector', () => {
  it('has a method for each metric that the function publishes about itself, and no other', () => {
    expect([...METHODS].sort()).toEqual(
      [...publishedNames()].map((name) => `metric${name}`).sort(),
    );
  });

  it.each(METHODS)('%s gives the metric that is called so', (method) => {
    const { collector } = collectorStack();
    expect(collector[method as Method]()).toMatchObject({
      namespace: 'Fargauge/Collector',
      metricName: method.replace('metric', ''),
      dimensions: { service: 'collector', Collector: collector.function.functionName },
    });
  });

  it.each([
    ['metricEventsRejected', 'Sum', 'Sum'],
    ['metricTargetsDown', 'Maximum', 'Sum'],
    ['metricCycleDuration', 'Maximum', 'Maximum'],
    ['metricNothingPublished', 'Maximum', 'Minimum'],
  ])('%s is the %s, with shards the %s', (method, whole, divided) => {
    const of = (shards?: Shards) =>
      collectorStack(shards && { shards }).collector[method as Method]().statistic;
    expect([of(), of(Shards.fixed(2))]).toEqual([whole, divided]);
  });

  it('gives its metrics over an interval', () => {
    const { collector } = collectorStack({ interval: Duration.minutes(5) });
    expect(collector.metricTargetsDown().period).toEqual(Duration.minutes(5));
  });

  it('gives its metrics as they are asked for', () => {
    const { collector } = collectorStack();
    const options = { statistic: 'Average', period: Duration.hours(1), label: 'down' };
    expect(collector.metricTargetsDown(options)).toMatchObject(options);
  });
});
