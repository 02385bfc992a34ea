/** A collector that is let in to another port than that of the sidecars, and an alarm on what nobody publishes. */
import { App, Stack } from 'aws-cdk-lib';
import { Alarm, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { Collector, ServiceAlarms } from '../../../infra/index.ts';
import { existingPlace } from '../journeys/existing-place.ts';

const stack = new Stack(new App(), 'ClosedPort');
const { vpc, cluster, tasks } = existingPlace(stack, 'shop');
const collector = new Collector(stack, 'Collector', { vpc, cluster });
collector.collectFrom(tasks, 8080);
new ServiceAlarms(stack, 'Alarms', {
  clusterName: 'shop',
  serviceName: 'checkout',
  collector,
}).taskCpuAlarm();
new Alarm(stack, 'Nothing', {
  metric: new Metric({ namespace: 'Shop', metricName: 'orders' }),
  threshold: 1,
  evaluationPeriods: 1,
});
