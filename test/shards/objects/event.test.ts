import { expect, it } from '@jest/globals';
import { shardEventOf } from '../../../lambda/shards/objects/event.ts';

const EVENT = {
  shard: 3,
  digest: 'abc',
  cycle: {
    layout: 2,
    shards: 8,
    inherits: { number: 1, shards: 4 },
    endsBy: 2,
    listedAt: 1,
    complete: true,
  },
};

it.each([[EVENT], [{ ...EVENT, cycle: { ...EVENT.cycle, inherits: null } }]])(
  'the event of a shard is read: %j',
  (event) => {
    expect(shardEventOf(event)).toEqual(event);
  },
);

it.each([[undefined], [null], ['shard'], [{}], [{ version: '0', source: 'aws.scheduler' }]])(
  'an event that is for no shard is none: %j',
  (event) => {
    expect(shardEventOf(event)).toBeUndefined();
  },
);

it('an event that is for a shard and wrong says what is wrong', () => {
  const { endsBy: _, ...cycle } = EVENT.cycle;
  const event = { shard: -1, digest: 'abc', cycle };
  expect(() => shardEventOf(event)).toThrow(
    new TypeError(
      `Expected the event of a shard, got ${JSON.stringify(event)}: ✖ Too small: expected number to be >=0\n  → at shard\n✖ Invalid input: expected number, received undefined\n  → at cycle.endsBy`,
    ),
  );
});
