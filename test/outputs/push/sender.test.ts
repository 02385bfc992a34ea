import { describe, expect, it } from '@jest/globals';
import { Drops } from '../../../lambda/model/samples/drops.ts';
import type { Runtime } from '../../../lambda/outputs/push/runtime.ts';
import type { CredentialsProvider } from '../../../lambda/outputs/push/sigv4.ts';
import { remoteWriteOutput } from '../../../lambda/outputs/remote-write/remote-write.ts';
import { series, target } from '../../series/samples.ts';
import { readWriteRequest } from '../remote-write/write-request.ts';
import {
  CREDENTIALS,
  HALF_AN_ANSWER,
  impatient,
  NO_DEADLINE,
  type ReceivedRequest,
  type Receiver,
  type Reply,
  startReceiver,
} from './receiver.ts';

const REGION = 'eu-west-1';
const signed: CredentialsProvider = async () => CREDENTIALS;

/** As the services of AWS answer. */
function awsError(status: number, message: string): Reply {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ message }),
  };
}

describe('a receiver that refuses', () => {
  it.each<[string, Reply, string, string]>([
    [
      'with a reason',
      { status: 400, body: 'out of order sample\n' },
      'refused',
      'was refused. HTTP 400: out of order sample',
    ],
    ['without a reason', { status: 404 }, 'refused', 'was refused. HTTP 404'],
    [
      'by sending elsewhere',
      { status: 302, headers: { location: 'https://example.com/' } },
      'refused',
      'was refused. HTTP 302',
    ],
    [
      'for a permission that is missing',
      awsError(
        403,
        'User: arn:aws:sts::1:assumed-role/r/s is not authorized to perform: aps:RemoteWrite',
      ),
      'access_denied',
      'is denied; the role needs aps:RemoteWrite. HTTP 403: User: arn:aws:sts::1:assumed-role/r/s is not authorized to perform: aps:RemoteWrite',
    ],
    [
      'for another Region',
      awsError(403, 'Credential should be scoped to a valid region.'),
      'access_denied',
      "was signed for the Region eu-west-1, which is not the receiver's. HTTP 403: Credential should be scoped to a valid region.",
    ],
    [
      'for credentials that stay expired',
      awsError(403, 'The security token included in the request is expired'),
      'access_denied',
      'failed because its credentials have expired. HTTP 403: The security token included in the request is expired',
    ],
    [
      'a single series as too large',
      { status: 413, body: 'exceeded maximum request body size' },
      'too_large',
      'was refused as too large. HTTP 413: exceeded maximum request body size',
    ],
  ])('%s is told, and counted', async (_, reply, reason, text) => {
    await using receiver = await startReceiver(reply);
    const { outcome, report } = await send(receiver, { credentials: signed });
    expect(outcome).toEqual({ accepted: 0, rejected: new Map([[reason, 1]]) });
    expect(report.rejected).toEqual({ [reason]: 1 });
    expect(report.errors).toEqual([`Remote write to ${receiver.url} ${text}`]);
  });

  it('has its reason shown on one line, without an end only where that is far', async () => {
    await using receiver = await startReceiver({
      status: 400,
      body: `<html>\n\t<b>\u0000no</b>${'x'.repeat(100_000)}`,
    });
    const { report } = await send(receiver);
    expect(report.errors[0]).toMatch(/HTTP 400: <html> <b> no<\/b>x{1,500}$/);
  });

  it('is not asked again', async () => {
    await using receiver = await startReceiver({ status: 400 });
    await send(receiver);
    expect(receiver.requests).toHaveLength(1);
  });

  it('for the caller is not asked again for other requests of the cycle', async () => {
    await using receiver = await startReceiver({ status: 403 });
    const { report } = await send(receiver, { samples: 100_000 });
    expect(report.rejected).toEqual({ access_denied: 100_000 });
    // Those that were under way already.
    expect(receiver.requests.length).toBeLessThanOrEqual(4);
    expect(report.errors).toEqual([
      `Remote write to ${receiver.url} is denied; check its credentials. HTTP 403`,
    ]);
  });
});

describe('a receiver that fails for now', () => {
  it.each<[string, Reply]>([
    ['429', { status: 429 }],
    ['500', { status: 500 }],
    ['503', { status: 503 }],
    ['half an answer', HALF_AN_ANSWER],
    ['no answer', { with: (socket) => socket.destroy() }],
  ])('with %s is asked again, with the same body', async (_, reply) => {
    await using receiver = await startReceiver(reply, reply, { status: 200 });
    const { outcome, report } = await send(receiver);
    expect(outcome).toEqual({ accepted: 1, rejected: new Map() });
    expect(report).toMatchObject({ requests: 3, metrics: 1, rejected: {}, errors: [] });
    const [first, ...others] = receiver.requests.map(({ body }) => body);
    expect(others).toEqual([first, first]);
  });

  it('is asked after longer and longer times, of which chance takes a part', async () => {
    await using receiver = await startReceiver(...Array<Reply>(8).fill({ status: 500 }), {
      status: 200,
    });
    const { waited } = await send(receiver);
    expect(waited).toEqual([125, 250, 500, 1_000, 2_000, 4_000, 5_000, 5_000]);
  });

  it('is left alone for as long as it says', async () => {
    const inTwentySeconds = new Date(Date.UTC(2026, 0, 1, 0, 0, 20)).toUTCString();
    await using receiver = await startReceiver(
      { status: 429, headers: { 'retry-after': '7' } },
      { status: 503, headers: { 'retry-after': inTwentySeconds } },
      { status: 503, headers: { 'retry-after': 'soon' } },
      { status: 200 },
    );
    const { waited } = await send(receiver, { runtime: { now: () => Date.UTC(2026, 0, 1) } });
    expect(waited).toEqual([7_125, 20_250, 500]);
  });

  it('is left alone for this cycle where that is long', async () => {
    await using receiver = await startReceiver({
      status: 429,
      headers: { 'retry-after': '31' },
      body: 'slow down',
    });
    const { report, waited } = await send(receiver);
    expect(waited).toEqual([]);
    expect(report.rejected).toEqual({ throttled: 1 });
    expect(report.errors).toEqual([
      `Remote write to ${receiver.url} was throttled. HTTP 429: slow down`,
    ]);
  });

  it('is asked until the deadline', async () => {
    await using receiver = await startReceiver({ status: 503, body: 'overloaded' });
    const deadline = new AbortController();
    const wait = async () => {
      if (receiver.requests.length === 3) deadline.abort();
    };
    const { outcome, report } = await send(receiver, {
      runtime: { wait },
      signal: deadline.signal,
    });
    expect(outcome.rejected).toEqual(new Map([['deadline', 1]]));
    const what = `Remote write to ${receiver.url}`;
    expect(report.errors).toEqual([
      `${what} did not end by the deadline. It failed. HTTP 503: overloaded`,
    ]);
    expect(receiver.requests).toHaveLength(3);
  });

  it('is given up at the deadline even where it says nothing', async () => {
    const deadline = new AbortController();
    await using receiver = await startReceiver({ with: () => deadline.abort() });
    const { report } = await send(receiver, { signal: deadline.signal });
    expect(report.errors).toEqual([`Remote write to ${receiver.url} did not end by the deadline`]);
  });

  it('is not asked at all after the deadline', async () => {
    await using receiver = await startReceiver();
    const { report } = await send(receiver, { signal: AbortSignal.abort() });
    expect(report).toMatchObject({ requests: 0, rejected: { deadline: 1 } });
  });
});

it('says why nobody could be reached', async () => {
  const gone = await startReceiver();
  await gone[Symbol.asyncDispose]();
  const deadline = new AbortController();
  const wait = async () => deadline.abort();
  const { report } = await send(gone, { runtime: { wait }, signal: deadline.signal });
  expect(report.errors[0]).toMatch(
    / did not end by the deadline\. It failed\. connect ECONNREFUSED 127\.0\.0\.1:\d+$/,
  );
});

it('splits what is too large for a receiver until it is not', async () => {
  await using receiver = await startReceiver(({ body }) => ({
    status: readWriteRequest(body).length > 3 ? 413 : 200,
  }));
  const { outcome, report } = await send(receiver, { samples: 10 });
  expect(outcome).toEqual({ accepted: 10, rejected: new Map() });
  const accepted = receiver.requests
    .map(({ body }) => readWriteRequest(body))
    .filter(({ length }) => length <= 3);
  expect(accepted.map(({ length }) => length)).toEqual([2, 3, 2, 3]);
  expect(accepted.flat().map(({ samples }) => samples[0]?.value)).toEqual([
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
  ]);
  expect(report).toMatchObject({ requests: 7, events: 4, metrics: 10, rejected: {}, errors: [] });
});

describe('a clock that is not right', () => {
  const LATE = awsError(
    403,
    'Signature expired: 20260101T000000Z is now earlier than 20260101T003500Z',
  );
  const by = (time: number): Reply => ({
    ...LATE,
    headers: { date: new Date(time).toUTCString() },
  });
  const signedAt = ({ headers }: ReceivedRequest) => headers['x-amz-date'];

  it('gives way to the one of the receiver, for this request and the next ones', async () => {
    const theirs = Date.UTC(2026, 0, 1, 0, 40);
    await using receiver = await startReceiver(by(theirs), { status: 200 });
    const { outcome } = await send(receiver, {
      credentials: signed,
      runtime: { now: () => Date.UTC(2026, 0, 1) },
    });
    expect(outcome).toEqual({ accepted: 1, rejected: new Map() });
    expect(receiver.requests.map(signedAt)).toEqual(['20260101T000000Z', '20260101T004000Z']);
  });

  it('is told of once where that does not help', async () => {
    await using receiver = await startReceiver(by(Date.UTC(2026, 0, 1, 0, 40)));
    const { report } = await send(receiver, { credentials: signed });
    expect(receiver.requests).toHaveLength(2);
    expect(report.rejected).toEqual({ access_denied: 1 });
  });
});

describe('credentials', () => {
  it('that have expired are asked for anew, and the request is repeated', async () => {
    await using receiver = await startReceiver(
      awsError(403, 'ExpiredTokenException: The security token included in the request is expired'),
      { status: 200 },
    );
    const asked: unknown[] = [];
    const { outcome } = await send(receiver, {
      credentials: async (options) => {
        asked.push(options);
        return { ...CREDENTIALS, sessionToken: `token ${asked.length}` };
      },
    });
    expect(outcome.accepted).toBe(1);
    expect(asked).toEqual([{ forceRefresh: false }, { forceRefresh: true }]);
    expect(receiver.requests.map(({ headers }) => headers['x-amz-security-token'])).toEqual([
      'token 1',
      'token 2',
    ]);
  });

  it('that nobody gives are told, with the role that could not be assumed', async () => {
    await using receiver = await startReceiver();
    const error = Object.assign(
      new Error('the role arn:aws:iam::2:role/r cannot be assumed. AccessDenied: no'),
      { name: 'AssumeRoleError' },
    );
    const { report } = await send(receiver, { credentials: () => Promise.reject(error) });
    expect(report).toMatchObject({ requests: 0, rejected: { access_denied: 1 } });
    expect(report.errors).toEqual([
      `Remote write to ${receiver.url} failed because of its credentials. AssumeRoleError: the role arn:aws:iam::2:role/r cannot be assumed. AccessDenied: no`,
    ]);
  });
});

interface Sending {
  readonly samples?: number;
  readonly credentials?: CredentialsProvider;
  readonly runtime?: Partial<Runtime>;
  readonly signal?: AbortSignal;
}

/** Sends samples with the values 0, 1, 2 … */
async function send(
  { url }: Receiver,
  { samples = 1, credentials, runtime, signal = NO_DEADLINE }: Sending = {},
) {
  const around = impatient(runtime);
  const sigv4 = credentials && { region: REGION, credentials };
  const delivery = remoteWriteOutput(
    { name: 'remote-write', url, ...(sigv4 && { sigv4 }) },
    around,
  ).open(signal);
  const written = delivery.write(
    {
      target: target(),
      startedAt: 0,
      samples: Array.from({ length: samples }, (_, value) => ({
        series: series('some_metric_with_a_name', { labels: { number: String(value) } }),
        value,
      })),
    },
    new Drops(),
  );
  const report = await delivery.close();
  return { outcome: await written, report, waited: around.waited };
}
