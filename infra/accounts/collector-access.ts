import type { ICluster } from 'aws-cdk-lib/aws-ecs';
import { type IRole, Policy, Role } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { acknowledge } from '../nag/acknowledge.ts';
import { CLUSTER_READ_REASON, clusterReadStatements } from '../permissions/cluster-access.ts';
import { InvalidPropsError } from '../props/errors.ts';
import { type CollectorIdentity, collectorPrincipal } from './collector-principal.ts';

export interface CollectorAccessProps extends CollectorIdentity {
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
      assumedBy: collectorPrincipal(this, props),
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
    acknowledge(policy, {
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: CLUSTER_READ_REASON,
    });
    this.role = role;
  }

  private clusterArns({ clusters }: CollectorAccessProps): string[] {
    if (clusters.length === 0) {
      throw new InvalidPropsError(this, 'Expected at least one of `clusters`, got none');
    }
    return clusters.map(({ clusterArn }) => clusterArn);
  }
}
