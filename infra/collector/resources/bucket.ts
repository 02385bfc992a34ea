import type { IRole } from 'aws-cdk-lib/aws-iam';
import { Policy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption, type CfnBucket } from 'aws-cdk-lib/aws-s3';
import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { acknowledge } from '../../nag/acknowledge.ts';

/** The object with the collector's state of each target between cycles. */
const STATE_KEY = 'state';

/** Each cycle writes a new state: older ones help in the analysis of an error. */
const OLD_STATES_KEPT = Duration.days(1);

/** A state that could not be read helps to find the cause for a longer time. */
const SET_ASIDE_KEPT = Duration.days(30);

/** Prefixes of states that are set aside: the whole state by its fault, those of shards in a folder. */
const SET_ASIDE_PREFIXES = [`${STATE_KEY}.corrupt-`, `${STATE_KEY}.newer-`, `${STATE_KEY}/aside/`];

export interface CollectorBucketProps {
  /**
   * Encrypts the objects.
   *
   * @default - a key of S3
   */
  readonly encryptionKey?: IKey;

  /** Whether the bucket, with all objects, is deleted with the stack. */
  readonly removalPolicy: RemovalPolicy;
}

/** The bucket of the collector's state. It keeps older versions for a day, and states that were set aside for 30 days. */
export class CollectorBucket extends Bucket {
  constructor(scope: Construct, id: string, props: CollectorBucketProps) {
    const { encryptionKey, removalPolicy } = props;
    super(scope, id, {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      versioned: true,
      ...(encryptionKey === undefined
        ? { encryption: BucketEncryption.S3_MANAGED }
        : { encryption: BucketEncryption.KMS, encryptionKey, bucketKeyEnabled: true }),
      lifecycleRules: [
        {
          noncurrentVersionExpiration: OLD_STATES_KEPT,
          abortIncompleteMultipartUploadAfter: Duration.days(1),
          // Removes the delete markers of states that were set aside.
          expiredObjectDeleteMarker: true,
        },
        ...SET_ASIDE_PREFIXES.map((prefix) => ({ prefix, expiration: SET_ASIDE_KEPT })),
      ],
      removalPolicy,
      // CloudFormation cannot delete a bucket that contains objects.
      autoDeleteObjects: removalPolicy === RemovalPolicy.DESTROY,
    });
    acknowledge(this, {
      id: 'AwsSolutions-S1',
      reason: 'Only the collector reads and writes the state, and its own log reports that.',
    });
  }

  /** The URL of the state, for the function. */
  get stateUrl(): string {
    return this.s3UrlForObject(STATE_KEY);
  }

  /**
   * Lets the collector read and write the state, set an unreadable one aside, and lease it for a cycle. Without
   * s3:ListBucket, S3 would deny the first cycle a state that does not exist.
   */
  grantState(role: IRole): void {
    const state = this.arnForObjects(STATE_KEY);
    const lease = this.arnForObjects(`${STATE_KEY}.lease`);
    const setAside = this.arnForObjects(`${STATE_KEY}.*`);
    // For a collector that was divided before: the first cycle takes over the states of its shards.
    const ofShards = this.arnForObjects(`${STATE_KEY}/*`);
    const policy = new Policy(this, 'State', {
      statements: [
        new PolicyStatement({ actions: ['s3:GetObject'], resources: [state, lease, ofShards] }),
        // States that are set aside share the prefix of the lease.
        new PolicyStatement({ actions: ['s3:PutObject'], resources: [state, setAside] }),
        new PolicyStatement({ actions: ['s3:DeleteObject'], resources: [lease] }),
        new PolicyStatement({ actions: ['s3:ListBucket'], resources: [this.bucketArn] }),
      ],
    });
    role.attachInlinePolicy(policy);
    acknowledge(policy, {
      id: `AwsSolutions-IAM5[Resource::<${this.logicalId}.Arn>/${STATE_KEY}.*]`,
      reason: 'The name of a state that is set aside contains the time.',
    });
    this.acknowledgeShards(policy);
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
    this.encryptionKey?.grant(role, 'kms:Decrypt', 'kms:GenerateDataKey');
  }

  /**
   * Lets a divided collector write lists of targets, read and write the states of its shards, take over earlier states
   * (including that of the undivided collector), and delete objects that no shard needs any more.
   */
  grantShards(role: IRole): void {
    const whole = this.arnForObjects(STATE_KEY);
    // Keeps the last cycle of the undivided collector from running beside the first one of the shards.
    const lease = this.arnForObjects(`${STATE_KEY}.lease`);
    const ofShards = this.arnForObjects(`${STATE_KEY}/*`);
    const policy = new Policy(this, 'State', {
      statements: [
        new PolicyStatement({
          actions: ['s3:DeleteObject', 's3:GetObject'],
          resources: [whole, ofShards],
        }),
        new PolicyStatement({ actions: ['s3:GetObject'], resources: [lease] }),
        new PolicyStatement({ actions: ['s3:PutObject'], resources: [lease, ofShards] }),
        new PolicyStatement({ actions: ['s3:ListBucket'], resources: [this.bucketArn] }),
      ],
    });
    role.attachInlinePolicy(policy);
    this.acknowledgeShards(policy);
    this.encryptionKey?.grant(role, 'kms:Decrypt', 'kms:GenerateDataKey');
  }

  private acknowledgeShards(policy: Policy): void {
    acknowledge(policy, {
      id: `AwsSolutions-IAM5[Resource::<${this.logicalId}.Arn>/${STATE_KEY}/*]`,
      reason:
        'The names of objects contain numbers of shards and layouts, which depend on the targets.',
    });
  }

  private get logicalId(): string {
    return Stack.of(this).getLogicalId(this.node.defaultChild as CfnBucket);
  }
}
