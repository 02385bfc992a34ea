import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { type Choice, interpolate } from '../../grafana/interpolation.ts';
import { queryOf } from '../../grafana/queries.ts';
import { PROMTOOL } from '../support/places.ts';

/** Values by the minute in promtool's own notation: `_` is none, `stale` the marker of a series that has ended. */
type Series = Readonly<Record<string, string>>;

interface Sample {
  readonly labels: string;
  readonly value: number;
}

interface Case {
  readonly name: string;
  readonly query: string;
  readonly series: Series;
  readonly choices?: Readonly<Record<string, Choice>>;
  /** Which minute is looked at. */
  readonly minute: number;
  readonly expected: readonly Sample[];
}

const CPU = 'task-overview.json: CPU of each task, A';
const RESTARTS = 'task-overview.json: Restarts, A';

/** A series of a sidecar on `10.0.0.7`. */
function of(name: string, labels: string): string {
  return `${name}{job="sidecar",instance="10.0.0.7:9546",${labels}}`;
}

/** What tasks of a service are by the labels that the collector adds. */
const COLLECTED = 'TaskClusterName="prod",ServiceName="web"';

const CASES: readonly Case[] = [
  {
    name: 'what a sidecar remembers of an outage is shown, though what it is was not known meanwhile',
    query: CPU,
    series: {
      [of('ee_task_info', `${COLLECTED},TaskId="a",cluster="prod",task_id="a"`)]:
        '1 1 stale _ _ _ _ _ _ _ _ 1',
      [of('ee_task_cpu_utilization_percent', `${COLLECTED},TaskId="a"`)]: '40x11',
    },
    minute: 8,
    expected: [{ labels: '{service="web",task_id="a"}', value: 40 }],
  },
  {
    name: 'a task of which more is known than before is one task',
    query: CPU,
    series: {
      [of('ee_task_info', `${COLLECTED},TaskId="a",cluster="prod",task_id="a"`)]: '1 1 stale',
      [of('ee_task_info', `${COLLECTED},TaskId="a",cluster="prod",task_id="a",launch_type="EC2"`)]:
        '_ _ 1 1',
      [of('ee_task_cpu_utilization_percent', `${COLLECTED},TaskId="a"`)]: '40x3',
    },
    minute: 3,
    expected: [{ labels: '{service="web",task_id="a"}', value: 40 }],
  },
  {
    name: 'tasks of two networks may have the same address',
    query: CPU,
    series: Object.fromEntries(
      ['a', 'b'].flatMap((task, index) => {
        const labels = `${COLLECTED},TaskId="${task}"`;
        return [
          [of('ee_task_info', `${labels},cluster="prod",task_id="${task}"`), '1x3'],
          [of('ee_task_cpu_utilization_percent', labels), `${index}x3`],
        ];
      }),
    ),
    minute: 3,
    expected: [
      { labels: '{service="web",task_id="a"}', value: 0 },
      { labels: '{service="web",task_id="b"}', value: 1 },
    ],
  },
  {
    name: 'an address that a next task has got says what that one is',
    query: CPU,
    series: {
      [of('ee_task_info', 'task_family="web",cluster="prod",task_id="a"')]: '1 1 stale',
      [of('ee_task_info', 'task_family="web",cluster="prod",task_id="b"')]: '_ _ 1 1',
      [of('ee_task_cpu_utilization_percent', 'task_family="web"')]: '40x3',
    },
    minute: 3,
    expected: [{ labels: '{service="web",task_id="b"}', value: 40 }],
  },
  {
    name: 'the service is what a discovery says, else the task metadata endpoint, else the family',
    query: CPU,
    series: Object.fromEntries(
      ['ServiceName="web",service_name="x"', 'service_name="web"', ''].flatMap((labels, index) => {
        const target = `job="sidecar",instance="10.0.0.${index}:9546",task_family="web"`;
        return [
          [`ee_task_info{${target},cluster="prod",task_id="${index}",${labels}}`, '1'],
          // As a user labels targets: it is of no account.
          [`ee_task_cpu_utilization_percent{${target},service="mine"}`, `${index}`],
        ];
      }),
    ),
    choices: { service: ['web'] },
    minute: 0,
    expected: [0, 1, 2].map((value) => ({
      labels: `{service="web",task_id="${value}"}`,
      value,
    })),
  },
  {
    name: 'a name with what is special in a regular expression is only itself',
    query: CPU,
    series: Object.fromEntries(
      ['shop.web', 'shop-web'].flatMap((service, index) => {
        const target = `job="sidecar",instance="10.0.0.${index}:9546",ServiceName="${service}"`;
        return [
          [`ee_task_info{${target},cluster="prod",task_id="${index}"}`, '1'],
          [`ee_task_cpu_utilization_percent{${target}}`, `${index}`],
        ];
      }),
    ),
    choices: { service: ['shop.web'] },
    minute: 0,
    expected: [{ labels: '{service="shop.web",task_id="0"}', value: 0 }],
  },
  {
    name: 'restarts of the last hour count, of a task that has stopped since too',
    query: RESTARTS,
    series: {
      [of('ee_task_info', 'task_family="web",cluster="prod",task_id="a"')]: '1x10 stale',
      [of('ee_container_restarts_total', 'task_family="web",container_name="app"')]:
        '0x5 2x4 stale',
    },
    minute: 50,
    expected: [{ labels: '{}', value: 2 }],
  },
  {
    name: 'an endpoint of others is none of the targets, whatever is chosen',
    query: 'task-overview.json: Targets, B',
    series: {
      [of('ee_task_info', 'task_family="web",cluster="prod",task_id="a"')]: '1',
      [of('up', '')]: '1',
      'up{job="node",instance="10.0.0.8:9100"}': '1',
    },
    minute: 0,
    expected: [{ labels: '{job="sidecar"}', value: 1 }],
  },
];

const folder = mkdtempSync(join(tmpdir(), 'fargauge-promtool-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('in the dashboards', () => {
  it.each(CASES.map((each) => [each.name, each] as const))('%s', (_, each) => {
    expect(unitTest(each)).toEqual({ status: 0, output: expect.stringContaining('SUCCESS') });
  });

  it('the check does find what is wrong', () => {
    const [first] = CASES;
    const { status, output } = unitTest({ ...first!, expected: [] });
    expect(status).toBe(1);
    expect(output).toContain('got: {service=');
  });
});

/** What promtool says of a query over series. https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/ */
function unitTest({ query, series, choices = {}, minute, expected }: Case) {
  const { promql, variables } = queryOf(query);
  const file = join(folder, 'test.json');
  writeFileSync(
    file,
    JSON.stringify({
      tests: [
        {
          interval: '1m',
          input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
          promql_expr_test: [
            {
              expr: interpolate(promql, variables, choices, { __rate_interval: '4m' }),
              eval_time: `${minute}m`,
              exp_samples: expected,
            },
          ],
        },
      ],
    }),
  );
  const { error, status, stdout, stderr } = spawnSync(PROMTOOL, ['test', 'rules', file], {
    encoding: 'utf8',
  });
  if (error !== undefined) throw error;
  return { status, output: `${stdout}${stderr}` };
}
