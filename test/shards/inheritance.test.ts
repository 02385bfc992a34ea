import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { stateKey } from '../../lambda/model/delivery/state.ts';
import { inheritanceOf } from '../../lambda/shards/inheritance.ts';
import { shardOf } from '../../lambda/shards/objects/assignment.ts';
import type { ShardEvent } from '../../lambda/shards/objects/event.ts';
import { ShardObjects } from '../../lambda/shards/objects/objects.ts';
import { encodeState } from '../../lambda/state/format.ts';
import { MemoryState } from '../../lambda/state/memory.ts';
import { s3Api } from '../../lambda/state/s3-api.ts';
import { type S3Server, startS3 } from '../state/s3-server.ts';

let s3: S3Server;
beforeEach(async () => {
  s3 = await startS3();
});
afterEach(async () => s3[Symbol.asyncDispose]());

const EVENT: ShardEvent = {
  shard: 0,
  digest: '',
  cycle: {
    layout: 2,
    shards: 1,
    inherits: { number: 1, shards: 2 },
    endsBy: 0,
    listedAt: 0,
    complete: true,
  },
};

async function store(shard: number, completedAt: number | undefined): Promise<void> {
  const state = await encodeState({ completedAt, knownMetrics: undefined, targets: new Map() });
  s3.objects.set(`states/state/1/${shard}`, state);
}

async function inherited(event = EVENT, targets: readonly { readonly id: string }[] = []) {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const api = s3Api({ region: 'us-east-1', endpoint: s3.url, credentials });
  const objects = new ShardObjects(api, { bucket: 'states', key: 'state' });
  return inheritanceOf(event, api, objects, AbortSignal.timeout(10_000), targets);
}

describe('what a shard begins with knows all targets', () => {
  it('as of the first of the last cycles', async () => {
    await store(0, 1_000);
    await store(1, 2_000);
    const { snapshots, missing } = await inherited();
    expect(snapshots.map(({ completedAt }) => completedAt)).toEqual([1_000, 1_000]);
    expect(missing).toEqual([]);
  });

  it('as of no time where one was never complete', async () => {
    await store(0, 1_000);
    await store(1, undefined);
    const { snapshots } = await inherited();
    expect(snapshots.map(({ completedAt }) => completedAt)).toEqual([undefined, undefined]);
  });

  it.each<[string, () => unknown]>([
    ['is missing', () => {}],
    ['is broken', () => s3.objects.set('states/state/1/1', Buffer.from('broken'))],
  ])(
    'as of no time where one %s, which may have counted what is new to the others',
    async (_, spoil) => {
      await store(0, 1_000);
      spoil();
      const { snapshots, missing } = await inherited();
      expect(snapshots.map(({ completedAt }) => completedAt)).toEqual([undefined]);
      expect(missing).toHaveLength(1);
    },
  );
});

it('a shard has what is known of the targets of its list, and of the tasks that daemons among them tell of', async () => {
  const keys = ['daemon', 'daemon task 1', 'other'].map((id) => stateKey('logs', id));
  const state = new MemoryState();
  state.see(
    keys.map((id) => ({ id })),
    0,
  );
  for (const key of keys) {
    const updates = new Map([['series', { value: 1, timestamp: 1 }]]);
    state.commit(key, { updates, scrapedAt: 1, cursor: undefined });
  }
  s3.objects.set('states/state/1/0', await encodeState(state.snapshot));
  await store(1, 1_000);
  const shards = 8;
  const taken = ['daemon', 'other'].map((id) => shardOf(id, shards));
  const shard = [0, 1, 2].find((each) => !taken.includes(each))!;
  const event = { ...EVENT, shard, cycle: { ...EVENT.cycle, shards } };
  const { snapshots } = await inherited(event, [{ id: 'daemon' }]);
  expect(snapshots.flatMap(({ targets }) => [...targets.keys()])).toEqual(keys.slice(0, 2));
});
