import { SecurityGroup, type SecurityGroupProps } from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';

export type CollectorSecurityGroupProps = Pick<SecurityGroupProps, 'vpc'>;

/** The group of the function. It lets nothing in, and everything out. */
export class CollectorSecurityGroup extends SecurityGroup {
  constructor(scope: Construct, id: string, { vpc }: CollectorSecurityGroupProps) {
    super(scope, id, { vpc, description: 'Fargauge collector' });
  }

  /** Nothing is added to what lets everything out: the library would warn of each rule. */
  override addEgressRule(): void {}
}
