import { Dashboard } from 'aws-cdk-lib/aws-cloudwatch';
import type { IBaseService } from 'aws-cdk-lib/aws-ecs';
import { Annotations, Duration } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { ICollector } from '../collector/interface.ts';
import { nameOf, type ServiceName } from '../metrics/task.ts';
import { validCluster } from '../props/valid-cluster.ts';
import { collectorWidgets } from './collector-widgets.ts';
import { publishesService, serviceWidgets } from './service-widgets.ts';

export interface CollectorDashboardProps {
  readonly collector: ICollector;

  /** The services to show, in this order. */
  readonly services: readonly (IBaseService | ServiceName)[];

  /**
   * Name of the dashboard.
   *
   * @default - made by CloudFormation
   */
  readonly dashboardName?: string;
}

/**
 * A dashboard of the tasks of services and of the collector. It leaves out graphs without a published metric:
 * `CollectorConfiguration.detailed()` publishes all of them.
 */
export class CollectorDashboard extends Dashboard {
  constructor(scope: Construct, id: string, props: CollectorDashboardProps) {
    const { collector, dashboardName } = props;
    const services = props.services.map(nameOf);
    super(scope, id, {
      defaultInterval: Duration.hours(3),
      ...(dashboardName !== undefined && { dashboardName }),
    });
    const published = collector.configuration.published(this);
    for (const service of services) {
      validCluster(this, collector, service.clusterName);
      if (published && !publishesService(published, service)) {
        Annotations.of(this).addWarningV2(
          `fargauge:nothingOf${service.serviceName}`,
          `[${this.node.path}] No rule publishes the metrics that the dashboard shows of the service ${service.serviceName} of ${service.clusterName}`,
        );
      }
      for (const row of serviceWidgets({
        service,
        published,
        logGroup: collector.metricsLogGroup,
      })) {
        this.addWidgets(...row);
      }
    }
    for (const row of collectorWidgets(collector)) this.addWidgets(...row);
    if (services.length === 0) {
      Annotations.of(this).addWarningV2(
        'fargauge:noServices',
        `[${this.node.path}] The dashboard shows the collector only: expected \`services\``,
      );
    }
  }
}
