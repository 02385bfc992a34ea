import { Policy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Fn, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { acknowledge } from '../../nag/acknowledge.ts';
import { nagArn } from '../../nag/arn.ts';

/**
 * Permissions for the log delivery of a state machine; none of them has resource-level permissions.
 * https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
 */
const LOG_DELIVERY_ACTIONS = [
  'logs:CreateLogDelivery',
  'logs:DeleteLogDelivery',
  'logs:DescribeLogGroups',
  'logs:DescribeResourcePolicies',
  'logs:GetLogDelivery',
  'logs:ListLogDeliveries',
  'logs:PutResourcePolicy',
  'logs:UpdateLogDelivery',
];

/** The role of the state machine: it may invoke these functions, not versions of them, and deliver its log. */
export class ShardCycleRole extends Role {
  constructor(scope: Construct, id: string, functions: readonly IFunction[]) {
    const { account } = Stack.of(scope);
    super(scope, id, {
      description: 'Lets AWS Step Functions run the functions of the Fargauge collector',
      // Only state machines of this account: https://docs.aws.amazon.com/step-functions/latest/dg/procedure-create-iam-role.html
      assumedBy: new ServicePrincipal('states.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': account } },
      }),
    });
    new Policy(this, 'Invoke', {
      roles: [this],
      statements: [
        new PolicyStatement({
          actions: ['lambda:InvokeFunction'],
          resources: functions.map((each) => each.functionArn),
        }),
      ],
    });
    const logs = new Policy(this, 'Logs', {
      roles: [this],
      statements: [new PolicyStatement({ actions: LOG_DELIVERY_ACTIONS, resources: ['*'] })],
    });
    acknowledge(logs, {
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: 'The delivery of logs has no resource-level permissions.',
    });
  }

  /**
   * Lets a Distributed Map start its own state machine for each shard. Outside of the role, because the state machine
   * must exist first. The CDK's construct adds nothing to a role that takes no updates.
   * https://docs.aws.amazon.com/step-functions/latest/dg/use-dist-map-orchestrate-large-scale-parallel-workloads.html#dist-map-permissions
   */
  allowDistribution(scope: Construct, id: string, machine: StateMachine): void {
    const stack = Stack.of(this);
    const name = Fn.select(6, Fn.split(':', machine.stateMachineArn));
    const executions = `execution:${name}`;
    const policy = new Policy(scope, id, {
      roles: [this],
      statements: [
        new PolicyStatement({
          actions: ['states:StartExecution'],
          resources: [machine.stateMachineArn],
        }),
        new PolicyStatement({
          actions: ['states:DescribeExecution', 'states:StopExecution'],
          resources: [stack.formatArn({ service: 'states', resource: `${executions}:*` })],
        }),
      ],
    });
    const named = nagArn(stack, 'states', `execution:${JSON.stringify(stack.resolve(name))}`);
    for (const construct of [policy, machine]) {
      for (const arn of [`${named}:*`, `${named}/*:*`]) {
        acknowledge(construct, {
          id: `AwsSolutions-IAM5[Resource::${arn}]`,
          reason: 'The names of executions of the one state machine are unknown before they begin.',
        });
      }
    }
  }
}
