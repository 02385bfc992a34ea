import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import {
  type CfnResource,
  type CustomResourceProviderBase,
  RemovalPolicy,
  type Stack,
} from 'aws-cdk-lib/core';

/** The CDK's function that empties the buckets of a stack before they are deleted, and its parts, by their ids. */
const PROVIDER = 'Custom::S3AutoDeleteObjectsCustomResourceProvider';
const HANDLER = 'Handler';
const ROLE = 'Role';

/**
 * The log group of the function that empties the buckets of a stack. Lambda would make a group that nobody deletes, and
 * make it again after its deletion, because the role of the function may.
 */
export class EmptyingLogGroup extends LogGroup {
  /** The stack must have a bucket whose objects are deleted with it. */
  constructor(stack: Stack, id: string) {
    super(stack, id, {
      retention: RetentionDays.TWO_WEEKS,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const provider = stack.node.findChild(PROVIDER) as CustomResourceProviderBase;
    const handler = provider.node.findChild(HANDLER) as CfnResource;
    handler.addPropertyOverride('LoggingConfig', { LogGroup: this.logGroupName });
    const role = provider.node.findChild(ROLE) as CfnResource;
    role.addPropertyDeletionOverride('ManagedPolicyArns');
    provider.addToRolePolicy(
      new PolicyStatement({
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [this.logGroupArn],
      }).toStatementJson(),
    );
  }
}
