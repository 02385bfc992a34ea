import { describe, expect, it } from '@jest/globals';
import { startAws } from '../../../cli/demo/aws/server.ts';
import type { SampleOutput } from '../../../lambda/model/delivery/sample-output.ts';
import { Drops } from '../../../lambda/model/samples/drops.ts';
import { Secret } from '../../../lambda/model/settings/secret.ts';
import { otlpOutput } from '../../../lambda/outputs/otlp/otlp.ts';
import type { Runtime } from '../../../lambda/outputs/push/runtime.ts';
import type { CredentialsProvider } from '../../../lambda/outputs/push/sigv4.ts';
import { remoteWriteOutput } from '../../../lambda/outputs/remote-write/remote-write.ts';
import { awsSigning } from '../../../lambda/wiring/signing.ts';
import { series, target } from '../../series/samples.ts';
import { CREDENTIALS, HALF_AN_ANSWER, impatient, type Reply, startReceiver } from './receiver.ts';

const REGION = 'eu-west-1';
const ROLE = 'arn:aws:iam::444455556666:role/fargauge-write';

type OutputFor = (
  options: { url: string; sigv4: { region: string; credentials: CredentialsProvider } },
  runtime: Runtime,
) => SampleOutput;

/** Each output that sends samples over HTTP, how its messages begin, and the permission that it needs. */
const OUTPUTS: readonly (readonly [string, OutputFor, string, string])[] = [
  [
    'remote write',
    (options, runtime) => remoteWriteOutput({ name: 'output', ...options }, runtime),
    'Remote write to',
    'aps:RemoteWrite',
  ],
  [
    'OTLP',
    (options, runtime) => otlpOutput({ name: 'output', ...options }, runtime),
    'OTLP export to',
    'cloudwatch:PutMetricData',
  ],
];

/** As the services of AWS answer. */
function awsError(status: number, message: string): Reply {
  const headers = { 'content-type': 'application/json' };
  return { status, headers, body: JSON.stringify({ message }) };
}

/** An answer that is none, or not all of one. */
function raw(text: string): Reply {
  return { with: (socket) => socket.end(text) };
}

const OUT_OF_ORDER = 'out of order sample: series="up", ts=1\n';
const NO_MEMBER = 'User: arn:aws:sts::1:assumed-role/r/s is not authorized';

describe.each(OUTPUTS)('%s', (_, outputFor, what, permission) => {
  /** What one sample comes to. The deadline comes after the third request. */
  async function send(reply: Reply, credentials: CredentialsProvider = async () => CREDENTIALS) {
    await using receiver = await startReceiver(reply);
    const deadline = new AbortController();
    const wait = async () => {
      if (receiver.requests.length >= 3) deadline.abort();
    };
    const sigv4 = { region: REGION, credentials };
    const output = outputFor({ url: receiver.url, sigv4 }, impatient({ wait }));
    const delivery = output.open(deadline.signal);
    const scraped = {
      target: target(),
      startedAt: Date.now(),
      samples: [{ series: series('up'), value: 1 }],
    };
    void delivery.write(scraped, new Drops());
    const { errors, rejected, requests } = await delivery.close();
    return {
      errors: errors.map((text) => text.replace(`${what} ${receiver.url} `, '')),
      rejected,
      requests,
    };
  }

  it.each<[string, Reply, string, string, number]>([
    [
      'a receiver that refuses with a reason',
      { status: 400, body: OUT_OF_ORDER },
      'refused',
      'was refused. HTTP 400: out of order sample: series="up", ts=1',
      1,
    ],
    [
      'one that refuses with a page',
      { status: 400, headers: { 'content-type': 'text/html' }, body: '<h1>Bad Request</h1>' },
      'refused',
      'was refused. HTTP 400: <h1>Bad Request</h1>',
      1,
    ],
    [
      'one to which a single sample is too much',
      { status: 413, body: 'too large' },
      'too_large',
      'was refused as too large. HTTP 413: too large',
      1,
    ],
    [
      'another Region than the receiver is in',
      awsError(403, "Credential should be scoped to a valid Region, not 'eu-west-1'."),
      'access_denied',
      "was signed for the Region eu-west-1, which is not the receiver's. HTTP 403: Credential should be scoped to a valid Region, not 'eu-west-1'.",
      1,
    ],
    [
      'a permission that is missing',
      awsError(403, NO_MEMBER),
      'access_denied',
      `is denied; the role needs ${permission}. HTTP 403: ${NO_MEMBER}`,
      1,
    ],
    [
      'credentials that stay expired',
      awsError(403, 'The security token included in the request is expired'),
      'access_denied',
      'failed because its credentials have expired. HTTP 403: The security token included in the request is expired',
      2,
    ],
    [
      'a clock that is behind',
      awsError(403, 'Signature expired: 20260101T000000Z is now earlier than 20260101T000500Z'),
      'access_denied',
      'was refused because the clock of this machine is wrong. HTTP 403: Signature expired: 20260101T000000Z is now earlier than 20260101T000500Z',
      2,
    ],
    [
      'a clock that is ahead',
      awsError(403, 'Signature not yet current: 20260101T010000Z is still later than now'),
      'access_denied',
      'was refused because the clock of this machine is wrong. HTTP 403: Signature not yet current: 20260101T010000Z is still later than now',
      2,
    ],
    [
      'half an answer',
      HALF_AN_ANSWER,
      'deadline',
      'did not end by the deadline. It failed. other side closed',
      3,
    ],
    [
      'half a head',
      raw('HTTP/1.1 200 OK\r\ncontent-le'),
      'deadline',
      'did not end by the deadline. It failed. other side closed',
      3,
    ],
    [
      'half a reason, of which nobody knows the rest',
      raw('HTTP/1.1 400 Bad Request\r\ncontent-length: 100\r\n\r\nout of'),
      'deadline',
      'did not end by the deadline. It failed. other side closed',
      3,
    ],
    [
      'what is no HTTP',
      raw('220 mail.example.com ESMTP\r\n\r\n'),
      'deadline',
      'did not end by the deadline. It failed. Response does not match the HTTP/1.1 protocol (Expected HTTP/, RTSP/ or ICE/)',
      3,
    ],
  ])('%s: it is told and counted', async (__, reply, reason, text, requests) => {
    expect(await send(reply)).toEqual({ errors: [text], rejected: { [reason]: 1 }, requests });
  });

  it.each([
    ['a role that does not exist', undefined, { arn: ROLE }],
    ['a role that asks for another external id', 'shop-4711', { arn: ROLE, externalId: 'other' }],
  ])('%s: it is told, and nothing is sent', async (__, asked, role) => {
    const aws = await startAws();
    try {
      if (asked !== undefined) aws.roles.put(ROLE, asked);
      const sign = awsSigning({ region: REGION, endpoint: aws.url });
      const accessKey = { id: 'AKID', secret: new Secret('secret') };
      const { credentials } = sign({ accessKey, role });
      const { errors, ...counted } = await send({ status: 200 }, credentials);
      expect(counted).toEqual({ rejected: { access_denied: 1 }, requests: 0 });
      expect(errors).toEqual([
        expect.stringMatching(
          `^failed because of its credentials. AssumeRoleError: the role ${ROLE} cannot be assumed. AccessDenied.*: .*is not authorized to perform: sts:AssumeRole`,
        ),
      ]);
    } finally {
      await aws.close();
    }
  });
});

it('a Region that nothing names is an error of the start', () => {
  expect(() => awsSigning({})({})).toThrow(
    new TypeError(
      'Expected a Region to sign requests for, in the configuration or in AWS_REGION, got none',
    ),
  );
});
