import type { ISecurityGroup, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import type { ICluster } from 'aws-cdk-lib/aws-ecs';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Architecture, Code } from 'aws-cdk-lib/aws-lambda';
import type { ILogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Duration, RemovalPolicy } from 'aws-cdk-lib/core';
import type { CollectorConfiguration } from '../configuration/configuration.ts';
import type { MetricsDelivery } from '../configuration/metrics-delivery.ts';
import type { ApiEndpoint } from './network/api-endpoint.ts';
import type { Shards } from './shards/shards.ts';

export interface CollectorProps {
  /** The cluster whose tasks are collected. */
  readonly cluster: ICluster;

  /**
   * Other clusters of the same account that the configuration may name. The construct refuses a configuration that
   * names an unknown cluster.
   *
   * @default - none
   */
  readonly otherClusters?: readonly ICluster[];

  /**
   * The network from which the function can reach the tasks and the APIs of ECS, CloudWatch Logs and S3.
   *
   * @default - no VPC: only targets with public addresses can be scraped
   */
  readonly vpc?: IVpc;

  /**
   * The subnets of the function. They need a way to the APIs: a NAT gateway, or endpoints. A public subnet is not such
   * a way, because a function never has a public address.
   *
   * @default - the private subnets with egress; with `endpoints` the isolated ones if there are no others, else the
   *   public ones
   */
  readonly vpcSubnets?: SubnetSelection;

  /**
   * The security groups of the function. `collectFrom` adds its rules to them. They must allow outbound traffic to the
   * APIs on port 443.
   *
   * @default - one of its own, which lets out only the needed ports and nothing in
   */
  readonly securityGroups?: readonly ISecurityGroup[];

  /**
   * Endpoints to make in the VPC: `ApiEndpoint.ALL_NEEDED` if it has neither these nor a NAT gateway.
   *
   * @default - none
   */
  readonly endpoints?: readonly ApiEndpoint[];

  /**
   * The configuration of the collector.
   *
   * @default CollectorConfiguration.taskMetrics()
   */
  readonly configuration?: CollectorConfiguration;

  /**
   * How the metrics get into CloudWatch: in log events, without them, or both.
   *
   * @default MetricsDelivery.LOGS, or the outputs of the configuration
   */
  readonly delivery?: MetricsDelivery;

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
   * The interval of the scrapes, in whole minutes.
   *
   * @default Duration.minutes(1)
   */
  readonly interval?: Duration;

  /**
   * The longest duration of one collection. It delivers everything that it has collected until shortly before.
   *
   * @default Duration.seconds(55)
   */
  readonly timeout?: Duration;

  /**
   * The number of shards that the targets are divided into, each with an invocation of its own, for more targets than
   * one function can collect in time. See docs/scale.md.
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
   * Concurrent executions that the account's quota reserves for the collecting function: at least 1, with `shards` at
   * least as many as there can be. The discovering function of shards reserves one more. Lambda leaves at least 100 to
   * other functions, so an account with a quota of 10 can reserve none. Overlapping cycles are safe without a
   * reservation.
   *
   * @default - none
   */
  readonly reservedConcurrentExecutions?: number;

  /**
   * Retention of the log events: those of the function, and those with the metrics. CloudWatch keeps the metrics
   * themselves for 15 months in any case.
   *
   * @default RetentionDays.TWO_WEEKS
   */
  readonly logRetention?: RetentionDays;

  /**
   * The role of the function, which must trust `lambda.amazonaws.com`. The construct adds the permissions that the
   * collector needs, unless the role was imported as immutable.
   *
   * @default - one of its own
   */
  readonly role?: IRole;

  /**
   * The log of the function, from which CloudWatch extracts the metrics about the collector: of the log class Standard.
   * The construct leaves its retention, key and removal policy unchanged.
   *
   * @default - one of its own
   */
  readonly logGroup?: ILogGroup;

  /**
   * The log group from which CloudWatch extracts the tasks' metrics, of the log class Standard. The configuration must
   * name no other.
   *
   * @default - one of its own, or the one that the configuration names
   */
  readonly metricsLogGroup?: ILogGroup;

  /**
   * The queue for cycles that could not be started, or failed: a standard queue.
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
   * Whether the log groups and the state are deleted with the stack.
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
