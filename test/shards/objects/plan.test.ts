import { expect, it } from '@jest/globals';
import { shardPlan } from '../../../lambda/shards/objects/plan.ts';

it.each([
  [{}, undefined],
  [{ FARGAUGE_SHARDS: '' }, undefined],
  [{ FARGAUGE_SHARDS: '8' }, { shards: 8, targetsPerShard: undefined }],
  [
    { FARGAUGE_SHARDS: '40', FARGAUGE_TARGETS_PER_SHARD: '500' },
    { shards: 40, targetsPerShard: 500 },
  ],
])('%j is read as it should be', (env, plan) => {
  expect(shardPlan(env)).toEqual(plan);
});

it.each([
  [{ FARGAUGE_SHARDS: '0' }, 'FARGAUGE_SHARDS: expected a whole number from 1 to 1000, got "0"'],
  [
    { FARGAUGE_SHARDS: '1001' },
    'FARGAUGE_SHARDS: expected a whole number from 1 to 1000, got "1001"',
  ],
  [
    { FARGAUGE_SHARDS: 'many' },
    'FARGAUGE_SHARDS: expected a whole number from 1 to 1000, got "many"',
  ],
  [
    { FARGAUGE_SHARDS: '8', FARGAUGE_TARGETS_PER_SHARD: '1.5' },
    'FARGAUGE_TARGETS_PER_SHARD: expected a whole number from 1 to 9007199254740991, got "1.5"',
  ],
  [
    { FARGAUGE_TARGETS_PER_SHARD: '500' },
    'FARGAUGE_TARGETS_PER_SHARD: expected together with FARGAUGE_SHARDS',
  ],
])('%j is refused', (env, message) => {
  expect(() => shardPlan(env)).toThrow(new TypeError(message));
});
