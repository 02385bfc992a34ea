import { expect, it } from '@jest/globals';
import type { LeftOutCause } from '../../lambda/model/targets/left-out.ts';
import { causesOf, describeCause, faultTexts } from '../../lambda/report/left-out-text.ts';

it.each<[string, LeftOutCause]>([
  [
    'container app, port 9546, task definition web:3, service shop, cluster prod: task t1 and 4 more',
    {
      container: 'app',
      port: '9546',
      definition: 'web:3',
      service: 'shop',
      cluster: 'prod',
      task: 't1',
      count: 5,
    },
  ],
  [
    'task_definition_list "web", port 1, 2, task definition web:3: task t1 (no container has a name that matches "x")',
    {
      entry: 'task_definition_list "web"',
      port: '1, 2',
      definition: 'web:3',
      task: 't1',
      detail: 'no container has a name that matches "x"',
      count: 1,
    },
  ],
  [
    'job node, cluster prod: task t1 at 10.0.0.1',
    {
      job: 'node',
      cluster: 'prod',
      task: 't1',
      address: '10.0.0.1',
      count: 1,
    },
  ],
  ['job node: a:1 and 1 more', { job: 'node', address: 'a:1', count: 2 }],
  ['cluster prod: 3', { cluster: 'prod', count: 3 }],
])('what was left out is said as: %s', (text, cause) => {
  expect(describeCause(cause)).toBe(text);
});

it('causes beyond those that are told apart are counted', () => {
  const causes = [{ container: 'app', task: 't1', count: 2 }];
  const leftOut = { reason: 'unmapped_port', count: 9, causes } as const;
  expect(causesOf(leftOut)).toEqual(['container app: task t1 and 1 more', 'and 7 more']);
  expect(causesOf({ ...leftOut, count: 2 })).toHaveLength(1);
});

it('only what cannot be reached is in the way of a cycle', () => {
  const causes = [{ container: 'app', task: 't1', count: 1 }];
  expect(
    faultTexts([
      { reason: 'relabeled', count: 1, causes },
      { reason: 'bad_port', count: 1, causes },
    ]),
  ).toEqual(['bad_port: container app: task t1']);
});
