import type { ICluster } from 'aws-cdk-lib/aws-ecs';
import { Effect, Policy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { Stack, Token, Validations } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';

/**
 * What Lambda itself, not the function's code, calls to put a function into a VPC.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
 */
const NETWORK_ACTIONS = [
  'ec2:CreateNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:DeleteNetworkInterface',
  'ec2:AssignPrivateIpAddresses',
  'ec2:UnassignPrivateIpAddresses',
];

export interface CollectorRoleProps {
  /** The cluster whose tasks may be read. */
  readonly cluster: ICluster;

  /** The groups that may be written to: the function's own and that of the metrics. */
  readonly logGroups: readonly ILogGroup[];

  /**
   * Names of groups that the configuration names, which the function may also create.
   *
   * @default - none
   */
  readonly otherLogGroupNames?: readonly string[];
}

/** The execution role of the collector: no managed policy, and each statement no wider than ECS and Lambda allow. */
export class CollectorRole extends Role {
  constructor(scope: Construct, id: string, props: CollectorRoleProps) {
    super(scope, id, {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: 'Lets the Fargauge collector read ECS tasks and write its log groups',
    });
    // Policies inside the role are in place before a function that uses it is made.
    this.allowNetwork();
    this.allowDiscovery(props.cluster);
    for (const group of props.logGroups) group.grantWrite(this);
    this.allowOtherLogGroups(props.otherLogGroupNames ?? []);
  }

  /**
   * Keeps the code of `handler` from the network interfaces that Lambda manages with the same role.
   * Outside the role, since the function must exist first.
   * https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-best-practice-security
   */
  denyNetworkToCode(scope: Construct, id: string, handler: IFunction): void {
    new Policy(scope, id, {
      roles: [this],
      statements: [
        new PolicyStatement({
          effect: Effect.DENY,
          actions: NETWORK_ACTIONS,
          resources: ['*'],
          conditions: { ArnEquals: { 'lambda:SourceFunctionArn': handler.functionArn } },
        }),
      ],
    });
  }

  private allowNetwork(): void {
    const policy = new Policy(this, 'Network', {
      roles: [this],
      statements: [new PolicyStatement({ actions: NETWORK_ACTIONS, resources: ['*'] })],
    });
    Validations.of(policy).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason:
        'Lambda makes the network interfaces of a VPC function, whose names are not known before; its code is denied the same actions.',
    });
  }

  private allowDiscovery(cluster: ICluster): void {
    const policy = new Policy(this, 'Discovery', {
      roles: [this],
      statements: [
        new PolicyStatement({
          actions: ['ecs:ListTasks', 'ecs:DescribeTasks'],
          resources: ['*'],
          conditions: { ArnEquals: { 'ecs:cluster': cluster.clusterArn } },
        }),
        new PolicyStatement({ actions: ['ecs:DescribeTaskDefinition'], resources: ['*'] }),
      ],
    });
    Validations.of(policy).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason:
        'Task ids are not known before, so the condition ecs:cluster limits the task actions; DescribeTaskDefinition has no resource-level permissions.',
    });
  }

  private allowOtherLogGroups(names: readonly string[]): void {
    const stack = Stack.of(this);
    names.forEach((name, index) => {
      const group = stack.formatArn({ service: 'logs', resource: `log-group:${name}` });
      const policy = new Policy(this, `OtherLogGroup${index}`, {
        roles: [this],
        statements: [
          new PolicyStatement({ actions: ['logs:CreateLogGroup'], resources: [group] }),
          new PolicyStatement({
            actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
            resources: [`${group}:*`],
          }),
        ],
      });
      Validations.of(policy).acknowledge({
        id: `AwsSolutions-IAM5[Resource::${asNagWritesIt(stack, name)}:*]`,
        reason: 'The wildcard stands for the log streams of one named group.',
      });
    });
  }
}

/** The ARN of a log group in cdk-nag's notation, where `<Ref>` stands for what is known at deployment only. */
function asNagWritesIt(stack: Stack, logGroupName: string): string {
  const or = (value: string, ref: string) => (Token.isUnresolved(value) ? `<${ref}>` : value);
  const partition = or(stack.partition, 'AWS::Partition');
  const region = or(stack.region, 'AWS::Region');
  const account = or(stack.account, 'AWS::AccountId');
  return `arn:${partition}:logs:${region}:${account}:log-group:${logGroupName}`;
}
