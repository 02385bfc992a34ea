import { describe, expect, it } from '@jest/globals';
import { Template } from 'aws-cdk-lib/assertions';
import { Unit } from 'aws-cdk-lib/aws-cloudwatch';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { App, Stack } from 'aws-cdk-lib/core';
import { type FilteredMetric, MetricFilters } from '../../../infra/alarms/metric-filters.ts';

function filters(metrics: readonly FilteredMetric[]): Template {
  const stack = new Stack(new App(), 'Stack');
  const logGroup = LogGroup.fromLogGroupName(stack, 'Group', '/on-premises/prometheus');
  new MetricFilters(stack, 'Filters', { logGroup, metrics });
  return Template.fromStack(stack);
}

describe('metrics of plain log events', () => {
  const template = filters([
    { name: 'node_load1', dimensions: ['instance', 'zone'] },
    { name: 'node_memory_MemAvailable_bytes', unit: Unit.BYTES },
  ]);

  it.each([
    [
      'with its labels as dimensions',
      'node_load1',
      {
        Dimensions: [
          { Key: 'instance', Value: '$.instance' },
          { Key: 'zone', Value: '$.zone' },
        ],
        Unit: 'None',
      },
    ],
    ['with its unit', 'node_memory_MemAvailable_bytes', { Unit: 'Bytes' }],
  ])('a filter takes the value of a series from its events, %s', (_, name, rest) => {
    template.hasResourceProperties('AWS::Logs::MetricFilter', {
      LogGroupName: '/on-premises/prometheus',
      FilterPattern: `{ $.${name} = * }`,
      MetricTransformations: [
        { MetricNamespace: 'Fargauge', MetricName: name, MetricValue: `$.${name}`, ...rest },
      ],
    });
  });
});

it.each([
  ['none', [], 'Expected 1 to 100 `metrics`, the most that a log group can have, got 0'],
  [
    'too many',
    Array.from({ length: 101 }, (_, index) => ({ name: `a${index}` })),
    'Expected 1 to 100 `metrics`, the most that a log group can have, got 101',
  ],
  [
    'a name that a pattern cannot have',
    [{ name: 'job:rate:5m' }],
    'Expected names of letters, digits and _, as a filter pattern can have them, got "job:rate:5m"',
  ],
  ['one twice', [{ name: 'up' }, { name: 'up' }], 'Expected each of `metrics` once, got up twice'],
  [
    'too many dimensions',
    [{ name: 'up', dimensions: ['a', 'b', 'c', 'd'] }],
    'Expected at most 3 `dimensions` of up, got 4',
  ],
])('%s is refused', (_, metrics, message) => {
  expect(() => filters(metrics)).toThrow(new Error(`[Stack/Filters] ${message}`));
});
