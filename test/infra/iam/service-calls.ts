import type { DeployedCollector, DeployedCycle } from './deployed-collector.ts';
import type { IamRequest } from './evaluation/policy.ts';
import type { Place } from './evaluation/template-values.ts';

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
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-templated.html
 */
export function schedulerRequests(collector: DeployedCollector): IamRequest[] {
  const { startedArn } = collector;
  const action = startedArn.includes(':states:')
    ? 'states:StartExecution'
    : 'lambda:InvokeFunction';
  return [{ action, resource: startedArn, context: {} }, ...deadLetterRequests(collector)];
}

/**
 * What AWS Step Functions calls with the role of a state machine that logs: the functions that its tasks name, and what has its log
 * delivered. A Distributed Map is a run of executions of the same state machine, which it starts, looks at and stops.
 * https://docs.aws.amazon.com/step-functions/latest/dg/lambda-iam.html
 * https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html#cloudwatch-iam-policy
 * https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html
 */
export function cycleRequests({ arn, definition }: DeployedCycle): IamRequest[] {
  const { functions, isDistributed } = readDefinition(definition);
  const execution = `${arn.replace(':stateMachine:', ':execution:')}:a1b2`;
  const ofMap = [
    ['states:StartExecution', arn],
    ['states:DescribeExecution', execution],
    ['states:StopExecution', execution],
  ] as const;
  const ofLog = [
    'logs:CreateLogDelivery',
    'logs:DeleteLogDelivery',
    'logs:DescribeLogGroups',
    'logs:DescribeResourcePolicies',
    'logs:GetLogDelivery',
    'logs:ListLogDeliveries',
    'logs:PutResourcePolicy',
    'logs:UpdateLogDelivery',
  ].map((action) => [action, '*'] as const);
  return [
    ...functions.map((each) => ['lambda:InvokeFunction', each] as const),
    ...ofLog,
    ...(isDistributed ? ofMap : []),
  ].map(([action, resource]) => ({ action, resource, context: {} }));
}

/** The functions that the tasks of a definition invoke, in the states of its maps too, and whether one of these is distributed. */
function readDefinition(definition: object) {
  const functions: string[] = [];
  let isDistributed = false;
  JSON.stringify(definition, (key, value) => {
    if (key === 'Resource') functions.push(value);
    if (key === 'Mode') isDistributed ||= value === 'DISTRIBUTED';
    return value;
  });
  return { functions, isDistributed };
}
