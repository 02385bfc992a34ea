import { afterEach, describe, expect, it } from '@jest/globals';
import { DEFAULT_HTTP, type HttpSettings } from '../../../lambda/model/settings/http.ts';
import { Secret } from '../../../lambda/model/settings/secret.ts';
import { fetchExposition } from '../../../lambda/scrape/http/exchange.ts';
import { MAX_REDIRECTS, redirectOf } from '../../../lambda/scrape/http/redirect.ts';
import { limits } from '../../series/samples.ts';
import { type Answer, answering, type RawTarget, startTarget } from '../raw-target.ts';

const METRICS = 'm 1\n';
const FOLLOWING: HttpSettings = { ...DEFAULT_HTTP, followRedirects: true };

const targets: RawTarget[] = [];

afterEach(async () => {
  await Promise.all(targets.splice(0).map((target) => target.stop()));
});

/** A target that answers with one after the other, and then with metrics. */
async function start(...answers: Answer[]): Promise<RawTarget> {
  const target = await startTarget((socket) => (answers.shift() ?? answering(METRICS))(socket));
  targets.push(target);
  return target;
}

const redirect = (location: string, status = '302 Found'): Answer =>
  answering('gone', { location }, status);

function exchange(url: string, http = FOLLOWING) {
  return fetchExposition({ url, http, limits: limits() }, new AbortController().signal);
}

const paths = ({ requests }: RawTarget) => requests.map((head) => head.split(' ')[1]);

describe('a redirect that the job follows', () => {
  it.each([
    '301 Moved Permanently',
    '302 Found',
    '303 See Other',
    '307 Temporary Redirect',
    '308 Permanent Redirect',
  ])('with status %s leads to another path of the same host', async (status) => {
    const target = await start(redirect('/other?a=b', status));
    const { body } = await exchange(target.url);
    expect(body.toString()).toBe(METRICS);
    expect(paths(target)).toEqual(['/metrics', '/other?a=b']);
    await target.closed();
  });

  it('may be relative to the one before it, and absolute', async () => {
    const target = await start(redirect('a/b'), redirect('c'));
    await exchange(target.url);
    expect(paths(target)).toEqual(['/metrics', '/a/b', '/a/c']);
    const absolute = await start((socket) => redirect(`${absolute.url}/x`)(socket));
    await exchange(absolute.url);
    expect(paths(absolute)).toEqual(['/metrics', '/metrics/x']);
  });

  it(`is followed ${MAX_REDIRECTS} times`, async () => {
    const target = await start(...Array.from({ length: MAX_REDIRECTS }, () => redirect('/x')));
    expect((await exchange(target.url)).body.toString()).toBe(METRICS);
  });

  it('takes the credentials of the job along, as Go does on the same host, and none of its own', async () => {
    const target = await start((socket) =>
      redirect(target.url.replace('//', '//me:hunter2@'))(socket),
    );
    await exchange(target.url, {
      ...FOLLOWING,
      authorization: new Secret('Bearer token'),
      headers: [{ name: 'X-Key', value: new Secret('key') }],
    });
    const [first, second] = target.requests.map((head) => head.toLowerCase());
    expect(first).toContain('authorization: bearer token\r\n');
    expect(first).toContain('x-key: key\r\n');
    expect(second).toContain('authorization: bearer token\r\n');
    expect(second).toContain('x-key: key\r\n');
    expect(second).not.toContain('hunter2');
    expect(second).not.toContain('basic');
  });
});

describe('a redirect that is an error', () => {
  const LOCATIONS: readonly (readonly [name: string, location: string, message: string])[] = [
    ['to another host', 'http://other.test/', 'within ORIGIN, got "http://other.test/"'],
    ['to another port', 'http://127.0.0.1:1/', 'within ORIGIN, got "http://127.0.0.1:1/"'],
    ['to another host without a scheme', '//other.test', 'within ORIGIN, got "//other.test"'],
    [
      'to metadata',
      'http://169.254.169.254/latest',
      'within ORIGIN, got "http://169.254.169.254/latest"',
    ],
    ['to a file', 'file:///etc/passwd', 'to an http or https URL, got "file:///etc/passwd"'],
    ['to no URL', 'http://[', 'to an http or https URL, got "http://["'],
  ];

  it.each(LOCATIONS)('%s', async (_, location, message) => {
    const target = await start(redirect(location));
    await expect(exchange(target.url)).rejects.toMatchObject({
      reason: 'redirect',
      message: `expected a redirect ${message.replace('ORIGIN', new URL(target.url).origin)}`,
    });
    await target.closed();
    expect(target.connections).toBe(1);
  });

  it('without a location', async () => {
    const target = await start(answering('', {}, '302 Found'));
    await expect(exchange(target.url)).rejects.toMatchObject({
      reason: 'redirect',
      message: 'expected a redirect to an http or https URL, got ""',
    });
  });

  it('without an end', async () => {
    const target = await start(...Array.from({ length: 20 }, () => redirect('/metrics')));
    await expect(exchange(target.url)).rejects.toMatchObject({
      reason: 'redirect',
      message: `expected at most ${MAX_REDIRECTS} redirects, got more`,
    });
    expect(target.connections).toBe(MAX_REDIRECTS + 1);
  });
});

it.each([
  ['http://h/', 'https://h/', 'https://h/'],
  ['http://h:80/', 'https://h:443/x', 'https://h/x'],
  ['https://h/', 'http://h/', undefined],
  ['http://h/', 'http://H/x', 'http://h/x'],
  ['http://h/', 'http://h:81/', undefined],
])('from %s to %s leads to %s', (from, location, expected) => {
  const answer = { status: 301, headers: new Map([['location', location]]) };
  const follow = () => redirectOf(answer, new URL(from))?.href;
  if (expected === undefined) expect(follow).toThrow('expected a redirect within');
  else expect(follow()).toBe(expected);
});
