import {
  CloudWatchLogsClient,
  type CloudWatchLogsClientConfig,
} from '@aws-sdk/client-cloudwatch-logs';
import { forward, reply } from '../forward.ts';
import { bodyOf, type Listening, listen } from '../http.ts';
import { type Aws, REGION } from './aws.ts';

/** The account that moto takes unknown credentials for, such as those of `Aws.env`. */
export const OWN_ACCOUNT = '123456789012';

/** Whom the roles of all accounts let in: those who say the external id. What is not here is no role. */
export type Trust = Readonly<Record<string, { readonly externalId: string }>>;

/** Another account of the same moto. */
export interface Account extends Disposable {
  readonly logs: CloudWatchLogsClient;
  /** As `Aws.env`, with credentials of this account. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Stands in front of moto, which keeps accounts apart but assumes any role: lets only those roles be assumed that there are, by
 * who says their external id, and else answers as AWS STS does.
 */
export function startTrustProxy(aws: Aws, trust: Trust): Promise<Listening> {
  return listen(async (request, response) => {
    const body = await bodyOf(request);
    const asked = new URLSearchParams(body.toString());
    const role = asked.get('RoleArn') ?? '';
    const denied =
      asked.get('Action') === 'AssumeRole' &&
      (trust[role] === undefined || trust[role].externalId !== asked.get('ExternalId'));
    if (denied) response.writeHead(403, { 'content-type': 'text/xml' }).end(accessDenied(role));
    else reply(response, await forward(aws.endpoint, request, body));
  });
}

/** Credentials of an account, as whom moto then answers. */
export async function accountOf(aws: Aws, id: string): Promise<Account> {
  const xml = await sts(aws, 'testing', {
    Action: 'AssumeRole',
    RoleArn: `arn:aws:iam::${id}:role/collector`,
    RoleSessionName: 'test',
  });
  const [accessKeyId, secretAccessKey, sessionToken] = [
    'AccessKeyId',
    'SecretAccessKey',
    'SessionToken',
  ].map((name) => elementIn(xml, name));
  const credentials = { accessKeyId, secretAccessKey, sessionToken };
  const settings = { endpoint: aws.endpoint, region: REGION, credentials };
  const logs = new CloudWatchLogsClient(settings as CloudWatchLogsClientConfig);
  return {
    logs,
    env: {
      ...aws.env,
      AWS_ACCESS_KEY_ID: accessKeyId ?? '',
      AWS_SECRET_ACCESS_KEY: secretAccessKey ?? '',
      AWS_SESSION_TOKEN: sessionToken ?? '',
    },
    [Symbol.dispose]: () => logs.destroy(),
  };
}

/** The ARN of whom moto gave this access key. */
export async function holderOf(aws: Aws, accessKeyId: string): Promise<string> {
  return elementIn(await sts(aws, accessKeyId, { Action: 'GetCallerIdentity' }), 'Arn');
}

/** The project's own client for STS is inside another one; two calls of the query protocol are all that is needed. */
async function sts(
  { endpoint }: Aws,
  accessKeyId: string,
  parameters: Readonly<Record<string, string>>,
): Promise<string> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20260101/${REGION}/sts/aws4_request`,
    },
    body: new URLSearchParams({ ...parameters, Version: '2011-06-15' }),
  });
  return response.text();
}

function elementIn(xml: string, name: string): string {
  const [, text] = new RegExp(`<${name}>([^<]+)<`).exec(xml) ?? [];
  if (text === undefined) throw new Error(`AWS STS of moto gave no ${name}: ${xml}`);
  return text;
}

/** https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html */
function accessDenied(role: string): string {
  return `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>User: arn:aws:iam::${OWN_ACCOUNT}:user/collector is not authorized to perform: sts:AssumeRole on resource: ${role}</Message></Error><RequestId>1</RequestId></ErrorResponse>`;
}
