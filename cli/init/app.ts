import type { Config } from '../../lambda/model/settings/config.ts';

/** Names of the two files, which lie side by side. */
export const DOCUMENT_FILE = 'fargauge.yaml';
export const APP_FILE = 'app.ts';

/** Ports of static targets: the collector's network must let it reach them. */
const PORT = /:(\d+)$/;

/**
 * A CDK app that deploys a collector with the document beside it. Ids of the network stand for those of the reader.
 *
 * @param config of the document
 */
export function appOf(config: Pick<Config, 'clusterName' | 'jobs' | 'discovery'>): string {
  const cluster = JSON.stringify(clusterOf(config));
  const ports = [...new Set([...portsOf(config)])].sort((one, other) => one - other);
  const given = ports.length > 0 ? `, ${ports.join(', ')}` : '';
  const about =
    ports.length > 0
      ? 'The ports of targets that the configuration names'
      : 'The ports that the configuration asks for';
  return `/** Deploys Fargauge with the configuration in ${DOCUMENT_FILE}. Written by fargauge init. */

import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster } from 'aws-cdk-lib/aws-ecs';
import { Collector, CollectorAlarms, CollectorConfiguration } from 'fargauge';

const stack = new Stack(new App(), 'Fargauge');

// The network of the tasks: put its ids here. With credentials at hand, Vpc.fromLookup finds the rest by the id.
const vpc = Vpc.fromVpcAttributes(stack, 'Vpc', {
  vpcId: 'vpc-0123456789abcdef0',
  availabilityZones: ['eu-west-1a', 'eu-west-1b'],
  privateSubnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
  privateSubnetRouteTableIds: ['rtb-0123456789abcdef0', 'rtb-0123456789abcdef1'],
});
const cluster = Cluster.fromClusterAttributes(stack, 'Cluster', { clusterName: ${cluster}, vpc });
const tasks = SecurityGroup.fromSecurityGroupId(stack, 'Tasks', 'sg-0123456789abcdef0');

const collector = new Collector(stack, 'Collector', {
  vpc,
  cluster,
  configuration: CollectorConfiguration.fromFile(join(import.meta.dirname, '${DOCUMENT_FILE}')),
});
// ${about}.
collector.collectFrom(tasks${given});
new CollectorAlarms(stack, 'CollectorAlarms', { collector });
`;
}

function clusterOf({ clusterName, discovery }: Pick<Config, 'clusterName' | 'discovery'>): string {
  const named = discovery?.sources.flatMap(({ clusters }) => clusters) ?? [];
  return clusterName ?? named.find((name) => /^[\w-]+$/.test(name)) ?? 'my-cluster';
}

/** Without static targets, the collector opens the ports of the configuration by itself. */
function* portsOf({ jobs, discovery }: Pick<Config, 'jobs' | 'discovery'>): Generator<number> {
  for (const { staticConfigs } of jobs) {
    for (const { targets } of staticConfigs) {
      for (const target of targets) {
        const port = Number(PORT.exec(target)?.[1]);
        if (port > 0 && port <= 65_535) yield port;
      }
    }
  }
  const listed = [...(discovery?.services ?? []), ...(discovery?.taskDefinitions ?? [])];
  for (const { ports } of listed) yield* ports;
}
