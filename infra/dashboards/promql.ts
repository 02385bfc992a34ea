import { Dashboard } from 'aws-cdk-lib/aws-cloudwatch';
import type { IBaseService } from 'aws-cdk-lib/aws-ecs';
import { Duration } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { TASK_CPU_UTILIZATION } from '../../lambda/model/settings/names.ts';
import type { ICollector } from '../collector/interface.ts';
import { nameOf, type ServiceName } from '../metrics/task.ts';
import { InvalidPropsError } from '../props/errors.ts';
import { collectorWidgets } from './collector-widgets.ts';
import { promqlServiceWidgets } from './promql-service-widgets.ts';

export interface PromQLDashboardProps {
  /** The collector, which must send its samples to CloudWatch over OTLP. */
  readonly collector: ICollector;

  /** The services to show, in this order: at least one. */
  readonly services: readonly (IBaseService | ServiceName)[];

  /**
   * Name of the dashboard.
   *
   * @default - made by CloudFormation
   */
  readonly dashboardName?: string;
}

/**
 * A dashboard of the tasks of services and of the collector, with the metrics that CloudWatch got over OTLP: the
 * counterpart of `CollectorDashboard`, which shows the worst tasks individually.
 */
export class PromQLDashboard extends Dashboard {
  constructor(scope: Construct, id: string, props: PromQLDashboardProps) {
    const { collector, dashboardName } = props;
    const services = props.services.map(nameOf);
    super(scope, id, {
      defaultInterval: Duration.hours(3),
      ...(dashboardName !== undefined && { dashboardName }),
    });
    if (services.length === 0) {
      throw new InvalidPropsError(this, 'Expected at least one of `services`, got none');
    }
    const sent = collector.configuration.sent(this);
    for (const service of services) {
      const problemOf = (metricName: string) => sent?.problemOf({ ...service, metricName }, this);
      const rows = promqlServiceWidgets(service, (name) => problemOf(name) === undefined);
      // Without graphs only the title is left.
      if (rows.length === 1)
        throw new InvalidPropsError(this, `${problemOf(TASK_CPU_UTILIZATION)}`);
      for (const row of rows) this.addWidgets(...row);
    }
    for (const row of collectorWidgets(collector)) this.addWidgets(...row);
  }
}
