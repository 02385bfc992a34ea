/** A user whose Prometheus agents write into a workspace: their file, but for where the targets are. */
import { App, Stack } from 'aws-cdk-lib';
import { parse } from 'yaml';
import { Collector, CollectorAlarms, CollectorConfiguration } from '../../../infra/index.ts';
import { existingPlace } from './existing-place.ts';

const app = new App();
const { global, scrape_configs, remote_write } = parse(app.node.tryGetContext('prometheus'));
const [{ sigv4 }] = remote_write;

const stack = new Stack(app, 'PrometheusAgent', {
  env: { account: '111122223333', region: sigv4.region },
});
const { vpc, cluster, tasks } = existingPlace(stack, 'shop');
const { static_configs: _, ...job } = scrape_configs[0];
const collector = new Collector(stack, 'Collector', {
  vpc,
  cluster,
  configuration: CollectorConfiguration.of({
    global,
    ecs_service_discovery: { docker_label: {} },
    scrape_configs: [
      {
        ...job,
        ecs_discovered: true,
        relabel_configs: [{ source_labels: ['TaskId'], regex: '(.+)', target_label: 'instance' }],
      },
    ],
    remote_write,
  }),
});
collector.collectFrom(tasks, 8080);
new CollectorAlarms(stack, 'CollectorAlarms', { collector });
