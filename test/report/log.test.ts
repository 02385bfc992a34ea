import { describe, expect, it } from '@jest/globals';
import { type HELP_ENTRIES, helpOn, withHelp } from '../../lambda/model/targets/help.ts';
import type { LeftOut } from '../../lambda/model/targets/left-out.ts';
import {
  type CycleLogger,
  failureOf,
  logCycle,
  MAX_CAUSES,
  MAX_TEXTS,
  nothingPublishedReason,
  summaryOf,
} from '../../lambda/report/log.ts';
import type { CycleReport } from '../../lambda/report/report.ts';
import { cycleReport, downTarget, stoppedTarget, targetReport } from './cycle.ts';

const DENIED = 'ListTasks is denied; the role needs ecs:ListTasks.';
const THROTTLED = 'PutLogEvents on log group "/a" failed. ThrottlingException: Rate exceeded';

const UNMAPPED: LeftOut = {
  reason: 'unmapped_port',
  count: 3,
  remedy: 'map it',
  causes: [{ container: 'app', port: '9546', task: 't1', count: 3 }],
};

const SILENT = { job: 'web', targets: 2, samples: 9, dropped: { no_declaration: 9 } };

describe('a cycle as a whole', () => {
  it.each([
    ['every target was collected', cycleReport([targetReport()])],
    ['there was nothing to discover', cycleReport([])],
    [
      'what there is was left out on purpose',
      cycleReport([], { leftOut: [{ ...UNMAPPED, reason: 'relabeled' }] }),
    ],
    ['some targets cannot be reached', cycleReport([targetReport()], { leftOut: [UNMAPPED] })],
    [
      'one target of two is down',
      cycleReport([downTarget('b'), targetReport({ events: 0, offered: 0 })]),
    ],
    [
      'a target has nothing to publish yet, as counters have at first',
      cycleReport([targetReport({ events: 0, offered: 0 })]),
    ],
    [
      'discovery failed but the last targets are still known',
      cycleReport([targetReport()], { discoveryErrors: [DENIED] }),
    ],
    [
      'part of the events was accepted',
      cycleReport([targetReport()], { delivery: { rejected: { throttled: 5 } } }),
    ],
    [
      'no target is up but its `up` of 0 was published',
      cycleReport([{ ...downTarget('a'), events: 1, offered: 1 }]),
    ],
    [
      'the tasks of all targets have stopped',
      cycleReport([stoppedTarget('a'), stoppedTarget('b')]),
    ],
  ])('has not failed where %s', (_case, report) => {
    expect(failureOf(report)).toBeUndefined();
  });

  it.each([
    [
      'discovery failed and gave no target',
      cycleReport([], { discoveryErrors: [DENIED, 'DescribeTasks failed. Timeout:'] }),
      withHelp(`no target: ${DENIED}; DescribeTasks failed. Timeout:`, 'noTarget'),
    ],
    [
      'all that there is cannot be reached',
      cycleReport([], { leftOut: [UNMAPPED] }),
      withHelp(
        'no target: unmapped_port: container app, port 9546: task t1 and 2 more',
        'noTarget',
      ),
    ],
    [
      'no event was accepted',
      cycleReport([targetReport()], {
        delivery: { events: 0, rejected: { throttled: 3, too_old: 1 }, errors: [THROTTLED] },
      }),
      withHelp(`none of 4 events was delivered: ${THROTTLED}`, 'nothingDelivered'),
    ],
    [
      'no sample was accepted',
      cycleReport([targetReport()], {
        delivery: { takes: 'samples', events: 0, rejected: { refused: 9 }, errors: ['HTTP 400'] },
      }),
      withHelp('none of 9 samples was delivered: HTTP 400', 'nothingDelivered'),
    ],
    [
      'no target is up and nothing was published',
      cycleReport([downTarget('a'), downTarget('b')]),
      withHelp(
        'none of 2 targets is up: a: connect ECONNREFUSED a; b: connect ECONNREFUSED b',
        'allDown',
      ),
    ],
    [
      'a target is down and the task of the other has stopped',
      cycleReport([stoppedTarget('a'), downTarget('b')]),
      withHelp('none of 2 targets is up: b: connect ECONNREFUSED b', 'allDown'),
    ],
  ])('has failed where %s', (_case, report, failure) => {
    expect(failureOf(report)).toBe(failure);
  });

  it('of a shard has not failed where those of its targets that there are are down', () => {
    expect(failureOf(cycleReport([downTarget('a')]), true)).toBeUndefined();
    const rejected = { events: 0, rejected: { throttled: 1 }, errors: ['HTTP 429'] };
    expect(failureOf(cycleReport([downTarget('a')], { delivery: rejected }), true)).toBe(
      withHelp('none of 1 events was delivered: HTTP 429', 'nothingDelivered'),
    );
  });

  it.each<[string, CycleReport, string, keyof typeof HELP_ENTRIES]>([
    ['discovery', cycleReport([], { discoveryErrors: numbered(50) }), 'no target: ', 'noTarget'],
    [
      'delivery',
      cycleReport([targetReport()], {
        delivery: { events: 0, rejected: { throttled: 1 }, errors: numbered(50) },
      }),
      'none of 1 events was delivered: ',
      'nothingDelivered',
    ],
  ])(
    'names the first causes of many in %s and how many there are more',
    (_case, report, text, entry) => {
      const causes = [...numbered(MAX_CAUSES), `and ${50 - MAX_CAUSES} more`];
      expect(failureOf(report)).toBe(withHelp(text + causes.join('; '), entry));
    },
  );
});

describe('the silence of a cycle', () => {
  it('is said where nothing is published, with the first jobs', () => {
    const silentJobs = [
      { ...SILENT, why: 'no rule' },
      { ...SILENT, job: 'db' },
    ];
    expect(nothingPublishedReason(cycleReport([], { silentJobs, nothingPublished: true }))).toBe(
      withHelp(
        'none of 18 samples is published: job web: no rule; job db: dropped 9 no_declaration',
        'nothingPublished',
      ),
    );
    expect(nothingPublishedReason(cycleReport([], { silentJobs }))).toBeUndefined();
  });
});

describe('the log of a cycle', () => {
  it('has one line for all that went well, without the targets', () => {
    const report = cycleReport([targetReport(), targetReport()]);
    const { scrapes: _, ...rest } = report;
    expect(logOf(report)).toEqual([['info', 'cycle', rest]]);
  });

  it('has a line for each thing that went wrong, with its reason', () => {
    const report = cycleReport([targetReport(), downTarget('a')], {
      discoveryErrors: [DENIED],
      delivery: { errors: [THROTTLED] },
      state: { errors: ['GetObject failed.'] },
    });
    expect(logOf(report)).toEqual([
      ['warn', 'discovery failed', { error: DENIED, help: helpOn('noTarget') }],
      [
        'warn',
        'delivery failed',
        { output: 'cloudwatch-logs', error: THROTTLED, help: helpOn('nothingDelivered') },
      ],
      ['warn', 'state failed', { error: 'GetObject failed.' }],
      [
        'warn',
        'target is down',
        {
          target: 'a',
          reason: 'connect_refused',
          detail: 'connect ECONNREFUSED a',
          help: helpOn('allDown'),
        },
      ],
      ['info', 'cycle', summaryOf(report)],
    ]);
  });

  it.each([
    ['throttled', { throttled: 3 }, 'throttled'],
    ['refused for several reasons', { throttled: 3, too_old: 1 }, 'nothingDelivered'],
  ] as const)('leads to the entry of a delivery that is %s', (_, rejected, entry) => {
    const report = cycleReport([], { delivery: { rejected, errors: [THROTTLED] } });
    expect(logOf(report)[0]?.[2]).toMatchObject({ help: helpOn(entry) });
  });

  it('has one line for each reason for which targets cannot be reached, with their names', () => {
    const relabeled: LeftOut = { ...UNMAPPED, reason: 'relabeled' };
    expect(logOf(cycleReport([], { leftOut: [UNMAPPED, relabeled] })).slice(0, -1)).toEqual([
      [
        'warn',
        'targets cannot be reached',
        {
          reason: 'unmapped_port',
          count: 3,
          remedy: 'map it',
          targets: ['container app, port 9546: task t1 and 2 more'],
          help: helpOn('noTarget'),
        },
      ],
    ]);
  });

  it('has one line for each job where nothing at all is published', () => {
    const silent = { silentJobs: [SILENT] };
    const report = cycleReport([targetReport()], { ...silent, nothingPublished: true });
    expect(logOf(report)[0]).toEqual([
      'warn',
      'nothing is published',
      { ...SILENT, help: helpOn('nothingPublished') },
    ]);
    expect(logOf(cycleReport([targetReport()], silent))).toHaveLength(1);
  });

  it('has one line for what the metric budget held back', () => {
    const examples = [{ metric: 'm', combinations: 5, label: 'user', values: 4, example: 'u-1' }];
    const budget = { limit: 10, known: 10, heldBack: 5, examples };
    expect(logOf(cycleReport([], { budget }))[0]).toEqual([
      'warn',
      'metric budget used up, new metrics are not published',
      { ...budget, help: helpOn('budgetUsedUp') },
    ]);
    expect(logOf(cycleReport([], { budget: { ...budget, heldBack: 0 } }))).toHaveLength(1);
  });

  it('names the targets that took more than their share', () => {
    const greedy = [{ id: 'a', bytes: 9_000_000, cpuMs: 1_234 }];
    expect(logOf(cycleReport([], { greedy }))[0]).toEqual([
      'warn',
      'target takes more than its share',
      { target: 'a', bytes: 9_000_000, cpuMs: 1_234 },
    ]);
  });

  it('stays readable, and its lines short, however much goes wrong', () => {
    const targets = numbered(5_000).map(downTarget);
    const report = cycleReport(targets, {
      discoveryErrors: numbered(1_000),
      breaches: numbered(500),
      greedy: numbered(400).map((id) => ({ id, bytes: 1, cpuMs: 1 })),
      delivery: { errors: numbered(2_000) },
    });

    const lines = logOf(report);

    const counts = Map.groupBy(lines, ([, message]) => message);
    expect([...counts].map(([message, { length }]) => [message, length])).toEqual([
      ['discovery failed', MAX_TEXTS + 1],
      ['delivery failed', MAX_TEXTS + 1],
      ['target is down', MAX_TEXTS],
      ['target takes more than its share', MAX_TEXTS],
      ['cycle', 1],
    ]);
    expect(lines).toContainEqual([
      'warn',
      'delivery failed',
      {
        output: 'cloudwatch-logs',
        error: `and ${2_000 - MAX_TEXTS} more`,
        help: helpOn('nothingDelivered'),
      },
    ]);
    expect(summaryOf(report)).toMatchObject({
      targets: { discovered: 5_000, down: 5_000 },
      breaches: [...numbered(MAX_CAUSES), `and ${500 - MAX_CAUSES} more`],
      discoveryErrors: [...numbered(MAX_TEXTS), `and ${1_000 - MAX_TEXTS} more`],
      deliveries: [{ errors: [...numbered(MAX_TEXTS), `and ${2_000 - MAX_TEXTS} more`] }],
    });
  });
});

type Line = readonly [level: keyof CycleLogger, message: string, extra: Record<string, unknown>];

function logOf(report: Parameters<typeof logCycle>[0]): Line[] {
  const lines: Line[] = [];
  logCycle(report, {
    warn: (message, extra) => lines.push(['warn', message, extra]),
    info: (message, extra) => lines.push(['info', message, extra]),
  });
  return lines;
}

function numbered(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `error ${index}`);
}
