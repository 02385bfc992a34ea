import { describe, expect, it } from '@jest/globals';
import { Signer } from '../../../lambda/outputs/push/sigv4.ts';
import { CREDENTIALS } from './receiver.ts';

const URL_OF_WORKSPACE = new URL(
  'https://aps-workspaces.eu-west-1.amazonaws.com/workspaces/ws-1/api/v1/remote_write',
);
const AT = Date.UTC(2026, 0, 2, 3, 4, 5);

describe('Signer', () => {
  it('signs for service, Region and time, over the headers and the body', async () => {
    const signer = new Signer({
      service: 'aps',
      region: 'eu-west-1',
      credentials: async () => CREDENTIALS,
      now: () => AT,
    });
    const headers = await signer.sign(
      URL_OF_WORKSPACE,
      { 'content-type': 'application/x-protobuf' },
      Buffer.from('body'),
    );

    expect(headers).toMatchObject({
      host: 'aps-workspaces.eu-west-1.amazonaws.com',
      'x-amz-date': '20260102T030405Z',
      // printf body | sha256sum
      'x-amz-content-sha256': '230d8358dc8e8890b4c58deeb62912ee2f20357ae92a5cc861b98e68fe31acb5',
    });
    expect(headers.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/20260102\/eu-west-1\/aps\/aws4_request, SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date, Signature=[0-9a-f]{64}$/,
    );
    const other = await signer.sign(
      URL_OF_WORKSPACE,
      { 'content-type': 'application/x-protobuf' },
      Buffer.from('Body'),
    );
    expect(other.authorization).not.toBe(headers.authorization);
  });

  it('asks for credentials once, and again five minutes before they end', async () => {
    let now = AT;
    let asked = 0;
    const credentials = async () => {
      asked += 1;
      return { ...CREDENTIALS, expiration: new Date(now + 3_600_000) };
    };
    const signer = new Signer({ service: 'aps', region: 'eu-west-1', credentials, now: () => now });
    const sign = () => signer.sign(URL_OF_WORKSPACE, {}, Buffer.alloc(0));
    await Promise.all([sign(), sign()]);
    now += 55 * 60_000 - 1;
    await sign();
    expect(asked).toBe(1);
    now += 1;
    await sign();
    expect(asked).toBe(2);
  });

  it('asks again where nobody gave any', async () => {
    let asked = 0;
    const credentials = async () => {
      asked += 1;
      if (asked === 1) throw new Error('no metadata service');
      return CREDENTIALS;
    };
    const signer = new Signer({ service: 'aps', region: 'eu-west-1', credentials, now: () => AT });
    const sign = () => signer.sign(URL_OF_WORKSPACE, {}, Buffer.alloc(0));
    await expect(sign()).rejects.toThrow('Error: no metadata service');
    await expect(sign()).resolves.toHaveProperty('authorization');
  });
});
