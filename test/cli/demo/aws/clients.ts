import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ECSClient } from '@aws-sdk/client-ecs';
import type { Aws } from '../../../../cli/demo/aws/server.ts';

/** Credentials of no role: the stand-in takes them for its own account. */
export const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };

/** The real SDK clients, pointed at the stand-in. `maxAttempts` 1 unless the test is about retries. */
export function clientsOf(aws: Aws, { maxAttempts = 1 } = {}) {
  const options = {
    endpoint: aws.url,
    region: aws.region,
    credentials: CREDENTIALS,
    maxAttempts,
  };
  return {
    ecs: new ECSClient(options),
    ec2: new EC2Client(options),
    logs: new CloudWatchLogsClient(options),
  };
}
