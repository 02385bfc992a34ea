import type { ISecurityGroup, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import type { ICluster } from 'aws-cdk-lib/aws-ecs';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Architecture, Code } from 'aws-cdk-lib/aws-lambda';
import type { ILogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Duration, RemovalPolicy } from 'aws-cdk-lib/core';
import type { CollectorConfiguration } from '../configuration/configuration.ts';
import type { ApiEndpoint } from './network/api-endpoint.ts';
import type { Shards } from './shards/shards.ts';

export interface CollectorProps {
  /** The cluster whose tasks are collected. */
  readonly cluster: ICluster;

  /**
   * Other clusters of the same account that the configuration may name: it is refused where it names one that is not known.
   *
   * @default - none
   */
  readonly otherClusters?: readonly ICluster[];

  /**
   * The network from which the tasks and the APIs of ECS, CloudWatch Logs and S3 can be reached.
   *
   * @default - no VPC: only targets with public addresses can be scraped
   */
  readonly vpc?: IVpc;

  /**
   * The subnets of the function. They need a way to the APIs: a NAT gateway, or endpoints. That a subnet is public is none, since
   * a function never has a public address.
   *
   * @default - the private subnets with egress; with `endpoints` the isolated ones where there are no others, else the public ones
   */
  readonly vpcSubnets?: SubnetSelection;

  /**
   * The security groups of the function. `collectFrom` adds its rules to them. They must let out what the collector needs: its APIs
   * on port 443.
   *
   * @default - one of its own, which lets out what the collector needs and nothing in
   */
  readonly securityGroups?: readonly ISecurityGroup[];

  /**
   * Endpoints to make in the VPC: `ApiEndpoint.ALL_NEEDED` where it has neither these nor a NAT gateway.
   *
   * @default - none
   */
  readonly endpoints?: readonly ApiEndpoint[];

  /**
   * What is collected and published.
   *
   * @default CollectorConfiguration.taskMetrics()
   */
  readonly configuration?: CollectorConfiguration;

  /**
   * The bundled function, with `index.mjs` at its top.
   *
   * @default - the bundle that comes with the package; in the repository, the one that `npm run build` makes
   */
  readonly code?: Code;

  /**
   * The instruction set that the function runs on.
   *
   * @default Architecture.ARM_64
   */
  readonly architecture?: Architecture;

  /**
   * How often the tasks are scraped, in whole minutes.
   *
   * @default Duration.minutes(1)
   */
  readonly interval?: Duration;

  /**
   * How long one collection may take. What was collected until shortly before is delivered.
   *
   * @default Duration.seconds(55)
   */
  readonly timeout?: Duration;

  /**
   * Into how many shards the targets are divided, each of which is collected by an invocation of its own: for more targets than one
   * function gets done in its time. See docs/scale.md.
   *
   * @default - one function collects all targets
   */
  readonly shards?: Shards;

  /**
   * Memory of the function in MiB; its share of a CPU grows with it.
   *
   * @default 512
   */
  readonly memorySize?: number;

  /**
   * Concurrent executions that are taken from the account's quota and kept for the function that collects: at least 1, with `shards` at
   * least as many as there can be. The function that discovers for shards keeps one more. Lambda refuses to leave an account fewer
   * than 100 for its other functions, so that one with a quota of 10 can keep none. Cycles that overlap are safe without.
   *
   * @default - none are kept
   */
  readonly reservedConcurrentExecutions?: number;

  /**
   * How long the log events are kept: the function's own, and those that carry the metrics. CloudWatch keeps the
   * metrics themselves for 15 months, whatever this says.
   *
   * @default RetentionDays.TWO_WEEKS
   */
  readonly logRetention?: RetentionDays;

  /**
   * The role of the function, which must trust `lambda.amazonaws.com`. It gets the permissions that the collector needs, unless it
   * was imported as one that cannot change.
   *
   * @default - one of its own
   */
  readonly role?: IRole;

  /**
   * Where the function says what it did, and where its metrics about itself are extracted from: of the log class Standard.
   * How long it keeps events, its key and what becomes of it are its own matter.
   *
   * @default - one of its own
   */
  readonly logGroup?: ILogGroup;

  /**
   * Where the tasks' metrics are extracted from, of the log class Standard. The configuration must name no other.
   *
   * @default - one of its own, or that which the configuration names
   */
  readonly metricsLogGroup?: ILogGroup;

  /**
   * Gets the cycles that could not be started, or failed: a standard queue.
   *
   * @default - one of its own
   */
  readonly deadLetterQueue?: IQueue;

  /**
   * Encrypts the log groups, the state and the dead-letter queue.
   *
   * @default - keys of the services
   */
  readonly encryptionKey?: IKey;

  /**
   * What becomes of the log groups and the state when the stack is deleted.
   *
   * @default RemovalPolicy.DESTROY
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * Names of log groups that the configuration writes to by placeholders, such as `/ecs/shop` for `/ecs/{ClusterName}`.
   * The function may create them and write to them.
   *
   * @default - the group that the configuration names without placeholders, if it names one
   */
  readonly otherLogGroupNames?: readonly string[];
}
