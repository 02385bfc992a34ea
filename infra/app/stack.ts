import { type IConnectable, type IVpc, SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster, type ContainerImage, type ICluster } from 'aws-cdk-lib/aws-ecs';
import type { Code } from 'aws-cdk-lib/aws-lambda';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Annotations, CfnOutput, Stack, type StackProps } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { clusterNameOf } from '../../lambda/model/settings/cluster-selector.ts';
import { TASK_MEMORY_UTILIZATION } from '../../lambda/model/settings/names.ts';
import { CollectorAlarms } from '../alarms/collector.ts';
import { ServiceAlarms } from '../alarms/service.ts';
import { Collector } from '../collector/collector.ts';
import { ApiEndpoint } from '../collector/network/api-endpoint.ts';
import { CollectorDashboard } from '../dashboards/collector.ts';
import { worstTasksQuery } from '../dashboards/worst-tasks.ts';
import { IMAGE_KEY } from '../sidecar/named-image.ts';
import { ConsoleLinks } from './console-links.ts';
import { EmptyingLogGroup } from './emptying-log-group.ts';
import type { ExistingCluster, Settings } from './settings.ts';
import { Trial } from './trial.ts';

export interface FargaugeStackProps extends StackProps {
  readonly settings: Settings;

  /**
   * The bundled collector.
   *
   * @default - the bundle that `npm run build` makes
   */
  readonly code?: Code;

  /**
   * The image of the sidecar of the trial.
   *
   * @default - built from the bundle that `npm run build` makes
   */
  readonly sidecarImage?: ContainerImage;
}

/** The tasks to collect, and the place of the collector. */
interface Place {
  readonly vpc: IVpc;
  readonly cluster: ICluster;
  readonly otherClusters: readonly ICluster[];
  readonly tasks: readonly IConnectable[];
  /** Ports to open, in addition to those of the configuration. */
  readonly ports: readonly number[];
  /** The endpoints to make for the collector. */
  readonly endpoints: readonly ApiEndpoint[];
  /** The services with alarms: the name, and the id of their constructs. */
  readonly services: readonly { readonly id: string; readonly name: string }[];
}

/** The app's only stack: the collector of an existing cluster, or of one for a trial. */
export class FargaugeStack extends Stack {
  constructor(scope: Construct, id: string, props: FargaugeStackProps) {
    super(scope, id, {
      description: 'Fargauge: metrics from Amazon ECS tasks into CloudWatch',
      ...props,
    });
    const { existing, configuration, otherLogGroupNames, shards, delivery } = props.settings;
    // It may come from the environment.
    this.node.setContext(IMAGE_KEY, props.settings.sidecarImage);
    const place = existing ? this.existingPlace(existing) : this.trialPlace(props);

    const collector = new Collector(this, 'Collector', {
      vpc: place.vpc,
      cluster: place.cluster,
      otherClusters: place.otherClusters,
      configuration,
      otherLogGroupNames,
      ...(shards && { shards }),
      ...(delivery && { delivery }),
      ...(place.endpoints.length > 0 && { endpoints: place.endpoints }),
      ...(props.code && { code: props.code }),
    });
    for (const tasks of place.tasks) {
      collector.collectFrom(tasks);
      if (place.ports.length > 0) collector.collectFrom(tasks, ...place.ports);
    }
    new EmptyingLogGroup(this, 'EmptyingLogGroup');
    const dashboard = this.watch(collector, place, props.settings);
    this.addOutputs(collector, place, dashboard);
  }

  private watch(
    collector: Collector,
    { cluster: { clusterName }, services }: Place,
    { maxCpuPercent, alarmTopicArn }: Settings,
  ): CollectorDashboard {
    const topic = alarmTopicArn && {
      topic: Topic.fromTopicArn(this, 'AlarmTopic', alarmTopicArn),
    };
    for (const { id, name } of services) {
      const service = { clusterName, serviceName: name };
      const alarms = new ServiceAlarms(this, `Alarms-${id}`, { ...service, collector, ...topic });
      alarms.taskCpuAlarm({ ...(maxCpuPercent !== undefined && { maxCpuPercent }) });
      if (alarms.canWatch(TASK_MEMORY_UTILIZATION)) alarms.taskMemoryAlarm();
    }
    new CollectorAlarms(this, 'CollectorAlarms', { collector, ...topic });
    const dashboard = new CollectorDashboard(this, 'Dashboard', {
      collector,
      services: services.map(({ name }) => ({ clusterName, serviceName: name })),
    });
    Annotations.of(dashboard).acknowledgeWarning(
      'fargauge:noServices',
      'The settings may name no service.',
    );
    return dashboard;
  }

  private existingPlace(existing: ExistingCluster): Place {
    const arnOf = (resourceName: string) =>
      this.formatArn({ service: 'ecs', resource: 'cluster', resourceName });
    const clusterName = clusterNameOf(existing.cluster);
    const vpc = Vpc.fromVpcAttributes(this, 'Vpc', {
      vpcId: existing.vpcId,
      // Nobody asks for the zone of a subnet here, but the attributes require one.
      availabilityZones: ['unknown'],
      privateSubnetIds: [...existing.subnetIds],
    });
    Annotations.of(vpc).acknowledgeWarning(
      '@aws-cdk/aws-ec2:noSubnetRouteTableId',
      'This stack adds no routes.',
    );
    return {
      vpc,
      cluster: Cluster.fromClusterAttributes(this, 'Cluster', {
        clusterName,
        clusterArn: existing.cluster.startsWith('arn:') ? existing.cluster : arnOf(clusterName),
        vpc,
      }),
      otherClusters: existing.otherClusters.map((name) =>
        Cluster.fromClusterAttributes(this, `Cluster-${name}`, {
          clusterName: name,
          clusterArn: arnOf(name),
          vpc,
        }),
      ),
      tasks: existing.taskSecurityGroupIds.map((groupId) =>
        SecurityGroup.fromSecurityGroupId(this, `Tasks-${groupId}`, groupId),
      ),
      ports: existing.ports,
      endpoints: [],
      services: existing.services.map((name) => ({ id: name, name })),
    };
  }

  private trialPlace({ settings: { configuration }, sidecarImage }: FargaugeStackProps): Place {
    const { vpc, cluster, service } = new Trial(this, 'Trial', { configuration, sidecarImage });
    return {
      vpc,
      cluster,
      otherClusters: [],
      tasks: [service],
      ports: [],
      endpoints: ApiEndpoint.ALL_NEEDED,
      services: [{ id: 'Trial', name: service.serviceName }],
    };
  }

  private addOutputs(collector: Collector, place: Place, dashboard: CollectorDashboard): void {
    const [securityGroup] = collector.connections.securityGroups;
    const { logGroup, metricsLogGroup } = collector;
    const links = new ConsoleLinks(this, 'Console');
    const output = (id: string, value: string, description: string) =>
      new CfnOutput(this, id, { value, description });
    output(
      'FirstFigures',
      'two minutes after the deployment, on the dashboard',
      'The first cycle begins within a minute; CloudWatch shows its metrics some seconds after its end',
    );
    output(
      'DashboardUrl',
      links.dashboard(dashboard.dashboardName),
      'The dashboard of the services and the collector',
    );
    if (metricsLogGroup !== undefined) {
      output(
        'WorstTasksUrl',
        links.query(metricsLogGroup, worstTasksQuery([], ['ClusterName', 'ServiceName'])),
        'A query for the tasks with the highest CPU utilization: choose Run query',
      );
    }
    output(
      'CollectorLogUrl',
      links.logGroup(logGroup),
      'The metrics of the collector about itself',
    );
    output('CollectorFunction', collector.function.functionName, 'The function that collects');
    output('CollectorLogGroup', logGroup.logGroupName, 'The log group of the collector');
    if (metricsLogGroup !== undefined) {
      output(
        'MetricsLogGroup',
        metricsLogGroup.logGroupName,
        'The events from which CloudWatch takes the metrics, for each task and minute',
      );
    }
    output('ClusterName', place.cluster.clusterName, 'The cluster whose tasks are collected');
    output(
      'CollectorRole',
      collector.roleArn,
      'The role of the function, for a CollectorAccess in another account',
    );
    if (securityGroup) {
      output(
        'CollectorSecurityGroup',
        securityGroup.securityGroupId,
        'The group to which the security groups of the tasks must open port 9546',
      );
    }
  }
}
