import * as core from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';

/** A finding of cdk-nag that is intended. */
export interface Acknowledgment {
  /** Such as `AwsSolutions-IAM5[Resource::*]`. */
  readonly id: string;
  readonly reason: string;
}

/** Missing in some supported versions of the CDK, in which an import by name would fail. */
const { Validations } = core as Partial<Pick<typeof core, 'Validations'>>;

/** Gives cdk-nag the reason for a finding. Has no effect under a CDK that is too old for cdk-nag's validations. */
export function acknowledge(construct: IConstruct, ...findings: readonly Acknowledgment[]): void {
  Validations?.of(construct).acknowledge(...findings);
}
