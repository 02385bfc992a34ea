import { Connections, type IConnectable } from 'aws-cdk-lib/aws-ec2';
import { DockerImageAsset } from 'aws-cdk-lib/aws-ecr-assets';
import { CpuArchitecture, type ICluster, type Secret } from 'aws-cdk-lib/aws-ecs';
import { type IRole, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type ILogGroup, LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Annotations, CfnResource, Fn, Names, RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import {
  JOB_NAME_LABEL,
  METRICS_PATH_LABEL,
  PORT_LABEL,
  SIDECAR_CONTAINER,
  SIDECAR_JOB,
  SIDECAR_PORT,
} from '../../lambda/model/settings/names.ts';
import type { CollectorConfiguration } from '../configuration/configuration.ts';
import { acknowledge } from '../nag/acknowledge.ts';
import { InvalidPropsError } from '../props/errors.ts';
import { validCount, validPort } from '../props/valid.ts';
import { sidecarFolder } from './image.ts';
import { INSTANCE_NETWORK } from './instance-network.ts';
import { renderLastEvents } from './last-events.ts';
import { daemonsOf } from './served-clusters.ts';
import { VARIABLES } from './variables.ts';

/** The daemon keeps the history of 100 tasks in 12 MB; on Node.js it takes more, and this is a limit. */
const MEMORY_MIB = 128;

const CPU_UNITS = 64;

/** The minimum of ECS: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html */
const LEAST_MEMORY_MIB = 6;

/** As in `TaskSidecar`, in seconds: nothing waits for the result. */
const HEALTH_CHECK = {
  Command: ['CMD', '/fargauge-sidecar', 'health'],
  Interval: 300,
  Timeout: 5,
  Retries: 3,
};

/** A capacity provider of Managed Instances, such as a `ManagedInstancesCapacityProvider`. */
export interface InstanceCapacityProvider extends IConnectable {
  readonly capacityProviderName: string;
}

export interface InstanceDaemonProps {
  /** The cluster of the capacity providers. */
  readonly cluster: ICluster;

  /** The capacity providers of Managed Instances that get a daemon on each instance. At least one. */
  readonly capacityProviders: readonly InstanceCapacityProvider[];

  /**
   * Name of the daemon. The collector uses it as the name of a service.
   *
   * @default 'fargauge'
   */
  readonly daemonName?: string;

  /**
   * The architecture of the instances, which the image is built for.
   *
   * @default CpuArchitecture.X86_64
   */
  readonly architecture?: CpuArchitecture;

  /**
   * Name of an image, such as `repository.repositoryUriForTag('1')`; give `executionRole` the right to pull it.
   *
   * @default - built by Docker from the package
   */
  readonly image?: string;

  /**
   * The port that the daemon listens on.
   *
   * @default 9546
   */
  readonly port?: number;

  /**
   * Whether the daemon listens in the network of the instance, where the collector reaches it. To open the port it needs root,
   * the process namespace of the instance and the capabilities SYS_ADMIN and SYS_PTRACE, all of which it gives up as soon as it
   * listens. Otherwise a program of yours must pass the port of the instance on to the daemon.
   *
   * @default true
   */
  readonly instanceNetwork?: boolean;

  /**
   * Memory of the daemon's task in MiB, of each instance.
   *
   * @default 128
   */
  readonly memoryMiB?: number;

  /**
   * CPU units of the daemon's task, of each instance.
   *
   * @default 64
   */
  readonly cpu?: number;

  /**
   * Whether ECS drains an instance whose daemon stops. Metrics are rarely worth that.
   *
   * @default false
   */
  readonly critical?: boolean;

  /**
   * The log group of the daemon.
   *
   * @default - one of its own, kept for two weeks and deleted with the stack
   */
  readonly logGroup?: ILogGroup;

  /**
   * The collector's rules. When the daemon is stopped, it applies them to the points that nobody has collected, and
   * writes the events to its log.
   *
   * @default - none: the last seconds of an instance are not published
   */
  readonly configuration?: CollectorConfiguration;

  /**
   * The bearer token that clients must send, for all paths but `/health`.
   *
   * @default - none
   */
  readonly token?: Secret;
}

/**
 * Runs one sidecar on each Managed Instance of a cluster, as a Managed Daemon of ECS, for all tasks of the instance,
 * without a change to any task definition. The collector finds it by its tags.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-daemons.html
 *
 * @example
 * const daemon = new InstanceDaemon(this, 'Daemon', { cluster, capacityProviders: [provider] });
 * collector.collectFrom(daemon, daemon.port);
 */
export class InstanceDaemon extends Construct implements IConnectable {
  readonly port: number;
  readonly daemonName: string;

  /** The connections of the instances. */
  readonly connections: Connections;

  /** The role with which ECS pulls the image and writes the log. The daemon itself has none, because it calls no API of AWS. */
  readonly executionRole: IRole;

  /** The ARN of the daemon. */
  readonly daemonArn: string;

  constructor(scope: Construct, id: string, props: InstanceDaemonProps) {
    super(scope, id);
    const { cluster, capacityProviders, daemonName = 'fargauge', critical = false } = props;
    if (capacityProviders.length === 0) {
      throw new InvalidPropsError(
        this,
        'Expected at least one capacity provider in `capacityProviders`, got none',
      );
    }
    this.port = validPort(this, 'port', props.port ?? SIDECAR_PORT);
    this.daemonName = daemonName;
    this.connections = new Connections({
      securityGroups: capacityProviders.flatMap(({ connections }) => connections.securityGroups),
    });
    this.executionRole = new Role(this, 'ExecutionRole', {
      assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com'),
    });
    // There is no L2, and not every supported version of the CDK has the L1.
    const definition = new CfnResource(this, 'TaskDefinition', {
      type: 'AWS::ECS::DaemonTaskDefinition',
      properties: this.definition(props),
    });
    const daemon = new CfnResource(this, 'Resource', {
      type: 'AWS::ECS::Daemon',
      properties: {
        DaemonName: daemonName,
        ClusterArn: cluster.clusterArn,
        CapacityProviderArns: capacityProviders.map(({ capacityProviderName }) =>
          Stack.of(this).formatArn({
            service: 'ecs',
            resource: 'capacity-provider',
            resourceName: capacityProviderName,
          }),
        ),
        DaemonTaskDefinitionArn: Fn.getAtt(definition.logicalId, 'DaemonTaskDefinitionArn'),
        Critical: critical,
        // A daemon's task definition has no docker labels: the collector reads tags of the tasks instead.
        PropagateTags: 'DAEMON',
        Tags: Object.entries(this.labels()).map(([Key, Value]) => ({ Key, Value })),
      },
    });
    this.daemonArn = Fn.getAtt(daemon.logicalId, 'DaemonArn').toString();
    daemonsOf(cluster).add(this);
    if (!(props.instanceNetwork ?? true)) this.warnOfAddress('');
  }

  private warnOfAddress(why: string): void {
    Annotations.of(this).addWarningV2(
      'fargauge:daemonAddress',
      `[${this.node.path}] ${why}ECS gives a Managed Daemon an address that only its instance reaches. The collector asks port ${this.port} of the instance: see "The way to a daemon" in docs/managed-instances.md, and acknowledge this warning if the port leads to the daemon`,
    );
  }

  private definition(props: InstanceDaemonProps): Record<string, unknown> {
    const { memoryMiB = MEMORY_MIB, cpu = CPU_UNITS, logGroup = this.makeLogGroup() } = props;
    const { instanceNetwork = true } = props;
    logGroup.grantWrite(this.executionRole);
    return {
      Family: Names.uniqueResourceName(this, { maxLength: 255, separator: '-' }),
      ExecutionRoleArn: this.executionRole.roleArn,
      Cpu: String(validCount(this, 'cpu', cpu)),
      Memory: String(validCount(this, 'memoryMiB', memoryMiB, LEAST_MEMORY_MIB)),
      ...(instanceNetwork && INSTANCE_NETWORK.task),
      ContainerDefinitions: [
        {
          Name: SIDECAR_CONTAINER,
          Image: this.image(props),
          Essential: true,
          ReadonlyRootFilesystem: true,
          ...(instanceNetwork && INSTANCE_NETWORK.container),
          LinuxParameters: {
            Capabilities: {
              Drop: ['ALL'],
              ...(instanceNetwork && { Add: INSTANCE_NETWORK.capabilities }),
            },
          },
          Environment: this.environment(props),
          ...(props.token && { Secrets: this.secrets(props.token) }),
          HealthCheck: HEALTH_CHECK,
          LogConfiguration: {
            LogDriver: 'awslogs',
            Options: {
              'awslogs-group': logGroup.logGroupName,
              'awslogs-region': Stack.of(this).region,
              'awslogs-stream-prefix': 'fargauge',
            },
          },
        },
      ],
    };
  }

  private image({ image, architecture, instanceNetwork = true }: InstanceDaemonProps): string {
    if (image !== undefined) {
      if (architecture === undefined) return image;
      throw new InvalidPropsError(this, 'Expected either `image` or `architecture`, got both');
    }
    const { _cpuArchitecture: built } = architecture ?? CpuArchitecture.X86_64;
    const { isProgram, ...folder } = sidecarFolder(this, built);
    if (instanceNetwork && !isProgram) {
      this.warnOfAddress(
        'The image has Node.js, which cannot open a port in the network of the instance. ',
      );
    }
    const asset = new DockerImageAsset(this, 'Image', folder);
    asset.repository.grantPull(this.executionRole);
    acknowledge(this.executionRole.node.findChild('DefaultPolicy'), {
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: 'ECR gives its tokens for all repositories.',
    });
    return asset.imageUri;
  }

  private environment({ configuration, instanceNetwork = true }: InstanceDaemonProps): object[] {
    const lastEvents = configuration && renderLastEvents(this, configuration);
    return [
      // It need not find out, from a `Group` that not every document of its task has.
      { Name: VARIABLES.scope, Value: 'instance' },
      ...(instanceNetwork ? INSTANCE_NETWORK.environment : []),
      ...(this.port === SIDECAR_PORT ? [] : [{ Name: VARIABLES.port, Value: String(this.port) }]),
      ...(lastEvents === undefined ? [] : [{ Name: VARIABLES.lastEvents, Value: lastEvents }]),
    ];
  }

  private secrets(token: Secret): object[] {
    token.grantRead(this.executionRole);
    return [{ Name: VARIABLES.token, ValueFrom: token.arn }];
  }

  private labels(): Record<string, string> {
    return {
      [PORT_LABEL]: String(this.port),
      [METRICS_PATH_LABEL]: '/metrics',
      [JOB_NAME_LABEL]: SIDECAR_JOB,
    };
  }

  private makeLogGroup(): ILogGroup {
    return new LogGroup(this, 'LogGroup', {
      retention: RetentionDays.TWO_WEEKS,
      removalPolicy: RemovalPolicy.DESTROY,
    });
  }
}
