import { type IRole, Role } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { type CollectorIdentity, collectorPrincipal } from './collector-principal.ts';
import type { IPrometheusWorkspace, WorkspaceRole } from './prometheus-workspace.ts';

export interface WorkspaceAccessProps extends CollectorIdentity {
  /** The workspace of this account that the collector may write to. */
  readonly workspace: IPrometheusWorkspace;

  /**
   * Name of the role, so that the collector's configuration can be written before it exists.
   *
   * @default - made by CloudFormation
   */
  readonly roleName?: string;
}

/**
 * A role by which the collector of another account writes to a workspace of this one. It can read nothing.
 *
 * @example
 * const access = new WorkspaceAccess(central, 'Access', { workspace, collectorRoleArn, externalId: 'shop-4711', roleName: 'fargauge-write' });
 * workspace.output({ role: access });
 */
export class WorkspaceAccess extends Construct implements WorkspaceRole {
  readonly role: IRole;
  readonly roleArn: string;
  readonly externalId: string;

  constructor(scope: Construct, id: string, props: WorkspaceAccessProps) {
    super(scope, id);
    const { workspace, externalId, roleName } = props;
    this.role = new Role(this, 'Role', {
      description: 'Lets the Fargauge collector of another account write to a workspace',
      assumedBy: collectorPrincipal(this, props),
      ...(roleName !== undefined && { roleName }),
    });
    workspace.grantRemoteWrite(this.role);
    this.roleArn = this.role.roleArn;
    this.externalId = externalId;
  }
}
