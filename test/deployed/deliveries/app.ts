/** A user of each way of the metrics into CloudWatch, with alarms and dashboards of all metrics. The context says which way. */
import { App, Stack } from 'aws-cdk-lib';
import {
  Collector,
  CollectorAlarms,
  CollectorConfiguration,
  CollectorDashboard,
  MetricsDelivery,
  ServiceAlarms,
} from '../../../infra/index.ts';
import { defaultDocument } from '../../../lambda/config/native/default.ts';
import { existingPlace } from '../journeys/existing-place.ts';

const app = new App();
const stack = new Stack(app, 'Delivery');
const { vpc, cluster, tasks } = existingPlace(stack, 'shop');
const { LOGS, METRICS, BOTH } = MetricsDelivery;
const delivery = [LOGS, METRICS, BOTH].find(
  ({ name }) => name === app.node.tryGetContext('delivery'),
);
const document = defaultDocument(app.node.tryGetContext('metrics'));
const collector = new Collector(stack, 'Collector', {
  vpc,
  cluster,
  configuration: CollectorConfiguration.of({
    ...document,
    emf_processor: { ...document.emf_processor, events: app.node.tryGetContext('events') },
  }),
  ...(delivery && { delivery }),
});
collector.collectFrom(tasks);
const service = { clusterName: 'shop', serviceName: 'web' };
const alarms = new ServiceAlarms(stack, 'Alarms', { ...service, collector });
alarms.taskCpuAlarm();
alarms.taskMemoryAlarm();
new CollectorAlarms(stack, 'CollectorAlarms', { collector });
new CollectorDashboard(stack, 'Dashboard', { collector, services: [service] });
