/** Why the metric is not there, by the reasons for which people ask. */

export const METRIC = 'keycloak_request_duration_sum';

const GAUGE = `# TYPE ${METRIC} gauge\n${METRIC}{realm="a"} 5\n`;

/** A declaration that takes the metric. */
export const DECLARATION = {
  source_labels: ['job'],
  label_matcher: '^keycloak$',
  dimensions: [['job']],
  metric_selectors: [`^${METRIC}$`],
};

export interface Case {
  /** What the target answers. Absent: nothing listens on its port. */
  readonly page?: string;
  readonly status?: number;
  readonly targets?: readonly string[];
  readonly declaration?: object;
  readonly processor?: object;
}

export const WHY: readonly (readonly [name: string, given: Case, answer: RegExp])[] = [
  ['no target', { targets: [] }, /^there is no target$/m],
  [
    'port closed',
    {},
    /^down: keycloak http:\S+: connect_refused: .*; remedy: start the process that listens on this port/m,
  ],
  [
    'target down',
    { page: 'broken', status: 503 },
    /^down: keycloak http:\S+: http_status: .*503.*; remedy: correct metrics_path/m,
  ],
  [
    'series absent',
    { page: '# TYPE threads gauge\nthreads 1\n' },
    /^no series is selected among 5 with 5 names: threads, up/m,
  ],
  [
    'no selector',
    { page: GAUGE, declaration: { metric_selectors: ['^other$'] } },
    /not published: no_declaration: .*\n {2}metric_declaration\[0\]: no selector matches the name; .*\n {2}to publish it, add \^keycloak_request_duration_sum\$ to metric_selectors/,
  ],
  [
    'matcher',
    { page: GAUGE, declaration: { label_matcher: '^web$' } },
    /label_matcher "\^web\$" does not match "keycloak" .*\n {2}to publish it, let label_matcher of metric_declaration\[0\] match "keycloak"/,
  ],
  [
    'missing label',
    { page: GAUGE, declaration: { dimensions: [['job', 'zone']] } },
    /not published: no_dimension_set: .*\n.*\[job, zone\]: there is no label zone\n {2}to publish it, add the set \[job\] to dimensions/,
  ],
  [
    'first sample',
    { page: GAUGE.replace('gauge', 'counter') },
    /not this sample: first_sample: it is the first value of a counter.*the next cycle publishes the increase/,
  ],
  [
    'budget',
    {
      page: `# TYPE first gauge\nfirst 1\n${GAUGE}`,
      declaration: { metric_selectors: ['.'] },
      processor: { metric_budget: 1 },
    },
    /not published: metric_budget: metric_budget is used up: raise it/,
  ],
  [
    'not finite',
    { page: GAUGE.replace('5', 'NaN') },
    /not this sample: not_finite: its value is NaN or infinite, which CloudWatch refuses/,
  ],
  [
    'limit of CloudWatch',
    { page: GAUGE.replace('5', '1e300') },
    /not this sample: out_of_range: its value is outside of the range that CloudWatch accepts/,
  ],
  [
    'limit of CloudWatch, of a dimension',
    {
      page: GAUGE.replace('"a"', `"${'x'.repeat(1_025)}"`),
      declaration: { dimensions: [['realm']] },
    },
    /not published: no_dimension_set: .*\n.*\[realm\]: CloudWatch does not accept realm "xxx/,
  ],
];
