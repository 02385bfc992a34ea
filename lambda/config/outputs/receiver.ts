import * as z from 'zod';
import { blankableText } from '../findings/keys.ts';
import type { httpClientShape } from '../http/client.ts';
import { externalId, roleArn } from '../values/ecs-sources.ts';

/** Keys that all receivers of samples share: their address, and the credentials of a request. */

const URL_EXPECTED = 'an http or https URL without a password';
const OTLP_EXPECTED = `"cloudwatch", or ${URL_EXPECTED}`;

/** The default path of OTLP metrics: https://opentelemetry.io/docs/specs/otlp/#otlphttp-request */
const OTLP_PATH = '/v1/metrics';

/**
 * Endpoints of Amazon Managed Service for Prometheus and of CloudWatch, including those in a VPC, for IPv6 and for FIPS
 * 140.
 * https://docs.aws.amazon.com/general/latest/gr/prometheus-service.html
 */
const OF_AWS =
  /(?:^|\.)(aps-workspaces|monitoring)(?:-fips)?\.([a-z0-9-]+)\.(?:(?:vpce\.)?amazonaws\.com(?:\.cn)?|api\.aws)$/;

/** Stands for CloudWatch's own OTLP endpoint. */
export const CLOUDWATCH = 'cloudwatch';

/** Schema of the URL of a receiver. */
export const receiverUrl = z.string(URL_EXPECTED).refine(isReceiver, URL_EXPECTED);

/** Schema of the `endpoint` of OTLP. */
export const otlpEndpoint = z
  .string(OTLP_EXPECTED)
  .refine((value) => value === CLOUDWATCH || isReceiver(value), OTLP_EXPECTED)
  .transform((value) => {
    if (value === CLOUDWATCH) return value;
    const url = new URL(value);
    if (url.pathname === '/') url.pathname = OTLP_PATH;
    return url.href;
  });

/** Schema of headers, whose values may be references to secrets. */
export const headers = z.record(z.string(), z.string('a string'));

/** Keys of a role whose credentials sign. */
export const roleShape = {
  role_arn: roleArn
    .optional()
    .describe('Role to assume for writing, such as a role in the account of the receiver.'),
  external_id: externalId
    .optional()
    .describe('External id, if the trust policy of the role requires one.'),
};

/** Schema of `sigv4` of a Prometheus file. */
export const sigv4 = z.strictObject({
  region: blankableText.optional().describe('Region of the workspace; else that of its URL.'),
  access_key: blankableText.optional().describe('Key of an IAM user, with secret_key.'),
  secret_key: blankableText
    .optional()
    .describe('Secret of the access key, or aws:secretsmanager:ARN, or aws:ssm:NAME.'),
  profile: blankableText.optional().describe("Profile of the AWS SDK's files."),
  ...roleShape,
});

export type Sigv4Keys = z.output<typeof sigv4>;

/** Keys of a receiver, in the shape that both kinds of documents share. */
export interface ReceiverKeys {
  readonly name?: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly basic_auth?: z.output<typeof httpClientShape.basic_auth>;
  readonly authorization?: z.output<typeof httpClientShape.authorization>;
  readonly bearer_token?: string | undefined;
  readonly bearer_token_file?: string | undefined;
  readonly http_headers?: z.output<typeof httpClientShape.http_headers>;
  readonly tls_config?: z.output<typeof httpClientShape.tls_config>;
  readonly sigv4?: Sigv4Keys | undefined;
}

/** Credentials of a request, of which it can have only one. */
const CREDENTIALS = ['basic_auth', 'authorization', 'bearer_token', 'bearer_token_file'] as const;

interface Problem {
  readonly path: readonly string[];
  readonly message: string;
  readonly given: string;
}

/**
 * Contradictions between the keys of a receiver.
 *
 * @param signing the keys for signing: those of the output itself, or of the section `sigv4`
 */
export function* problemsOf(
  keys: Partial<Readonly<Record<(typeof CREDENTIALS)[number], unknown>>>,
  url: string | undefined,
  signing: Sigv4Keys | undefined,
  signingPath: readonly string[],
): Generator<Problem> {
  if (signing === undefined) return;
  for (const key of CREDENTIALS) {
    if (keys[key] === undefined) continue;
    const other = signingPath[0] ?? Object.keys(signing)[0] ?? 'endpoint: cloudwatch';
    yield { path: [key], message: `either this key or ${other}`, given: 'both' };
  }
  const own = regionOf(url);
  if (signing.region !== undefined && own !== undefined && own !== signing.region) {
    const given = JSON.stringify(signing.region);
    yield { path: [...signingPath, 'region'], message: `the region of the URL, ${own}`, given };
  }
  for (const [key, other] of TOGETHER) {
    if (signing[key] === undefined || signing[other] !== undefined) continue;
    yield {
      path: [...signingPath, key],
      message: `${other} beside this key`,
      given: 'this key alone',
    };
  }
}

/** Keys that need another key. */
const TOGETHER = [
  ['access_key', 'secret_key'],
  ['secret_key', 'access_key'],
  ['external_id', 'role_arn'],
] as const;

/** The Region in the URL of an AWS service; undefined for any other URL. */
export function regionOf(url: string | undefined): string | undefined {
  return serviceOf(url)?.region;
}

/** Whether the URL is an OTLP endpoint of CloudWatch. */
export function isCloudWatch(url: string): boolean {
  return serviceOf(url)?.name === 'monitoring';
}

function serviceOf(url: string | undefined) {
  const host = url === undefined ? undefined : URL.parse(url)?.hostname;
  const [, name, region] = OF_AWS.exec(host ?? '') ?? [];
  return region === undefined ? undefined : { name, region };
}

function isReceiver(value: string): boolean {
  const url = URL.parse(value);
  return (
    url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === ''
  );
}
