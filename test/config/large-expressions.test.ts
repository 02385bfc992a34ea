import { describe, expect, it } from '@jest/globals';
import { loadAgent, loadNative } from './loading.ts';

/** Names that have only their ends in common, which the compiler does not join. */
const NAMES = Array.from({ length: 1_000 }, (_, index) => `${index}_orders_shop`).join('|');

const JOB = { job_name: 'shop', static_configs: [{ targets: ['a:1'] }] };

const emf = (declaration: object) => ({
  metric_declaration: [
    { source_labels: ['job'], metric_selectors: ['^a'], dimensions: [['job']], ...declaration },
  ],
});

const warning = (place: string) =>
  `${place}: is a large expression, so it reads texts of at most 148 characters: put ^ before a list of names and no repetition such as .* beside it, or split it`;

describe('an expression that ordinary texts are too long for', () => {
  it.each([
    [
      'emf_processor.metric_declaration[0].label_matcher',
      { emf_processor: emf({ label_matcher: NAMES }) },
    ],
    [
      'emf_processor.metric_declaration[0].metric_selectors[1]',
      { emf_processor: emf({ metric_selectors: ['^a', NAMES] }) },
    ],
    [
      'emf_processor.metric_type_overrides[0].metric',
      {
        emf_processor: {
          ...emf({}),
          metric_type_overrides: [{ metric: NAMES, type: 'counter' }],
        },
      },
    ],
    [
      'scrape_configs[0].metric_relabel_configs[0].regex',
      {
        scrape_configs: [
          {
            ...JOB,
            metric_relabel_configs: [
              { source_labels: ['job', '__name__'], regex: `.*;(${NAMES})`, action: 'keep' },
            ],
          },
        ],
      },
    ],
    [
      'outputs[0].write_relabel_configs[0].regex',
      {
        outputs: [
          {
            type: 'remote_write',
            url: 'http://a/b',
            write_relabel_configs: [
              { source_labels: ['__name__'], regex: `.*_(${NAMES})`, action: 'keep' },
            ],
          },
        ],
      },
    ],
  ])('is told of at %s', async (place, document) => {
    const { warnings } = await loadNative({ scrape_configs: [JOB], ...document });

    expect(warnings).toContain(warning(`FARGAUGE_CONFIG: ${place}`));
  });

  it('is told of in both documents of the agent', async () => {
    const rule = { source_labels: ['__name__'], regex: `.*_(${NAMES})`, action: 'drop' };
    const { warnings } = await loadAgent(
      { emf_processor: emf({ label_matcher: NAMES }) },
      { scrape_configs: [{ ...JOB, metric_relabel_configs: [rule] }] },
    );

    const ofExpressions = warnings.filter((text) => text.includes('a large expression'));
    expect(ofExpressions.map((text) => text.split(': ').slice(0, 2).join(': '))).toEqual([
      'CW_CONFIG_CONTENT: logs.metrics_collected.prometheus.emf_processor.metric_declaration[0].label_matcher',
      'PROMETHEUS_CONFIG_CONTENT: scrape_configs[0].metric_relabel_configs[0].regex',
    ]);
  });

  it('is none where each character takes few instructions of it, compiled, or the text has no bound', async () => {
    const relabel_configs = [{ source_labels: ['job'], regex: `.*(${NAMES})`, action: 'keep' }];
    const sameBeginnings = Array.from({ length: 1_000 }, (_, index) => `shop_orders_${index}`);
    const metric_relabel_configs = [NAMES, `.*(${sameBeginnings.join('|')})`].map((regex) => ({
      source_labels: ['__name__'],
      regex,
      action: 'keep',
    }));
    const { warnings } = await loadNative({
      emf_processor: emf({ metric_selectors: [`^(?:${NAMES})$`] }),
      scrape_configs: [{ ...JOB, relabel_configs, metric_relabel_configs }],
    });

    expect(warnings).toEqual([]);
  });
});

it('an expression of discovery finds the longest ARN of a task definition, however large it is', async () => {
  const { discovery, warnings } = await loadNative({
    ecs_service_discovery: {
      task_definition_list: [
        {
          sd_task_definition_arn_pattern: `.*:task-definition/(${NAMES}|a{255}):[0-9]+`,
          sd_metrics_ports: '9000',
        },
      ],
    },
  });

  const arn = `arn:aws:ecs:us-east-1:123456789012:task-definition/${'a'.repeat(255)}:1`;
  expect(discovery?.taskDefinitions[0]?.arnPattern.test(arn)).toBe(true);
  expect(warnings).toEqual([]);
});
