import { afterEach, describe, expect, it } from '@jest/globals';
import { DEFAULT_HTTP, type HttpSettings } from '../../../lambda/model/settings/http.ts';
import { Secret } from '../../../lambda/model/settings/secret.ts';
import { fetchExposition } from '../../../lambda/scrape/http/exchange.ts';
import { limits } from '../../series/samples.ts';
import { answering, type RawTarget, startTarget } from '../raw-target.ts';

const targets: RawTarget[] = [];

afterEach(async () => {
  await Promise.all(targets.splice(0).map((target) => target.stop()));
});

/** The head of the request that these settings lead to, line by line. */
async function requestWith(http: Partial<HttpSettings>): Promise<string[]> {
  const target = await startTarget(answering('m 1\n'));
  targets.push(target);
  const asked = { url: target.url, limits: limits(), http: { ...DEFAULT_HTTP, ...http } };
  await fetchExposition(asked, new AbortController().signal);
  return target.requests[0]!.trimEnd().split('\r\n');
}

const header = (name: string, value: string) => ({ name, value: new Secret(value) });

describe('the request of a job', () => {
  it('has its credentials', async () => {
    const request = await requestWith({ authorization: new Secret('Basic bWU6aHVudGVyMg==') });
    expect(request).toContain('authorization: Basic bWU6aHVudGVyMg==');
  });

  it('has its headers, each as often as it has values', async () => {
    const headers = [header('X-Tenant', 'a'), header('x-tenant', 'b'), header('X-Key', 'k')];
    const request = await requestWith({ headers });
    expect(request.filter((line) => line.startsWith('x-'))).toEqual([
      'x-prometheus-scrape-timeout-seconds: 5',
      'x-tenant: a',
      'x-tenant: b',
      'x-key: k',
    ]);
  });

  it('may ask for another format', async () => {
    const request = await requestWith({ headers: [header('Accept', 'text/x')] });
    expect(request.filter((line) => line.startsWith('accept:'))).toEqual(['accept: text/x']);
  });

  it('asks for an answer that is not compressed where the job says so', async () => {
    const request = await requestWith({ compression: false });
    expect(request).toContain('accept-encoding: identity');
  });
});
