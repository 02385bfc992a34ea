import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Duration } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { acknowledge } from '../../nag/acknowledge.ts';

export interface DeadLetterQueueProps {
  /**
   * Encrypts the messages.
   *
   * @default - a key of SQS
   */
  readonly encryptionKey?: IKey;
}

/** The queue for cycles that could not be started, or failed. */
export class DeadLetterQueue extends Queue {
  constructor(scope: Construct, id: string, { encryptionKey }: DeadLetterQueueProps) {
    super(scope, id, {
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
      ...(encryptionKey === undefined
        ? { encryption: QueueEncryption.SQS_MANAGED }
        : { encryption: QueueEncryption.KMS, encryptionMasterKey: encryptionKey }),
    });
    acknowledge(this, {
      id: 'AwsSolutions-SQS3',
      reason: 'It is a dead-letter queue itself: of a schedule and a function.',
    });
  }

  /**
   * Only the permissions that Lambda and EventBridge Scheduler need: they know the queue by its ARN.
   * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
   * https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html
   * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
   */
  override grantSendMessages(grantee: IGrantable): Grant {
    this.encryptionMasterKey?.grant(grantee, 'kms:Decrypt', 'kms:GenerateDataKey');
    return Grant.addToPrincipal({
      grantee,
      actions: ['sqs:SendMessage'],
      resourceArns: [this.queueArn],
    });
  }
}
