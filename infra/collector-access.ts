import type { ICluster } from 'aws-cdk-lib/aws-ecs';
import {
  AccountPrincipal,
  type IRole,
  Policy,
  PrincipalWithConditions,
  Role,
} from 'aws-cdk-lib/aws-iam';
import { Token, Validations } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { CLUSTER_READ_REASON, clusterReadStatements } from './cluster-access.ts';
import { InvalidPropsError } from './errors.ts';

const ROLE_ARN = /^arn:[\w-]+:iam::(\d{12}):role\/[\w+=,.@/-]{1,576}$/;

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
const EXTERNAL_ID = /^[\w+=,.@:/-]{2,1224}$/;

export interface CollectorAccessProps {
  /** The role of the collector, in its account: the output `CollectorRole` of the app. */
  readonly collectorRoleArn: string;

  /** What the collector must say too, as `external_id` in its configuration. */
  readonly externalId: string;

  /** The clusters of this account that the collector may read. */
  readonly clusters: readonly ICluster[];

  /**
   * Whether the collector's configuration selects clusters of this account by a pattern, or all of them.
   *
   * @default false
   */
  readonly listClusters?: boolean;

  /**
   * Whether it looks tags of these clusters up.
   *
   * @default false
   */
  readonly clusterTags?: boolean;

  /**
   * Whether it looks public addresses of tasks up.
   *
   * @default false
   */
  readonly publicIps?: boolean;

  /**
   * Name of the role, so that the collector's configuration can be written before it exists.
   *
   * @default - made by CloudFormation
   */
  readonly roleName?: string;
}

/** A role by which the collector of another account reads the tasks of this one. It can change nothing. */
export class CollectorAccess extends Construct {
  readonly role: IRole;

  constructor(scope: Construct, id: string, props: CollectorAccessProps) {
    super(scope, id);
    const role = new Role(this, 'Role', {
      description: 'Lets the Fargauge collector of another account read ECS tasks',
      assumedBy: this.collector(props),
      ...(props.roleName !== undefined && { roleName: props.roleName }),
    });
    const policy = new Policy(this, 'Discovery', {
      roles: [role],
      statements: clusterReadStatements({
        clusterArns: this.clusterArns(props),
        taskDefinitions: true,
        listClusters: props.listClusters ?? false,
        clusterTags: props.clusterTags ?? false,
        publicIps: props.publicIps ?? false,
      }),
    });
    Validations.of(policy).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: CLUSTER_READ_REASON,
    });
    this.role = role;
  }

  /**
   * The account, and by condition one role of it: a role that is named as the principal must exist, and is another one once it
   * was deleted and made again.
   */
  private collector({ collectorRoleArn, externalId }: CollectorAccessProps) {
    const [, account] = ROLE_ARN.exec(collectorRoleArn) ?? [];
    if (account === undefined) {
      throw new InvalidPropsError(
        this,
        `Expected \`collectorRoleArn\` to be the ARN of a role, such as arn:aws:iam::111122223333:role/fargauge, got "${collectorRoleArn}"`,
      );
    }
    if (!Token.isUnresolved(externalId) && !EXTERNAL_ID.test(externalId)) {
      throw new InvalidPropsError(
        this,
        `Expected \`externalId\` to have 2 to 1224 letters, digits and + = , . @ : / - _, got "${externalId}"`,
      );
    }
    return new PrincipalWithConditions(new AccountPrincipal(account), {
      ArnEquals: { 'aws:PrincipalArn': collectorRoleArn },
      StringEquals: { 'sts:ExternalId': externalId },
    });
  }

  private clusterArns({ clusters }: CollectorAccessProps): string[] {
    if (clusters.length === 0) {
      throw new InvalidPropsError(this, 'Expected at least one of `clusters`, got none');
    }
    return clusters.map(({ clusterArn }) => clusterArn);
  }
}
