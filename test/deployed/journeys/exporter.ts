/** A user of ecs-metrics-exporter whose series are in a workspace: the sidecar in the place of the exporter, and a collector. */
import { App, Stack } from 'aws-cdk-lib';
import {
  Collector,
  CollectorAlarms,
  CollectorConfiguration,
  PrometheusWorkspace,
} from '../../../infra/index.ts';
import { existingPlace } from './existing-place.ts';

const stack = new Stack(new App(), 'Exporter');
const { vpc, cluster, tasks } = existingPlace(stack, 'shop');
const workspace = new PrometheusWorkspace(stack, 'Workspace', { alias: 'shop' });
const collector = new Collector(stack, 'Collector', {
  vpc,
  cluster,
  configuration: CollectorConfiguration.builtIn().withOutputs(workspace.output()),
});
collector.collectFrom(tasks);
new CollectorAlarms(stack, 'CollectorAlarms', { collector });
