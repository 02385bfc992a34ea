import type { DeployedCollector } from './deployed-collector.ts';
import type { IamRequest } from './policy.ts';
import type { Place } from './template-values.ts';

/**
 * What Lambda calls with the execution role to put a function into a VPC. That it is no call of the code shows in the missing
 * key `lambda:SourceFunctionArn`.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
 */
export const NETWORK_REQUESTS: readonly IamRequest[] = [
  'ec2:AssignPrivateIpAddresses',
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:UnassignPrivateIpAddresses',
].map((action) => ({ action, resource: '*', context: {} }));

/**
 * What Lambda calls with the execution role to write what the function prints. The group is there already.
 * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html
 */
export function logRequests(
  { ownLogGroup }: DeployedCollector,
  { region, account }: Place,
): IamRequest[] {
  const stream = `arn:aws:logs:${region}:${account}:log-group:${ownLogGroup}:log-stream:2026/01/02/[$LATEST]abc`;
  return ['logs:CreateLogStream', 'logs:PutLogEvents'].map((action) => ({
    action,
    resource: stream,
    context: {},
  }));
}

/**
 * What a service calls to put a message into the dead-letter queue, and what SQS asks of it where the queue has a key.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
 */
export function deadLetterRequests({
  deadLetterQueueArn,
  keyArn,
}: DeployedCollector): IamRequest[] {
  const ofKey = keyArn === undefined ? [] : ['kms:GenerateDataKey', 'kms:Decrypt'];
  return [
    { action: 'sqs:SendMessage', resource: deadLetterQueueArn, context: {} },
    ...ofKey.map((action) => ({ action, resource: keyArn ?? '', context: {} })),
  ];
}

/**
 * What EventBridge Scheduler calls with the role of the schedule.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/setting-up.html#setting-up-execution-role
 */
export function schedulerRequests(collector: DeployedCollector): IamRequest[] {
  return [
    { action: 'lambda:InvokeFunction', resource: collector.functionArn, context: {} },
    ...deadLetterRequests(collector),
  ];
}
