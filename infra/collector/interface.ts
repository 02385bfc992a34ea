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

  /** Its configuration. */
  readonly configuration: CollectorConfiguration;

  /** The log of the function; undefined if an imported collector does not give it. */
  readonly logGroup: ILogGroup | undefined;

  /**
   * The log group from which CloudWatch extracts the tasks' metrics; undefined without one, or if an imported collector
   * does not give it.
   */
  readonly metricsLogGroup: ILogGroup | undefined;

  /** The queue for cycles that could not be started, or failed; undefined if an imported collector does not give it. */
  readonly deadLetterQueue: IQueue | undefined;

  /** Names of the collected clusters; undefined if the synthesis cannot know all of them. */
  readonly collectedClusters: ReadonlySet<string> | undefined;

  /**
   * Lets the function reach tasks: a service, or the security group of the tasks. Without `ports`, it opens the ports
   * of the configuration.
   */
  collectFrom(tasks: IConnectable, ...ports: readonly number[]): void;

  /** Lets the function assume a role. */
  assume(roleArn: string): void;

  /** Lets a principal start a cycle. A cycle that begins while another one runs does nothing. */
  grantInvoke(grantee: IGrantable): Grant;
}
