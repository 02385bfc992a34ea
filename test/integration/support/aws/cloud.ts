import { join } from 'node:path';
import { runToEnd, start } from '../child.ts';
import { PYTHON, ROOT } from '../places.ts';
import { type Boto, type BotoCall, type Credentials, startBoto } from './boto.ts';

const CDK = join(ROOT, 'node_modules/aws-cdk/bin/cdk');

/** What lets the SDK sign before a role is assumed. */
const ANYBODY: Credentials = { accessKeyId: 'testing', secretAccessKey: 'testing' };

/** An account of moto, in one Region. */
export interface CloudAccount {
  readonly account: string;
  readonly region: string;
  /** @throws Error that names the code of the API's error */
  call<Output = unknown>(call: BotoCall): Promise<Output>;
  /** Runs the CDK's command line with the credentials of the account; its output. @throws Error with it where it fails */
  cdk(...args: readonly string[]): Promise<string>;
  /** What sends the AWS SDK of another process here. */
  readonly env: Readonly<Record<string, string>>;
}

interface RoleCredentials {
  readonly AccessKeyId: string;
  readonly SecretAccessKey: string;
  readonly SessionToken: string;
}

/** A moto server with accounts that are bootstrapped for the CDK. */
export interface Cloud extends AsyncDisposable {
  account(account: string, region: string): Promise<CloudAccount>;
}

export async function startCloud(): Promise<Cloud> {
  await using started = new AsyncDisposableStack();
  const moto = started.use(
    start(PYTHON, ['-u', '-m', 'moto.server', '-H', '127.0.0.1', '-p', '0']),
  );
  const [, port = ''] = await moto.says(/Running on http:\/\/127\.0\.0\.1:(\d+)/);
  const endpoint = `http://127.0.0.1:${port}`;
  // It would run the functions of custom resources in images that it pulls from a registry.
  await configure(endpoint, { lambda: { use_docker: false } });
  const boto = started.use(startBoto());
  const accounts = new Map<string, Promise<CloudAccount>>();
  const all = started.move();
  return {
    account: (account, region) => {
      const key = `${account} ${region}`;
      const known = accounts.get(key) ?? bootstrapped(boto, endpoint, account, region);
      accounts.set(key, known);
      return known;
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

/** moto knows an account by the credentials of its roles. */
async function bootstrapped(
  boto: Boto,
  endpoint: string,
  account: string,
  region: string,
): Promise<CloudAccount> {
  const { AccessKeyId, SecretAccessKey, SessionToken } = await boto.call<RoleCredentials>(
    { endpoint, region, credentials: ANYBODY },
    {
      service: 'sts',
      operation: 'assume_role',
      input: { RoleArn: `arn:aws:iam::${account}:role/deployer`, RoleSessionName: 'test' },
      query: 'Credentials',
    },
  );
  const credentials: Credentials = {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: SessionToken,
  };
  const env = {
    AWS_ENDPOINT_URL: endpoint,
    // By this name moto finds the bucket in the path of a template's URL.
    AWS_ENDPOINT_URL_S3_FOR_CLOUDFORMATION: endpoint.replace('127.0.0.1', 'localhost'),
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: AccessKeyId,
    AWS_SECRET_ACCESS_KEY: SecretAccessKey,
    AWS_SESSION_TOKEN: SessionToken,
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  const cdk = async (...args: readonly string[]) => {
    const { code, stdout, stderr } = await runToEnd(
      process.execPath,
      [CDK, ...args, '--no-notices', '--ci'],
      { ...env, CI: 'true', NO_COLOR: '1' },
    );
    if (code !== 0)
      throw new Error(`cdk ${args.join(' ')} ended with ${code}:\n${stdout}${stderr}`);
    return stdout;
  };
  await cdk('bootstrap', `aws://${account}/${region}`);
  return {
    account,
    region,
    call: (call) => boto.call({ endpoint, region, credentials }, call),
    cdk,
    env,
  };
}

async function configure(endpoint: string, settings: object): Promise<void> {
  const response = await fetch(`${endpoint}/moto-api/config`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(settings),
  });
  if (!response.ok) throw new Error(`The settings of moto: HTTP ${response.status}`);
}
