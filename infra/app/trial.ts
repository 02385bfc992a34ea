import {
  FlowLogDestination,
  FlowLogTrafficType,
  type IVpc,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import {
  Cluster,
  ContainerImage,
  ContainerInsights,
  CpuArchitecture,
  FargateService,
  FargateTaskDefinition,
  type ICluster,
  LogDriver,
  OperatingSystemFamily,
} from 'aws-cdk-lib/aws-ecs';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { RemovalPolicy } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { CollectorConfiguration } from '../configuration/configuration.ts';
import { acknowledge } from '../nag/acknowledge.ts';
import { TaskSidecar } from '../sidecar/sidecar.ts';

export interface TrialProps {
  /** The rules of the collector, which the sidecar uses for the last seconds of its task. */
  readonly configuration: CollectorConfiguration;
  /** Absent: built from the bundle. */
  readonly sidecarImage?: ContainerImage | undefined;
}

/** A cluster for a trial: one service of one task that burns all its CPU, beside the sidecar. */
export class Trial extends Construct {
  readonly vpc: IVpc;
  readonly cluster: ICluster;
  readonly service: FargateService;

  private readonly logGroup: LogGroup;

  constructor(scope: Construct, id: string, props: TrialProps) {
    super(scope, id);
    this.logGroup = new LogGroup(this, 'LogGroup', {
      retention: RetentionDays.ONE_WEEK,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    // The library's classes do not satisfy its own interfaces if absent and undefined differ.
    this.vpc = this.makeNetwork() as IVpc;
    this.cluster = this.makeCluster();
    this.service = this.makeService(props);
  }

  /** The function needs endpoints for its APIs; the tasks, with public addresses, pull images directly. */
  private makeNetwork(): Vpc {
    const vpc = new Vpc(this, 'Vpc', {
      // Endpoints are billed by zone, and the trial needs only one.
      maxAzs: 1,
      natGateways: 0,
      subnetConfiguration: [
        { name: 'Tasks', subnetType: SubnetType.PUBLIC, mapPublicIpOnLaunch: false },
        { name: 'Collector', subnetType: SubnetType.PRIVATE_ISOLATED },
      ],
    });
    // Rejects of a security group are the usual reason for a task that cannot be scraped.
    vpc.addFlowLog('Rejected', {
      destination: FlowLogDestination.toCloudWatchLogs(this.logGroup),
      trafficType: FlowLogTrafficType.REJECT,
    });
    return vpc;
  }

  private makeCluster(): ICluster {
    const cluster = new Cluster(this, 'Cluster', {
      vpc: this.vpc,
      containerInsightsV2: ContainerInsights.DISABLED,
    });
    acknowledge(cluster, {
      id: 'AwsSolutions-ECS4',
      reason: 'Container Insights would bill the same metrics that Fargauge publishes here.',
    });
    return cluster as ICluster;
  }

  private makeService({ configuration, sidecarImage }: TrialProps): FargateService {
    const taskDefinition = new FargateTaskDefinition(this, 'Task', {
      cpu: 256,
      memoryLimitMiB: 512,
      runtimePlatform: {
        cpuArchitecture: CpuArchitecture.ARM64,
        operatingSystemFamily: OperatingSystemFamily.LINUX,
      },
    });
    taskDefinition.addContainer('burn', {
      image: ContainerImage.fromRegistry('public.ecr.aws/docker/library/busybox:stable'),
      command: ['sh', '-c', 'while :; do :; done'],
      readonlyRootFilesystem: true,
      logging: LogDriver.awsLogs({ streamPrefix: 'trial', logGroup: this.logGroup }),
    });
    new TaskSidecar(this, 'Sidecar', {
      taskDefinition,
      configuration,
      ...(sidecarImage && { image: sidecarImage }),
    });
    acknowledge(taskDefinition, {
      id: 'AwsSolutions-ECS2',
      reason: "The sidecar's one variable holds the rules for its last events, and no secret.",
    });
    acknowledge(taskDefinition.obtainExecutionRole(), {
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: 'ecr:GetAuthorizationToken has no resource-level permissions.',
    });
    return new FargateService(this, 'Service', {
      cluster: this.cluster,
      taskDefinition,
      desiredCount: 1,
      minHealthyPercent: 0,
      maxHealthyPercent: 100,
      assignPublicIp: true,
      circuitBreaker: { enable: true },
    });
  }
}
