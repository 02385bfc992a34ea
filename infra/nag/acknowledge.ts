import * as core from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';

/** A finding of cdk-nag that is as it should be. */
export interface Acknowledgment {
  /** Such as `AwsSolutions-IAM5[Resource::*]`. */
  readonly id: string;
  readonly reason: string;
}

/** Not in each version of the CDK that the package takes: an import by name would end with an error there. */
const { Validations } = core as Partial<Pick<typeof core, 'Validations'>>;

/** Tells cdk-nag why a construct is as it is. Without effect under a CDK that is too old for the cdk-nag that reads it. */
export function acknowledge(construct: IConstruct, ...findings: readonly Acknowledgment[]): void {
  Validations?.of(construct).acknowledge(...findings);
}
