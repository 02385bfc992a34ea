import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CycleLease } from '../../lambda/state/cycle-lease.ts';
import { s3Api } from '../../lambda/state/s3-api.ts';
import { type S3Server, startS3 } from './s3-server.ts';

const OBJECT = 'states/shop.lease';
const NOW = Date.UTC(2026, 0, 2);

let s3: S3Server;
beforeEach(async () => {
  s3 = await startS3();
});
afterEach(async () => s3[Symbol.asyncDispose]());

function lease(now: () => number = () => NOW): CycleLease {
  const api = s3Api({
    endpoint: s3.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  return new CycleLease(api, { bucket: 'states', key: 'shop' }, now);
}

describe('a lease of the state', () => {
  it('is had by one of ten cycles that begin at once', async () => {
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => lease().take(54_000)));
    expect(outcomes.filter(({ kind }) => kind === 'taken')).toHaveLength(1);
    expect(outcomes.filter(({ kind }) => kind === 'busy')).toEqual(
      Array.from({ length: 9 }, () => ({ kind: 'busy', until: NOW + 54_000 })),
    );
  });

  it('is free once its holder has released it', async () => {
    const holder = lease();
    await holder.take(54_000);
    expect(await holder.release()).toBeUndefined();
    expect(s3.objects.has(OBJECT)).toBe(false);
    expect(await lease().take(54_000)).toEqual({ kind: 'taken' });
  });

  it.each([
    ['the time of its holder is over', { until: NOW, holder: 'killed' }],
    ['its end lies further off than a cycle can last', { until: NOW + 900_001, holder: 'fast' }],
    ['nobody can have written it', 'broken'],
    ['it has no end', {}],
  ])('ends where %s, for one of ten', async (_, content) => {
    s3.objects.set(OBJECT, Buffer.from(JSON.stringify(content)));
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => lease().take(54_000)));
    expect(outcomes.filter(({ kind }) => kind === 'taken')).toHaveLength(1);
  });

  it('holds to the last millisecond', async () => {
    s3.objects.set(OBJECT, Buffer.from(JSON.stringify({ until: NOW + 1, holder: 'slow' })));
    expect(await lease().take(54_000)).toEqual({ kind: 'busy', until: NOW + 1 });
    expect(await lease(() => NOW + 1).take(54_000)).toEqual({ kind: 'taken' });
  });

  it.each([
    ['PUT', 'PutObject of the state s3://states/shop.lease is denied; it needs s3:PutObject'],
    ['GET', 'GetObject of the state s3://states/shop.lease is denied; it needs s3:GetObject'],
  ])('says what is missing where S3 denies a %s', async (denied, message) => {
    s3.objects.set(OBJECT, Buffer.from(JSON.stringify({ until: NOW, holder: 'killed' })));
    s3.instead = (method) => (method === denied ? ACCESS_DENIED : undefined);
    expect(await lease().take(54_000)).toEqual({
      kind: 'failed',
      message: expect.stringContaining(message),
    });
  });

  it('says what is missing where S3 denies its release', async () => {
    const holder = lease();
    await holder.take(54_000);
    s3.instead = () => ACCESS_DENIED;
    expect(await holder.release()).toMatch(/it needs s3:DeleteObject .*AccessDenied/);
  });
});

const ACCESS_DENIED = { status: 403, code: 'AccessDenied' };
