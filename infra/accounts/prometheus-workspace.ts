import { CfnWorkspace } from 'aws-cdk-lib/aws-aps';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import {
  Annotations,
  Arn,
  ArnFormat,
  Duration,
  RemovalPolicy,
  Stack,
  Token,
} from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { OutputInput } from '../configuration/configuration.ts';
import { InvalidPropsError } from '../props/errors.ts';

/** Days. https://docs.aws.amazon.com/prometheus/latest/userguide/AMP-workspace-configuration.html */
const LONGEST_RETENTION = 1_095;

/** Most seconds by which samples may come late. The same page. */
const LONGEST_OUT_OF_ORDER = 600;

/** `arn:aws:aps:REGION:ACCOUNT:workspace/ws-…` */
const WORKSPACE_ARN = /^arn:[\w-]+:aps:[\w-]+:\d{12}:workspace\/ws-[\w-]+$/;

/**
 * Actions for remote write, and for Grafana's data source.
 * https://docs.aws.amazon.com/prometheus/latest/userguide/AMP-and-IAM.html
 */
const WRITE_ACTIONS = ['aps:RemoteWrite'];
const QUERY_ACTIONS = [
  'aps:GetLabels',
  'aps:GetMetricMetadata',
  'aps:GetSeries',
  'aps:QueryMetrics',
];

/** A role of the workspace's account for writers of another account: that of a `WorkspaceAccess`. */
export interface WorkspaceRole {
  readonly roleArn: string;

  /** The external id that its trust policy requires. */
  readonly externalId?: string;
}

export interface WorkspaceOutputOptions {
  /**
   * The role to assume for writing: that of a `WorkspaceAccess` in the account of the workspace.
   *
   * @default - the collector writes as itself, into its own account
   */
  readonly role?: WorkspaceRole;

  /**
   * Labels to add to series that lack them.
   *
   * @default - those of the configuration
   */
  readonly externalLabels?: Readonly<Record<string, string>>;

  /**
   * `write_relabel_configs`: rules for the labels of each series.
   *
   * @default - the labels stay
   */
  readonly relabeling?: OutputInput['write_relabel_configs'];
}

/** A workspace of Amazon Managed Service for Prometheus. */
export interface IPrometheusWorkspace {
  readonly workspaceArn: string;
  readonly workspaceId: string;

  /** The URL for remote write. */
  readonly remoteWriteUrl: string;

  /** The URL of Grafana's data source, to which Grafana adds `/api/v1/query` and the like. */
  readonly queryUrl: string;

  /** The entry of a configuration's `outputs` that writes to it. */
  output(options?: WorkspaceOutputOptions): OutputInput;

  /** Lets a principal write samples. A collector whose configuration writes to the workspace has this permission already. */
  grantRemoteWrite(grantee: IGrantable): Grant;

  /** Lets a principal query samples, series, labels and metadata, as Grafana does. */
  grantQuery(grantee: IGrantable): Grant;
}

export interface PrometheusWorkspaceProps {
  /**
   * The alias in the console.
   *
   * @default - none
   */
  readonly alias?: string;

  /**
   * Retention of the samples: 1 to 1095 days.
   *
   * @default - 150 days, the default of the service
   */
  readonly retention?: Duration;

  /**
   * Most time by which a sample may come after a younger one of its series: up to 10 minutes.
   *
   * @default - a minute, the default of the service
   */
  readonly outOfOrderWindow?: Duration;

  /**
   * The log group for errors of rules and alerts. Its name should begin with `/aws/vendedlogs/`.
   *
   * @default - none
   */
  readonly logGroup?: ILogGroup;

  /**
   * Encrypts the samples. The deploying principal needs `kms:CreateGrant`, `kms:Decrypt`, `kms:DescribeKey` and
   * `kms:GenerateDataKey`.
   *
   * @default - a key of the service
   */
  readonly encryptionKey?: IKey;

  /**
   * Whether the workspace, with all its samples, is deleted with the stack.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;
}

/** The members that a new workspace and an existing one share. */
abstract class Workspace extends Construct implements IPrometheusWorkspace {
  abstract readonly workspaceArn: string;
  abstract readonly workspaceId: string;
  protected abstract readonly region: string;

  get remoteWriteUrl(): string {
    return `${this.queryUrl}/api/v1/remote_write`;
  }

  get queryUrl(): string {
    const host = `aps-workspaces.${this.region}.${Stack.of(this).urlSuffix}`;
    return `https://${host}/workspaces/${this.workspaceId}`;
  }

  output({ role, externalLabels, relabeling }: WorkspaceOutputOptions = {}): OutputInput {
    return {
      type: 'remote_write',
      url: this.remoteWriteUrl,
      ...(role && { role_arn: role.roleArn }),
      ...(role?.externalId !== undefined && { external_id: role.externalId }),
      ...(externalLabels && { external_labels: externalLabels }),
      ...(relabeling && { write_relabel_configs: relabeling }),
    };
  }

  grantRemoteWrite(grantee: IGrantable): Grant {
    return this.grant(grantee, WRITE_ACTIONS);
  }

  grantQuery(grantee: IGrantable): Grant {
    return this.grant(grantee, QUERY_ACTIONS);
  }

  private grant(grantee: IGrantable, actions: string[]): Grant {
    return Grant.addToPrincipal({ grantee, actions, resourceArns: [this.workspaceArn] });
  }
}

/**
 * A workspace of Amazon Managed Service for Prometheus, which collectors write to and Grafana reads from. Its tags are those
 * of `Tags.of(workspace)`.
 *
 * @example
 * const workspace = new PrometheusWorkspace(this, 'Workspace', { alias: 'shop' });
 * new Collector(this, 'Collector', {
 *   vpc,
 *   cluster,
 *   configuration: CollectorConfiguration.builtIn().withOutputs(workspace.output()),
 * });
 */
export class PrometheusWorkspace extends Workspace {
  /**
   * An existing workspace.
   *
   * @throws InvalidPropsError if the ARN is not that of a workspace
   */
  static fromWorkspaceArn(
    scope: Construct,
    id: string,
    workspaceArn: string,
  ): IPrometheusWorkspace {
    return new ImportedWorkspace(scope, id, workspaceArn);
  }

  readonly workspaceArn: string;
  readonly workspaceId: string;
  protected readonly region: string;

  constructor(scope: Construct, id: string, props: PrometheusWorkspaceProps = {}) {
    super(scope, id);
    const { alias, logGroup, encryptionKey } = props;
    const resource = new CfnWorkspace(this, 'Resource', {
      ...(alias !== undefined && { alias }),
      ...(logGroup && { loggingConfiguration: { logGroupArn: logGroup.logGroupArn } }),
      ...(encryptionKey && { kmsKeyArn: encryptionKey.keyArn }),
    });
    // An older CDK would drop properties that its class does not know.
    resource.addPropertyOverride('WorkspaceConfiguration', this.renderConfiguration(props));
    const removalPolicy = props.removalPolicy ?? RemovalPolicy.RETAIN;
    resource.applyRemovalPolicy(removalPolicy);
    if (removalPolicy !== RemovalPolicy.DESTROY) {
      Annotations.of(this).addInfo(
        `[${this.node.path}] The workspace stays when the stack is deleted, and keeps its samples until their retention ends: \`removalPolicy: RemovalPolicy.DESTROY\` deletes both`,
      );
    }
    this.workspaceArn = resource.attrArn;
    this.workspaceId = resource.attrWorkspaceId;
    this.region = Stack.of(this).region;
  }

  private renderConfiguration({ retention, outOfOrderWindow: late }: PrometheusWorkspaceProps) {
    if (retention === undefined && late === undefined) return undefined;
    return {
      ...(retention && { RetentionPeriodInDays: this.validRetention(retention) }),
      ...(late && { OutOfOrderTimeWindowInSeconds: this.validOutOfOrderWindow(late) }),
    };
  }

  private validRetention(retention: Duration): number {
    const days = retention.toDays({ integral: false });
    if (Number.isInteger(days) && days >= 1 && days <= LONGEST_RETENTION) return days;
    throw new InvalidPropsError(
      this,
      `Expected \`retention\` to be from 1 to ${LONGEST_RETENTION} whole days, got ${retention.toHumanString()}`,
    );
  }

  private validOutOfOrderWindow(window: Duration): number {
    const seconds = window.toSeconds();
    if (seconds <= LONGEST_OUT_OF_ORDER) return seconds;
    const most = Duration.seconds(LONGEST_OUT_OF_ORDER).toHumanString();
    throw new InvalidPropsError(
      this,
      `Expected \`outOfOrderWindow\` to be at most ${most}, got ${window.toHumanString()}`,
    );
  }
}

class ImportedWorkspace extends Workspace {
  readonly workspaceArn: string;
  readonly workspaceId: string;
  protected readonly region: string;

  constructor(scope: Construct, id: string, workspaceArn: string) {
    super(scope, id);
    if (!Token.isUnresolved(workspaceArn) && !WORKSPACE_ARN.test(workspaceArn)) {
      throw new InvalidPropsError(
        this,
        `Expected the ARN of a workspace, such as arn:aws:aps:eu-west-1:111122223333:workspace/ws-…, got "${workspaceArn}"`,
      );
    }
    const { region, resourceName } = Arn.split(workspaceArn, ArnFormat.SLASH_RESOURCE_NAME);
    this.workspaceArn = workspaceArn;
    this.workspaceId = resourceName ?? '';
    this.region = region ?? '';
  }
}
