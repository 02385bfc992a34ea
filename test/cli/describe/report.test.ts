import { describe, expect, it } from '@jest/globals';
import { describeReport } from '../../../cli/describe/report.ts';
import { cycleReport, downTarget, targetReport } from '../../report/cycle.ts';

describe('the report of a cycle, for people', () => {
  it('has a row for each target, and what became of the samples', () => {
    const report = cycleReport([targetReport({ scraped: 1_234, offered: 7, events: 2 })], {
      samples: {
        ...{ scraped: 1_237, published: 7, rejected: 0 },
        dropped: { no_declaration: 1_230 },
        droppedForOthers: { too_large: 3 },
      },
      delivery: { output: 'stdout', events: 2, metrics: 5, bytes: 800, requests: 1 },
    });
    expect(describeReport(report)).toBe(
      `
2026-01-02T03:04:05.678Z  1 targets: 1 up, 0 down; 123 ms
TARGET                        JOB  STATE  SAMPLES  OFFERED  EVENTS
http://10.0.0.1:9546/metrics  web  up        1234        7       2
samples: 1237 scraped, 7 published, 0 rejected; dropped: 1230 no_declaration; for other outputs: 3 too_large
stdout: 2 events, 5 metric values, 800 bytes in 1 requests
`.trim(),
    );
  });

  it('names all that went wrong, each with its reason', () => {
    const report = cycleReport([downTarget('http://10.0.0.2:80/metrics'), targetReport()], {
      leftOut: [
        { reason: 'not_running', count: 2, causes: [{ cluster: 'prod', count: 2 }] },
        {
          reason: 'unmapped_port',
          count: 7,
          remedy: 'map it',
          causes: [{ container: 'app', port: '9546', definition: 'web:3', task: 't1', count: 4 }],
        },
      ],
      idle: ['docker_label PORT matches none of 3 running tasks of prod'],
      incomplete: [
        'job web: metric_declaration[0] cannot publish m under [a]: there is no label a',
      ],
      silentJobs: [
        {
          job: 'web',
          targets: 2,
          samples: 9,
          dropped: { no_declaration: 9 },
          why: 'metric_declaration[0] has no source_labels, so it applies to nothing',
        },
        { job: 'db', targets: 1, samples: 3, dropped: { relabeled: 3 } },
      ],
      discoveryErrors: ['DescribeTasks failed. Timeout:'],
      greedy: [{ id: 'web http://10.0.0.1:9546/metrics', bytes: 900_000, cpuMs: 321 }],
      breaches: ['web http://10.0.0.1:9546/metrics: line 2: x'],
      samples: { scraped: 7, published: 0, rejected: 4, dropped: {}, droppedForOthers: {} },
      delivery: {
        events: 0,
        rejected: { throttled: 3, too_old: 1 },
        errors: ['PutLogEvents failed. ThrottlingException'],
      },
    });
    const lines = describeReport(report).split('\n');
    expect(lines.slice(2)).toEqual([
      expect.stringMatching(/^http:\/\/10\.0\.0\.2:80\/metrics +web +down \(connect_refused\) /),
      expect.stringMatching(/^http:\/\/10\.0\.0\.1:9546\/metrics +web +up /),
      'samples: 7 scraped, 0 published, 4 rejected',
      expect.stringMatching(/^cloudwatch-logs: 0 events, .*; rejected: 3 throttled, 1 too_old$/),
      'left out: 2 not_running: the task is starting or stopping',
      'left out: 7 unmapped_port; remedy: map it',
      '  container app, port 9546, task definition web:3: task t1 and 3 more',
      '  and 3 more',
      'finds nothing: docker_label PORT matches none of 3 running tasks of prod',
      'no dimension set: job web: metric_declaration[0] cannot publish m under [a]: there is no label a',
      'nothing published: job web, 9 samples of 2 targets; dropped: 9 no_declaration: metric_declaration[0] has no source_labels, so it applies to nothing',
      'nothing published: job db, 3 samples of 1 targets; dropped: 3 relabeled',
      'down: http://10.0.0.2:80/metrics: connect ECONNREFUSED http://10.0.0.2:80/metrics',
      'greedy: web http://10.0.0.1:9546/metrics: 900000 bytes, 321 ms of CPU; scraped after all others',
      'irregular: web http://10.0.0.1:9546/metrics: line 2: x',
      'discovery: DescribeTasks failed. Timeout:',
      'delivery to cloudwatch-logs: PutLogEvents failed. ThrottlingException',
    ]);
  });

  it('counts the samples of an output that takes them', () => {
    const delivery = { output: 'workspace', events: 2, metrics: 1_500, bytes: 90_000, requests: 3 };
    const report = cycleReport([], { delivery: { ...delivery, takes: 'samples' } });
    expect(describeReport(report).split('\n')).toContain(
      'workspace: 1500 samples, 90000 bytes in 3 requests',
    );
  });

  it('says what is stored of the past, and what was wrong with that', () => {
    const state = { series: 500, targets: 4, bytes: 6_789, conflicts: 2 };
    const report = cycleReport([], { state: { ...state, errors: ['GetObject failed.'] } });
    expect(describeReport(report).split('\n').slice(-2)).toEqual([
      'state: 500 series of 4 targets in 6789 bytes; 2 conflicts',
      'state: GetObject failed.',
    ]);
  });

  it('says what the metric budget held back, and because of which label', () => {
    const examples = [
      { metric: 'm', combinations: 5, label: 'user', values: 4, example: 'u-1' },
      { metric: 'n', combinations: 1 },
    ];
    const budget = { limit: 10, known: 10, heldBack: 6, examples };
    expect(describeReport(cycleReport([], { budget })).split('\n')).toEqual(
      expect.arrayContaining([
        'metric budget: 10 of 10 known, 6 held back',
        'held back: 5 of m: 4 values of user, such as "u-1"',
        'held back: 1 of n',
      ]),
    );
  });

  it('has no table where there is no target', () => {
    expect(describeReport(cycleReport([]))).not.toContain('TARGET');
  });
});
