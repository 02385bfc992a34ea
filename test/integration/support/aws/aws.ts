import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { ECSClient } from '@aws-sdk/client-ecs';
import { start } from '../child.ts';
import { PYTHON } from '../places.ts';
import { startAddressProxy } from './address-proxy.ts';

export const REGION = 'eu-central-1';

/** What lets the SDK sign; moto takes anything. */
export const CREDENTIALS = { accessKeyId: 'testing', secretAccessKey: 'testing' };

/** moto counts how often a task is described and then moves it on towards STOPPED; these tasks are to keep running. */
const TASKS_KEEP_RUNNING = {
  model_name: 'ecs::task',
  transition: { progression: 'manual', times: 1_000_000 },
};

/** A running moto server with clients for it. */
export interface Aws extends AsyncDisposable {
  readonly endpoint: string;
  readonly ecs: ECSClient;
  readonly logs: CloudWatchLogsClient;
  /** A subnet and a security group of the account's default VPC, for tasks with a network interface. */
  network(): Promise<{ readonly subnet: string; readonly securityGroup: string }>;
  /** Environment variables that send the AWS SDK of another process here. */
  readonly env: Readonly<Record<string, string>>;
}

/** Starts moto, empty, behind the proxy that moves its task addresses to loopback. */
export async function startAws(): Promise<Aws> {
  const moto = start(PYTHON, ['-u', '-m', 'moto.server', '-H', '127.0.0.1', '-p', '0']);
  try {
    const [, url = ''] = await moto.says(/Running on (http:\/\/127\.0\.0\.1:\d+)/);
    await post(`${url}/moto-api/state-manager/set-transition`, TASKS_KEEP_RUNNING);
    const proxy = await startAddressProxy(url);
    const settings = { endpoint: proxy.url, region: REGION, credentials: CREDENTIALS };
    const ecs = new ECSClient(settings);
    const logs = new CloudWatchLogsClient(settings);
    return {
      endpoint: proxy.url,
      ecs,
      logs,
      network: () => defaultNetwork(url),
      env: {
        AWS_ENDPOINT_URL: proxy.url,
        AWS_REGION: REGION,
        AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
        AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
      },
      async [Symbol.asyncDispose]() {
        ecs.destroy();
        logs.destroy();
        await proxy[Symbol.asyncDispose]();
        await moto.stop();
      },
    };
  } catch (error) {
    await moto.stop();
    throw error;
  }
}

/** The EC2 API speaks XML and the project has no client for it; two identifiers are all that is needed. */
async function defaultNetwork(moto: string) {
  const subnet = await ec2(moto, 'DescribeSubnets', /<subnetId>(subnet-[0-9a-f]+)</);
  const securityGroup = await ec2(moto, 'DescribeSecurityGroups', /<groupId>(sg-[0-9a-f]+)</);
  return { subnet, securityGroup };
}

async function ec2(moto: string, action: string, pattern: RegExp): Promise<string> {
  const response = await fetch(moto, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      // moto reads service and Region out of the signature's scope and checks no more of it.
      authorization: `AWS4-HMAC-SHA256 Credential=testing/20260101/${REGION}/ec2/aws4_request`,
    },
    body: new URLSearchParams({ Action: action, Version: '2016-11-15' }),
  });
  const xml = await response.text();
  const [, id] = xml.match(pattern) ?? [];
  if (id === undefined) throw new Error(`${action} of moto gave no identifier: ${xml}`);
  return id;
}

async function post(url: string, body: unknown): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${url}: HTTP ${response.status} ${await response.text()}`);
}
