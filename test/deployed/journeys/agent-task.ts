/** A user whose CloudWatch Agent is a task of its own: its two files as they are, in a collector in the place of that task. */
import { App, Stack } from 'aws-cdk-lib';
import { Collector, CollectorAlarms, CollectorConfiguration } from '../../../infra/index.ts';
import { existingPlace } from './existing-place.ts';

const app = new App();
const stack = new Stack(app, 'AgentTask');
const { vpc, cluster, tasks } = existingPlace(stack, 'identity');
const collector = new Collector(stack, 'Collector', {
  vpc,
  cluster,
  configuration: CollectorConfiguration.cloudWatchAgent(
    app.node.tryGetContext('agent'),
    app.node.tryGetContext('prometheus'),
  ),
});
collector.collectFrom(tasks);
new CollectorAlarms(stack, 'CollectorAlarms', { collector });
