import { expect, it } from '@jest/globals';
import type { ListedTarget } from '../../../lambda/discovery/listed-target.ts';
import { assignmentOf, shardOf } from '../../../lambda/shards/objects/assignment.ts';

const TARGETS = Array.from({ length: 10_000 }, (_, n) => `ecs http://10.0.${n >> 8}.${n & 255}/`);

// Known values: with another function every state would be looked for in another shard's object.
it('a target is always of the same shard', () => {
  expect(TARGETS.slice(0, 5).map((id) => shardOf(id, 8))).toEqual([2, 5, 1, 3, 0]);
});

it.each([1, 2, 7, 10, 40])('%s shards have about as many targets each', (shards) => {
  const counts = Array.from({ length: shards }, () => 0);
  for (const id of TARGETS) counts[shardOf(id, shards)]! += 1;
  const even = TARGETS.length / shards;
  // Five standard deviations of an even chance.
  const spread = 5 * Math.sqrt(even);
  for (const count of counts) expect(Math.abs(count - even)).toBeLessThanOrEqual(spread);
});

it('the targets of an instance with a daemon are of one shard, and all others of the one of their ids', () => {
  const target = (id: string, machine: string, found?: ListedTarget['found']): ListedTarget => ({
    ...{ id, job: 'j', url: 'http://h:1/', labels: {}, timeoutMs: 1, entry: 'j', found },
    task: { arn: id, machine, cluster: 'c', source: 's' },
  });
  const ids = TARGETS.slice(0, 50);
  const served = [...ids.map((id) => target(id, 'one')), target('daemon', 'one', {})];
  const others = ids.map((id) => target(`${id}x`, 'two'));
  const shard = assignmentOf([...served, ...others], 8);
  expect(new Set(served.map(shard)).size).toBe(1);
  expect(others.map(shard)).toEqual(others.map(({ id }) => shardOf(id, 8)));
});
