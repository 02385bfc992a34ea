import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { s3Store } from '../../lambda/state/s3.ts';
import { s3Api } from '../../lambda/state/s3-api.ts';
import { type StateStore, StateStoreError } from '../../lambda/state/store.ts';
import { type S3Server, startS3 } from './s3-server.ts';
import { AMPLE, stored } from './states.ts';

const NAME = 'states/fargauge/prod.state';
const BYTES = Buffer.from('a state');

let s3: S3Server;
let api: ReturnType<typeof s3Api>;
let store: StateStore;

beforeEach(async () => {
  s3 = await startS3();
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  api = s3Api({ region: 'us-east-1', endpoint: s3.url, credentials });
  store = s3Store(api, { bucket: 'states', key: 'fargauge/prod.state' });
});

afterEach(async () => {
  await s3[Symbol.asyncDispose]();
});

const write = async (bytes: Uint8Array, version?: string) => {
  const outcome = await store.write(bytes, version, AMPLE);
  if (outcome === 'conflict') throw new Error('expected no conflict');
  return outcome.version;
};

describe('a state in S3', () => {
  it('is none before it was written', async () => {
    expect(await store.read(AMPLE)).toBeUndefined();
  });

  it('is what was written, and is replaced by who knows its version', async () => {
    const first = await write(BYTES);
    expect(await store.read(AMPLE)).toEqual({ bytes: new Uint8Array(BYTES), version: first });
    const second = await write(Buffer.from('another'), first);
    expect(s3.objects.get(NAME)?.toString()).toBe('another');
    expect((await stored(store)).version).toBe(second);
  });

  it('is not read again where it is of the version that is known', async () => {
    const version = await write(BYTES);
    expect(await store.read(AMPLE, version)).toBe('unchanged');
    s3.objects.set(NAME, Buffer.from('theirs'));
    expect(await store.read(AMPLE, version)).toMatchObject({
      bytes: new Uint8Array(Buffer.from('theirs')),
    });
    s3.objects.delete(NAME);
    expect(await store.read(AMPLE, version)).toBeUndefined();
  });

  it.each([
    ['another state is there', async () => void s3.objects.set(NAME, Buffer.from('theirs'))],
    ['it is gone', async () => void s3.objects.delete(NAME)],
    [
      'somebody writes at this moment',
      async () => {
        s3.instead = () => ({ status: 409, code: 'ConditionalRequestConflict' });
      },
    ],
  ])('is not replaced where %s', async (_, meanwhile) => {
    const version = await write(BYTES);
    await meanwhile();
    const before = s3.objects.get(NAME);
    expect(await store.write(Buffer.from('mine'), version, AMPLE)).toBe('conflict');
    expect(s3.objects.get(NAME)).toBe(before);
  });

  it('is not written as the first one where there is one', async () => {
    s3.objects.set(NAME, BYTES);
    expect(await store.write(Buffer.from('mine'), undefined, AMPLE)).toBe('conflict');
    expect(s3.objects.get(NAME)).toBe(BYTES);
  });

  it('is set aside under a name beside it', async () => {
    const object = { bytes: BYTES, version: '"1"' };
    const name = 'fargauge/prod.state.corrupt-2026-05-01T000000.000Z';
    const aside = await store.setAside(object, 'corrupt', Date.UTC(2026, 4, 1), AMPLE);
    expect(aside).toBe(`s3://states/${name}`);
    expect([...s3.objects]).toEqual([[`states/${name}`, BYTES]]);
  });

  it('is set aside elsewhere where its place says so', async () => {
    const place = { bucket: 'states', key: 'state/3/7', asideKey: 'state/aside/3-7' };
    const object = { bytes: BYTES, version: '"1"' };
    const aside = s3Store(api, place).setAside(object, 'newer', Date.UTC(2026, 4, 1), AMPLE);
    expect(await aside).toBe('s3://states/state/aside/3-7.newer-2026-05-01T000000.000Z');
  });
});

describe('an operation that S3 does not do', () => {
  const OPERATIONS: readonly (readonly [string, (signal: AbortSignal) => Promise<unknown>])[] = [
    ['GetObject', (signal) => store.read(signal)],
    ['PutObject', (signal) => store.write(BYTES, undefined, signal)],
  ];

  it.each(OPERATIONS)('says what %s needs where it is denied', async (operation, run) => {
    s3.instead = () => ({ status: 403, code: 'AccessDenied' });
    const needed = {
      GetObject: 's3:GetObject on the object and s3:ListBucket on the bucket',
      PutObject: 's3:PutObject on the object',
    }[operation];
    const error = await run(AMPLE).then(String, (thrown: Error) => thrown);
    expect(error).toBeInstanceOf(StateStoreError);
    expect((error as Error).message).toBe(
      `${operation} of the state s3://${NAME} is denied; it needs ${needed}. AccessDenied: AccessDenied of the test`,
    );
  });

  it.each(OPERATIONS)(
    'is repeated where %s failed for S3, and fails in the end',
    async (operation, run) => {
      s3.instead = () => ({ status: 503, code: 'SlowDown' });
      await expect(run(AMPLE)).rejects.toThrow(
        `${operation} of the state s3://${NAME} failed. SlowDown: SlowDown of the test`,
      );
      expect(s3.requests).toHaveLength(3);
    },
  );

  it.each(OPERATIONS)('ends with its signal where %s hangs', async (operation, run) => {
    s3.instead = () => 'hang';
    await expect(run(AbortSignal.timeout(50))).rejects.toThrow(
      `${operation} of the state s3://${NAME} did not end in time`,
    );
  });

  it('is no missing object where the bucket is missing', async () => {
    s3.instead = () => ({ status: 404, code: 'NoSuchBucket' });
    await expect(store.read(AMPLE)).rejects.toThrow(/failed\. NoSuchBucket: /);
  });
});
