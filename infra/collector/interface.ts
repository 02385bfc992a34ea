import type { IConnectable } from 'aws-cdk-lib/aws-ec2';
import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { CollectorConfiguration } from '../configuration/configuration.ts';
import type { MeasuredCollector } from './measured.ts';

/** A collector, of this app or imported. */
export interface ICollector extends MeasuredCollector, IConnectable, IGrantable {
  /** The function that collects. */
  readonly function: IFunction;

  /** What it collects and publishes. */
  readonly configuration: CollectorConfiguration;

  /** Where the function says what it did; undefined where an imported collector does not say it. */
  readonly logGroup: ILogGroup | undefined;

  /** Where the tasks' metrics are extracted from; undefined where there is none, or an imported collector does not say it. */
  readonly metricsLogGroup: ILogGroup | undefined;

  /** Cycles that could not be started, or failed; undefined where an imported collector does not say it. */
  readonly deadLetterQueue: IQueue | undefined;

  /** Names of the clusters that are collected; undefined where the synthesis cannot know them all. */
  readonly collectedClusters: ReadonlySet<string> | undefined;

  /** Lets the function reach the tasks: a service, or the security group of the tasks. Without `ports`, on those that the configuration leads to. */
  collectFrom(tasks: IConnectable, ...ports: readonly number[]): void;

  /** Lets the function assume a role. */
  assume(roleArn: string): void;

  /** Lets a principal start a cycle. One that begins while another is under way does nothing. */
  grantInvoke(grantee: IGrantable): Grant;
}
