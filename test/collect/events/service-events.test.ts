import { beforeEach, describe, expect, it } from '@jest/globals';
import { Collector } from '../../../lambda/collect.ts';
import type { EmfConfig } from '../../../lambda/model/settings/config.ts';
import { TASK_CPU_UTILIZATION as CPU } from '../../../lambda/model/settings/names.ts';
import type { Target } from '../../../lambda/model/targets/target.ts';
import { MemoryState } from '../../../lambda/state/memory.ts';
import { documentOf } from '../../emf/events.ts';
import { labelled, series, target } from '../../series/samples.ts';
import { configWith, declarationOf, fixedDiscovery, scriptedScraper } from '../parts.ts';
import { recordingOutput } from '../recording-output.ts';

const NOW = Date.UTC(2026, 4, 1);

let now: number;
let requests: number;
let output: ReturnType<typeof recordingOutput>;

beforeEach(() => {
  now = NOW;
  requests = 0;
  output = recordingOutput();
});

/** A task of a service, whose utilization is as high as its number, and which has had ten times as many requests each minute. */
function task(index: number, service = 'web'): Target {
  const TaskId = `${service}${index}`;
  return target({
    id: TaskId,
    url: `http://${TaskId}.test/metrics`,
    startedAt: NOW - 60_000,
    labels: {
      job: 'app',
      instance: `${TaskId}:1`,
      ServiceName: service,
      TaskId,
      index: `${index}`,
    },
  });
}

function collectorOf(targets: readonly Target[], emf: Partial<EmfConfig> = {}): Collector {
  return new Collector({
    config: configWith({
      events: 'service',
      declarations: [
        declarationOf({ selectors: [CPU, 'requests_total'], dimensions: [['ServiceName']] }),
      ],
      ...emf,
    }),
    discovery: fixedDiscovery(targets),
    scraper: scriptedScraper(
      () => now,
      ({ labels }) => [
        labelled(series(CPU), Number(labels.index)),
        labelled(
          series('requests_total', { type: 'counter' }),
          Number(labels.index) * 10 * requests,
        ),
      ],
    ),
    state: new MemoryState(),
    outputs: [output],
    now: () => now,
  });
}

/** The next cycle, one minute later. */
async function cycle(collector: Collector) {
  now += 60_000;
  requests += 1;
  const before = output.accepted.length;
  const report = await collector.collect(60_000);
  return { report, events: output.accepted.slice(before).map(documentOf) };
}

describe('events: service', () => {
  it('writes one event for all tasks of a service, which names those of the extremes', async () => {
    const collector = collectorOf([task(1), task(3), task(2), task(7, 'cart')]);
    await cycle(collector);
    const { events, report } = await cycle(collector);
    // Gauges and counters apart, because the events keep all labels, and that of the type is one.
    expect(events).toHaveLength(4);
    expect(events.find(({ [CPU]: cpu, ServiceName }) => cpu && ServiceName === 'web')).toEqual({
      _aws: expect.objectContaining({ Timestamp: now }),
      job: 'app',
      prom_metric_type: 'gauge',
      ServiceName: 'web',
      TaskIdOfGreatest: { [CPU]: 'web3' },
      TaskIdOfLeast: { [CPU]: 'web1' },
      [CPU]: [3, 2, 1],
    });
    expect(events.find(({ requests_total: total }) => total)).toMatchObject({
      requests_total: [30, 20, 10],
      TaskIdOfGreatest: { requests_total: 'web3' },
    });
    expect(report.samples.dropped).toEqual({});
  });

  it('holds back the counters of all tasks of an event that was not accepted, and of no other', async () => {
    const collector = collectorOf([task(1), task(2), task(7, 'cart')]);
    await cycle(collector);
    output.reject = ({ message }) => (message.includes('"web"') ? 'unavailable' : undefined);
    const { report } = await cycle(collector);
    expect(report.samples.rejected).toBeGreaterThan(0);
    output.reject = undefined;
    const { events } = await cycle(collector);
    const grown = events.flatMap(({ requests_total: total }) => (total ? [total] : []));
    expect(grown).toEqual([[40, 20], 70]);
  });

  it('drops a value that CloudWatch would refuse, and keeps those of the other tasks', async () => {
    const huge = { ...task(1), labels: { ...task(1).labels, index: '1e300' } };
    const collector = collectorOf([huge, task(2), task(3)]);
    await cycle(collector);
    const { events, report } = await cycle(collector);
    expect(events.map((event) => event[CPU] ?? event.requests_total)).toEqual([
      [3, 2],
      [30, 20],
    ]);
    expect(report.samples.dropped).toEqual({ out_of_range: 2 });
  });

  it('ends a target of which nothing is left', async () => {
    const huge = { ...task(1), labels: { ...task(1).labels, index: '1e300' } };
    const { events, report } = await cycle(
      collectorOf([huge], {
        declarations: [declarationOf({ selectors: [CPU], dimensions: [['ServiceName']] })],
      }),
    );
    expect(events).toEqual([]);
    expect(report.samples.dropped).toMatchObject({ out_of_range: 1 });
  });

  it('keeps an event for each task where a dimension names it', async () => {
    const dimensions = [['ServiceName'], ['ServiceName', 'TaskId']];
    const collector = collectorOf([task(1), task(2)], {
      declarations: [declarationOf({ selectors: [CPU], dimensions })],
    });
    const { events } = await cycle(collector);
    expect(events.map(({ TaskId, [CPU]: cpu }) => [TaskId, cpu])).toEqual([
      ['web1', 1],
      ['web2', 2],
    ]);
  });
});
