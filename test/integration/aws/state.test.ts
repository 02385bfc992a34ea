import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { s3Store } from '../../../lambda/state/s3.ts';
import { type S3Api, s3Api } from '../../../lambda/state/s3-api.ts';
import { CrashWorld } from '../../state/crash-world.ts';
import { AMPLE, stored } from '../../state/states.ts';
import { type Aws, CREDENTIALS, REGION, startAws } from '../support/aws/aws.ts';

const BUCKET = 'states';

describe("a state in moto's S3", () => {
  const started = new AsyncDisposableStack();
  let aws: Aws;
  let client: S3Client;
  let api: S3Api;

  beforeAll(async () => {
    aws = started.use(await startAws());
    const settings = { region: REGION, endpoint: aws.endpoint, credentials: CREDENTIALS };
    api = s3Api(settings);
    client = new S3Client(settings);
    started.defer(() => client.destroy());
    const CreateBucketConfiguration = { LocationConstraint: REGION } as const;
    await client.send(new CreateBucketCommand({ Bucket: BUCKET, CreateBucketConfiguration }));
  });

  afterAll(() => started.disposeAsync());

  it('is replaced only by who knows its version', async () => {
    const store = s3Store(api, { bucket: BUCKET, key: 'versions' });
    expect(await store.read(AMPLE)).toBeUndefined();
    expect(await store.write(Buffer.from('one'), undefined, AMPLE)).not.toBe('conflict');
    expect(await store.write(Buffer.from('two'), undefined, AMPLE)).toBe('conflict');
    const { bytes, version } = await stored(store);
    expect(Buffer.from(bytes).toString()).toBe('one');
    expect(await store.read(AMPLE, version)).toBe('unchanged');
    await client.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'versions', Body: 'theirs' }));
    expect(await store.write(Buffer.from('two'), version, AMPLE)).toBe('conflict');
    expect(await store.read(AMPLE, version)).not.toBe('unchanged');
    const current = (await stored(store)).version;
    expect(await store.write(Buffer.from('two'), current, AMPLE)).not.toBe('conflict');
  });

  it('is set aside under another key', async () => {
    const store = s3Store(api, { bucket: BUCKET, key: 'broken' });
    const object = { bytes: Buffer.from('broken'), version: '' };
    const name = await store.setAside(object, 'corrupt', Date.UTC(2026, 4, 1), AMPLE);
    const { Contents = [] } = await client.send(
      new ListObjectsV2Command({ Bucket: BUCKET, Prefix: 'broken' }),
    );
    expect(Contents.map(({ Key }) => `s3://${BUCKET}/${Key}`)).toEqual([name]);
    const Key = Contents[0]?.Key;
    const { Body } = await client.send(new GetObjectCommand({ Bucket: BUCKET, Key }));
    expect(await Body?.transformToString()).toBe('broken');
  });

  it('loses nothing where the collector is killed', async () => {
    const place = { kind: 's3', bucket: BUCKET, key: 'crashes' } as const;
    await using world = await CrashWorld.start(place, aws.endpoint);
    const again = [
      ['before the delivery', 0],
      ['between two batches', 1],
      ['after the delivery', 3],
      ['before the write', 3],
      ['before the write was answered', 0],
    ] as const;
    const published = await world.run(again.map(([point]) => point));
    expect(published).toEqual(
      new Map(again.map(([point, twice]) => [point, { lost: 0, twice, unexplained: 0 }])),
    );
    expect(world.total).toEqual({ lost: 0, twice: 7, unexplained: 0 });
  });
});
