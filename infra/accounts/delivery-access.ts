import { type IRole, Policy, PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { acknowledgeStreams } from '../permissions/log-streams.ts';
import { InvalidPropsError } from '../props/errors.ts';
import { type CollectorIdentity, collectorPrincipal } from './collector-principal.ts';

export interface DeliveryAccessProps extends CollectorIdentity {
  /**
   * The log groups of this account that the collector may write to: those of `log_group_name` in its configuration.
   * They must have the log class Standard, because CloudWatch extracts metrics from no other.
   */
  readonly logGroups: readonly ILogGroup[];

  /**
   * Name of the role, so that the collector's configuration can be written before it exists.
   *
   * @default - made by CloudFormation
   */
  readonly roleName?: string;
}

/**
 * A role by which the collector of another account writes its events into this one, where CloudWatch extracts the
 * metrics. It can read nothing, and write nowhere else.
 *
 * @example
 * new DeliveryAccess(this, 'Access', {
 *   collectorRoleArn: 'arn:aws:iam::444455556666:role/collector',
 *   externalId: 'shop-4711',
 *   logGroups: [new LogGroup(this, 'Metrics', { logGroupName: '/shop/metrics' })],
 *   roleName: 'fargauge-delivery',
 * });
 */
export class DeliveryAccess extends Construct {
  readonly role: IRole;

  constructor(scope: Construct, id: string, props: DeliveryAccessProps) {
    super(scope, id);
    if (props.logGroups.length === 0) {
      throw new InvalidPropsError(this, 'Expected at least one of `logGroups`, got none');
    }
    const role = new Role(this, 'Role', {
      description: 'Lets the Fargauge collector of another account write into log groups',
      assumedBy: collectorPrincipal(this, props),
      ...(props.roleName !== undefined && { roleName: props.roleName }),
    });
    const policy = new Policy(this, 'Delivery', {
      roles: [role],
      statements: [
        new PolicyStatement({
          actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
          // The ARN of a group ends with `:*`, which includes its streams.
          resources: props.logGroups.map(({ logGroupArn }) => logGroupArn),
        }),
      ],
    });
    for (const { logGroupName } of props.logGroups) acknowledgeStreams(policy, logGroupName);
    this.role = role;
  }
}
