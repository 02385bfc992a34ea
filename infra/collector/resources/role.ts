import type { ICluster } from 'aws-cdk-lib/aws-ecs';
import {
  Effect,
  type IRole,
  Policy,
  PolicyStatement,
  Role,
  ServicePrincipal,
} from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { isClusterPattern } from '../../../lambda/model/settings/cluster-selector.ts';
import type { ClusterNeed, ConfigurationNeeds } from '../../configuration/needs.ts';
import { acknowledge } from '../../nag/acknowledge.ts';
import { CLUSTER_READ_REASON, clusterReadStatements } from '../../permissions/cluster-access.ts';
import { acknowledgeStreams } from '../../permissions/log-streams.ts';

/** This action also gives the public address of a task. */
const LOOK = 'ec2:DescribeNetworkInterfaces';

/**
 * Actions of Lambda itself, not of the function's code, that put a function into a VPC.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
 */
const NETWORK_ACTIONS = [
  'ec2:CreateNetworkInterface',
  LOOK,
  'ec2:DescribeSubnets',
  'ec2:DeleteNetworkInterface',
  'ec2:AssignPrivateIpAddresses',
  'ec2:UnassignPrivateIpAddresses',
];

export interface CollectorRoleProps {
  /** A role of the user; undefined: the construct makes one. */
  readonly role: IRole | undefined;

  /** The cluster whose tasks may be read. */
  readonly cluster: ICluster;

  /** The groups that may be written to. */
  readonly logGroups: readonly ILogGroup[];

  /** Whether the function runs in a VPC. */
  readonly isInVpc: boolean;

  /** The needs of the configuration beyond the tasks of that cluster. */
  readonly needs: ConfigurationNeeds;

  /**
   * Namespaces that metrics may be written to.
   *
   * @default - any
   */
  readonly namespaces?: readonly string[] | undefined;

  /**
   * Names of groups that the configuration names, which the function may also create.
   *
   * @default - none
   */
  readonly otherLogGroupNames?: readonly string[];
}

/** The execution role of the collector: no managed policy, and each statement as narrow as ECS and Lambda allow. */
export class CollectorRole {
  readonly role: IRole;

  /** The permissions, which functions with this role must wait for. */
  readonly permissions: Construct;

  private readonly readsAddresses: boolean;

  constructor(scope: Construct, props: CollectorRoleProps) {
    const own = props.role === undefined ? makeRole(scope) : undefined;
    this.role = props.role ?? (own as IRole);
    this.permissions = own ?? new Construct(scope, 'Permissions');
    this.readsAddresses = props.needs.publicIps;
    if (props.isInVpc) this.allowNetwork();
    this.allowDiscovery(props);
    this.allowDocuments(props.needs);
    this.allowReceivers(props.needs);
    this.allowMetrics(props);
    for (const group of props.logGroups) group.grantWrite(this.role);
    this.allowOtherLogGroups(props.otherLogGroupNames ?? []);
  }

  /**
   * Denies the code of these functions the actions on network interfaces that Lambda needs in the same role, except
   * reading them if the configuration needs the public addresses of tasks. Outside of the role, because the function
   * must exist first.
   * https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-best-practice-security
   */
  denyNetworkToCode(scope: Construct, id: string, functions: readonly IFunction[]): void {
    const denied = NETWORK_ACTIONS.filter((action) => !(this.readsAddresses && action === LOOK));
    const statement = new PolicyStatement({
      effect: Effect.DENY,
      actions: denied,
      resources: ['*'],
      conditions: {
        ArnEquals: { 'lambda:SourceFunctionArn': functions.map((each) => each.functionArn) },
      },
    });
    this.role.attachInlinePolicy(new Policy(scope, id, { statements: [statement] }));
  }

  private allowNetwork(): void {
    const policy = this.allow('Network', [
      new PolicyStatement({ actions: NETWORK_ACTIONS, resources: ['*'] }),
    ]);
    acknowledge(policy, {
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason:
        'Lambda makes the network interfaces of a VPC function, whose names are not known before; a further statement denies its code the same actions.',
    });
  }

  private allowDiscovery({ cluster, needs, isInVpc }: CollectorRoleProps): void {
    const others = needs.clusters.filter(
      (each) => each.cluster !== cluster.clusterName || each.region !== undefined,
    );
    const arns = [cluster.clusterArn, ...others.map((each) => this.clusterArn(each))];
    const policy = this.allow(
      'Discovery',
      clusterReadStatements({
        clusterArns: [...new Set(arns)],
        taskDefinitions: needs.taskDefinitions,
        listClusters: others.some((each) => isClusterPattern(each.cluster)),
        clusterTags: needs.clusterTags,
        // In a VPC, Lambda's own actions include it.
        publicIps: needs.publicIps && !isInVpc,
      }),
    );
    acknowledge(policy, {
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: CLUSTER_READ_REASON,
    });
  }

  /** The ARN of a cluster of the configuration, or the pattern of ARNs. */
  private clusterArn({ cluster, region }: ClusterNeed): string {
    if (cluster.startsWith('arn:')) return cluster;
    return this.stack.formatArn({
      service: 'ecs',
      resource: 'cluster',
      resourceName: cluster,
      ...(region && { region }),
    });
  }

  /** Allows reading the documents of the configuration, its secrets, and assuming its roles: each by its own ARN. */
  private allowDocuments({ objects, parameters, secrets, roles }: ConfigurationNeeds): void {
    const { stack } = this;
    const parameterArn = (name: string) =>
      name.startsWith('arn:')
        ? name
        : stack.formatArn({
            service: 'ssm',
            resource: 'parameter',
            resourceName: name.replace(/^\//, ''),
          });
    const objectArn = (path: string) =>
      stack.formatArn({ service: 's3', region: '', account: '', resource: path });
    const granted: readonly (readonly [action: string, resources: readonly string[]])[] = [
      ['s3:GetObject', objects.map(objectArn)],
      ['ssm:GetParameter', parameters.map(parameterArn)],
      ['secretsmanager:GetSecretValue', secrets],
      ['sts:AssumeRole', roles],
    ];
    const statements = granted
      .filter(([, resources]) => resources.length > 0)
      .map(
        ([action, resources]) =>
          new PolicyStatement({ actions: [action], resources: [...resources] }),
      );
    if (statements.length > 0) this.allow('Configuration', statements);
  }

  /** Allows writing samples to AWS with this role; other credentials have permissions of their own. */
  private allowReceivers({ workspaces }: ConfigurationNeeds): void {
    if (workspaces.length > 0) {
      const resources = workspaces.map(({ region, id }) =>
        this.stack.formatArn({
          service: 'aps',
          region,
          resource: 'workspace',
          resourceName: id,
        }),
      );
      this.allow('RemoteWrite', [new PolicyStatement({ actions: ['aps:RemoteWrite'], resources })]);
    }
  }

  /** Over OTLP a metric has no namespace. */
  private allowMetrics({ needs, namespaces }: CollectorRoleProps): void {
    // Rules without a namespace publish nothing.
    const stores = needs.storesMetrics && namespaces?.length !== 0;
    if (!needs.putsMetrics && !stores) return;
    const isLimited = !needs.putsMetrics && namespaces !== undefined;
    const policy = this.allow('Metrics', [
      new PolicyStatement({
        actions: ['cloudwatch:PutMetricData'],
        resources: ['*'],
        // https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/iam-cw-condition-keys-namespace.html
        ...(isLimited && {
          conditions: { StringEquals: { 'cloudwatch:namespace': [...namespaces] } },
        }),
      }),
    ]);
    acknowledge(policy, {
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: 'PutMetricData, which metrics over OTLP need too, has no resource-level permissions.',
    });
  }

  private allowOtherLogGroups(names: readonly string[]): void {
    const { stack } = this;
    names.forEach((name, index) => {
      const policy = this.allow(`OtherLogGroup${index}`, [
        new PolicyStatement({
          actions: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'],
          // With its end, "to refer to the ARN in IAM policies when specifying permissions for most API actions":
          // https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_LogGroup.html
          resources: [stack.formatArn({ service: 'logs', resource: `log-group:${name}:*` })],
        }),
      ]);
      acknowledgeStreams(policy, name);
    });
  }

  /** An immutable role takes no policy, so the policy is not made. */
  private allow(id: string, statements: PolicyStatement[]): Policy {
    const policy = new Policy(this.permissions, id, { statements });
    this.role.attachInlinePolicy(policy);
    return policy;
  }

  private get stack(): Stack {
    return Stack.of(this.permissions);
  }
}

function makeRole(scope: Construct): Role {
  return new Role(scope, 'Role', {
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    description: 'Lets the Fargauge collector read ECS tasks and write its log groups',
  });
}
