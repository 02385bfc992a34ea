import { Effect, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';

export interface CollectorLogGroupProps {
  readonly retention?: RetentionDays | undefined;
  readonly removalPolicy?: RemovalPolicy | undefined;
  readonly encryptionKey?: IKey | undefined;
}

/** A log group of the collector. Only the log class Standard, the default, extracts metrics from events. */
export class CollectorLogGroup extends LogGroup {
  constructor(scope: Construct, id: string, props: CollectorLogGroupProps) {
    const { retention, removalPolicy, encryptionKey } = props;
    super(scope, id, {
      retention: retention ?? RetentionDays.TWO_WEEKS,
      removalPolicy: removalPolicy ?? RemovalPolicy.DESTROY,
      ...(encryptionKey && { encryptionKey }),
    });
    if (encryptionKey !== undefined) this.allowUseOf(encryptionKey);
  }

  /** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html */
  private allowUseOf(key: IKey): void {
    const stack = Stack.of(this);
    key.addToResourcePolicy(
      new PolicyStatement({
        effect: Effect.ALLOW,
        principals: [new ServicePrincipal(`logs.${stack.region}.amazonaws.com`)],
        actions: [
          'kms:Decrypt',
          'kms:DescribeKey',
          'kms:Encrypt',
          'kms:GenerateDataKey*',
          'kms:ReEncrypt*',
        ],
        resources: ['*'],
        conditions: {
          // By pattern: with the group's own ARN, the key and the group would wait for each other.
          ArnLike: {
            'kms:EncryptionContext:aws:logs:arn': stack.formatArn({
              service: 'logs',
              resource: 'log-group:*',
            }),
          },
        },
      }),
    );
  }
}
