import { lookup as systemLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { DEFAULT_HTTP } from '../../../lambda/model/settings/http.ts';
import { ScrapeError } from '../../../lambda/model/targets/scrape-error.ts';
import { fetchExposition } from '../../../lambda/scrape/http/exchange.ts';
import {
  forbiddenIn,
  guarded,
  refuseForbidden,
} from '../../../lambda/scrape/http/forbidden-address.ts';
import { limits } from '../../series/samples.ts';
import { answering, startTarget } from '../raw-target.ts';

const FORBIDDEN = [
  '169.254.169.254',
  '169.254.170.2',
  '169.254.0.0',
  '169.254.255.255',
  '2852039166',
  '0xa9fea9fe',
  '0251.0376.0251.0376',
  '169.254.43518',
  '[fd00:ec2::254]',
  '[fd00:ec2:ffff::1]',
  '[fe80::1]',
  '[febf::1]',
  '[::ffff:169.254.169.254]',
  '[::ffff:a9fe:a9fe]',
  '[64:ff9b::169.254.169.254]',
  // IPv4-compatible and 6to4.
  '[::169.254.169.254]',
  '[2002:a9fe:a9fe::1]',
];

/** Of the machine itself. */
const LOOPBACK = [
  '127.0.0.1',
  '127.255.255.254',
  '0.0.0.0',
  '0',
  '2130706433',
  '0x7f.1',
  '[::1]',
  '[::]',
  '[::ffff:127.0.0.1]',
  '[::ffff:0.0.0.0]',
  '[::127.0.0.1]',
  '[64:ff9b::7f00:1]',
  '[64:ff9b::0.0.0.0]',
  '[2002:7f00:1::1]',
];

const ALLOWED = [
  '10.0.0.1',
  '169.253.255.255',
  '169.255.0.0',
  '[fd00:ec3::1]',
  '[fd00::1]',
  '[fec0::1]',
  '[::ffff:10.0.0.1]',
  '[::10.0.0.1]',
  '[64:ff9b::10.0.0.1]',
  '[2002:a00:1::1]',
  '128.0.0.1',
  'example.com',
  '169.254.169.254.example.com',
];

/** What Lambda sets. */
const LAMBDA = { AWS_LAMBDA_RUNTIME_API: '127.0.0.1:9001' };
const IN_LAMBDA = forbiddenIn(LAMBDA);

/** A resolver that knows one name. */
function knowing(...addresses: string[]): LookupFunction {
  return (_, options, callback) => {
    const found = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    if (options.all) callback(null, found);
    else callback(null, found[0]!.address, found[0]!.family);
  };
}

function failureOf(url: string, lookup?: LookupFunction): Promise<unknown> {
  const asked = { url, limits: limits(), http: DEFAULT_HTTP };
  return fetchExposition(asked, new AbortController().signal, { lookup }).catch((error) => error);
}

describe('an address', () => {
  it.each(FORBIDDEN)('%s is forbidden', async (host) => {
    const url = new URL(`http://${host}:9100/`);
    const address = url.hostname.replace(/[[\]]/g, '');
    expect(await failureOf(url.href)).toMatchObject({
      reason: 'forbidden_address',
      message: `expected no link-local or metadata address, got ${address}`,
    });
  });

  it.each(ALLOWED)('%s is not', (host) => {
    expect(() => refuseForbidden(new URL(`http://${host}/`), IN_LAMBDA)).not.toThrow();
  });

  it.each(LOOPBACK)('%s is forbidden inside Lambda, and only there', (host) => {
    const url = new URL(`http://${host}:9001/2018-06-01/runtime/invocation/next`);
    const address = url.hostname.replace(/[[\]]/g, '');
    expect(() => refuseForbidden(url, IN_LAMBDA)).toThrow(
      `expected no loopback address inside Lambda, got ${address}`,
    );
    expect(() => refuseForbidden(url, forbiddenIn({}))).not.toThrow();
  });

  it('of loopback can be allowed to a function, which link-local ones cannot', () => {
    const allowed = forbiddenIn({ ...LAMBDA, FARGAUGE_ALLOW_LOOPBACK: 'true' });
    expect(() => refuseForbidden(new URL('http://127.0.0.1/'), allowed)).not.toThrow();
    expect(() => refuseForbidden(new URL('http://169.254.169.254/'), allowed)).toThrow(
      'expected no link-local or metadata address, got 169.254.169.254',
    );
  });
});

describe('a name', () => {
  it.each([
    [['169.254.169.254']],
    [['fe80::1']],
    [['fe80::1%eth0']],
    [['::ffff:169.254.169.254']],
    [['10.0.0.1', 'fd00:ec2::254']],
  ])('that resolves to %j is forbidden', async (addresses) => {
    const error = await failureOf('http://innocent.test/metrics', knowing(...addresses));
    expect(error).toBeInstanceOf(ScrapeError);
    expect(error).toMatchObject({
      reason: 'forbidden_address',
      message: `expected no link-local or metadata address, got innocent.test, which is ${addresses.at(-1)}`,
    });
  });

  it('that resolves to one address is checked too', async () => {
    const failure = new Promise((resolve) => {
      guarded(knowing('169.254.1.1'))('innocent.test', {}, resolve);
    });
    expect(await failure).toMatchObject({ reason: 'forbidden_address' });
  });

  it.each(['127.0.0.1', '::1', '::ffff:127.0.0.1'])(
    'that resolves to %s is forbidden inside Lambda',
    async (address) => {
      const failure = new Promise((resolve) => {
        guarded(knowing('10.0.0.1', address), IN_LAMBDA)('innocent.test', { all: true }, resolve);
      });
      expect(await failure).toMatchObject({
        reason: 'forbidden_address',
        message: `expected no loopback address inside Lambda, got innocent.test, which is ${address}`,
      });
    },
  );

  it('that resolves to any other address is asked', async () => {
    const target = await startTarget(answering('m 1\n'));
    try {
      const url = target.url.replace('127.0.0.1', 'target.test');
      const asked = { url, limits: limits(), http: DEFAULT_HTTP };
      const { body } = await fetchExposition(asked, new AbortController().signal, {
        lookup: knowing('127.0.0.1'),
      });
      expect(body.toString()).toBe('m 1\n');
      expect(target.requests[0]).toContain(`Host: ${new URL(url).host}`);
    } finally {
      await target.stop();
    }
  });

  it('that resolves to nothing is still unknown', async () => {
    const error = await failureOf('http://two..dots:9100/', systemLookup);
    expect(error).toMatchObject({ reason: 'dns' });
  });
});
