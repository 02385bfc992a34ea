import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { awsStores } from '../../../lambda/config/sources/aws-stores.ts';
import { resolveReference } from '../../../lambda/config/sources/secret-reference.ts';
import { type Stores, startStores } from './stores.ts';

const SECRET = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop-AbCdEf';
const SURROUNDINGS = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };

let stores: Stores;
let saved: NodeJS.ProcessEnv;

beforeEach(async () => {
  stores = await startStores();
  saved = process.env;
  process.env = { ...saved, ...SURROUNDINGS };
});

afterEach(async () => {
  process.env = saved;
  await stores[Symbol.asyncDispose]();
});

const open = () => awsStores({ region: 'eu-west-1', endpoint: stores.url });

describe('an object of S3', () => {
  it('is read again only where it has changed', async () => {
    const { object } = open();
    stores.objects.set('conf/a/b.yaml', 'one');
    const first = await object('conf', 'a/b.yaml', undefined);
    expect(first).toMatchObject({ text: 'one' });
    expect(await object('conf', 'a/b.yaml', first?.version)).toBeUndefined();
    stores.objects.set('conf/a/b.yaml', 'two');
    expect(await object('conf', 'a/b.yaml', first?.version)).toMatchObject({ text: 'two' });
    expect(stores.requests).toEqual([
      'GET /conf/a/b.yaml 200',
      'GET /conf/a/b.yaml 304',
      'GET /conf/a/b.yaml 200',
    ]);
  });

  it('that is not there is an error with its name', async () => {
    await expect(open().object('conf', 'x', undefined)).rejects.toMatchObject({
      name: 'NoSuchKey',
    });
  });

  it('that is far too large is none', async () => {
    stores.objects.set('conf/x', 'x'.repeat(5_000_000));
    await expect(open().object('conf', 'x', undefined)).rejects.toThrow(
      'the object has 5000000 bytes, more than a configuration may have',
    );
  });
});

describe('a reference', () => {
  it.each([
    ['aws:ssm:/shop/token', 'from-ssm'],
    [`aws:secretsmanager:${SECRET}`, '{"password":"pa:ss","port":5432,"deep":{}}'],
    [`aws:secretsmanager:${SECRET}:password`, 'pa:ss'],
    [`aws:secretsmanager:${SECRET}:port`, '5432'],
  ])('%s stands for its text', async (reference, expected) => {
    stores.parameters.set('/shop/token', 'from-ssm');
    stores.secrets.set(SECRET, '{"password":"pa:ss","port":5432,"deep":{}}');
    expect(await resolveReference(reference, open())).toBe(expected);
  });

  const FORM = 'expected aws:secretsmanager:ARN, the same with :KEY behind it, or aws:ssm:NAME';
  it.each([
    ['aws:secretsmanager:shop', FORM],
    ['aws:ssm:a b', FORM],
    [
      `aws:secretsmanager:${SECRET}:user`,
      'the secret is not a JSON object with a string for the key "user"',
    ],
    [
      `aws:secretsmanager:${SECRET}:deep`,
      'the secret is not a JSON object with a string for the key "deep"',
    ],
    ['aws:ssm:/none', 'No.'],
  ])('%s is an error: %s', async (reference, message) => {
    stores.secrets.set(SECRET, '{"password":"hunter2","deep":{}}');
    await expect(resolveReference(reference, open())).rejects.toThrow(message);
  });

  it('to a secret that is no text says so', async () => {
    stores.secrets.set(SECRET, Buffer.of(1, 2));
    await expect(resolveReference(`aws:secretsmanager:${SECRET}`, open())).rejects.toThrow(
      /^the secret is binary, not a text$/,
    );
  });

  it('to one key of a secret that is no JSON object does not say what it is', async () => {
    stores.secrets.set(SECRET, 'hunter2');
    await expect(resolveReference(`aws:secretsmanager:${SECRET}:key`, open())).rejects.toThrow(
      /^the secret is not a JSON object with a string for the key "key"$/,
    );
  });
});
