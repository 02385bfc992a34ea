import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ContainerDefinition } from '@aws-sdk/client-ecs';
import { REPOSITORY } from '../../infra/build/paths.ts';
import { clusterNameOf, isClusterPattern } from '../../lambda/model/settings/cluster-selector.ts';
import type { EcsSource } from '../../lambda/model/settings/config.ts';
import type { Place } from '../infra/iam/evaluation/template-values.ts';
import type { DeployedStack } from './assembly.ts';
import type { DeployedFunction } from './deployed-function.ts';
import type { Firewall } from './network/firewall.ts';
import type { PlannedTask } from './planned-task.ts';
import type { Reading } from './readings.ts';

/** What a service that exists runs. */
export interface ExistingDefinition {
  readonly family: string;
  readonly containerDefinitions: readonly ContainerDefinition[];
}

/** What is known of an app. */
export interface Deployment {
  readonly stacks: readonly DeployedStack[];
  readonly functions: readonly DeployedFunction[];
  readonly readings: readonly Reading[];
  readonly firewall: Firewall;
  /** Those of its templates. */
  readonly tasks: readonly PlannedTask[];
}

/** How CloudWatch has what tells of which service a task is, where it takes samples over OTLP. */
const CLUSTER_ATTRIBUTE = '@resource.aws.ecs.cluster.name';
const SERVICE_ATTRIBUTE = '@resource.aws.ecs.service.name';

/** A service of a cluster of which nothing reads the metrics. */
const SOME_SERVICE = 'web';

/** The container that docs/deploy.md tells to add to a task definition. */
const [, OF_GUIDE = ''] =
  /```json\n(\{\n {2}"name": "fargauge-sidecar"[\s\S]*?)```/.exec(
    readFileSync(join(REPOSITORY, 'docs/deploy.md'), 'utf8'),
  ) ?? [];

/** What runs in clusters that exist, where nothing else is said: an application with the sidecar as the guide has it. */
export const USUAL: ExistingDefinition = {
  family: 'app',
  containerDefinitions: [
    { name: 'app', portMappings: [{ containerPort: 8080 }] },
    JSON.parse(OF_GUIDE) as ContainerDefinition,
  ],
};

/** The services of the clusters that no template makes: those whose metrics are read, else one, but for those of a template. */
export function existingTasks(
  definition: ExistingDefinition,
  { stacks, functions, readings, firewall, tasks }: Deployment,
): PlannedTask[] {
  const madeClusters = new Set(
    stacks.flatMap(({ values }) =>
      values.idsOf('AWS::ECS::Cluster').map((id) => values.nameOf(id)),
    ),
  );
  const collectors = functions.filter(({ handler }) => handler === 'handler');
  const clusters = collectors.flatMap(({ config: { discovery, jobs }, at, name }) => {
    const sources = [discovery, ...jobs.flatMap(({ taskDiscoveries }) => taskDiscoveries)].flatMap(
      (each) => each?.sources ?? [],
    );
    return sources.flatMap((source) => clustersOf(source, at, name));
  });
  return clusters
    .filter(({ clusterName }) => !madeClusters.has(clusterName))
    .flatMap(({ at, clusterName }) => {
      const ofTemplates = tasks
        .filter((task) => task.clusterName === clusterName)
        .map(({ serviceName }) => serviceName);
      const read = servicesRead(readings, clusterName);
      const others = read.filter((serviceName) => !ofTemplates.includes(serviceName));
      const services = read.length + ofTemplates.length === 0 ? [SOME_SERVICE] : others;
      const groups = firewall.existingIn(at.account);
      return services.map((serviceName) =>
        existingTask(definition, { at, clusterName, serviceName }, groups),
      );
    });
}

function clustersOf({ clusters, region, role }: EcsSource, at: Place, collector: string) {
  const [, account = at.account] = /^arn:[\w-]+:iam::(\d{12}):/.exec(role?.arn ?? '') ?? [];
  return clusters.map((cluster) => {
    if (isClusterPattern(cluster)) {
      throw new Error(`Nothing is known of which clusters ${cluster} of ${collector} selects`);
    }
    const place = { account, region: region ?? at.region };
    return { at: place, clusterName: clusterNameOf(cluster) };
  });
}

function servicesRead(readings: readonly Reading[], clusterName: string): string[] {
  const services = readings.flatMap((reading) => {
    if (reading.kind === 'metric' && reading.dimensions.ClusterName === clusterName) {
      return [reading.dimensions.ServiceName];
    }
    if (reading.kind !== 'series' || reading.equal[CLUSTER_ATTRIBUTE] !== clusterName) return [];
    return [reading.equal[SERVICE_ATTRIBUTE]];
  });
  return [...new Set(services.filter((each) => each !== undefined))];
}

/** A task of a service that exists. */
function existingTask(
  { family, containerDefinitions }: ExistingDefinition,
  { at, clusterName, serviceName }: Pick<PlannedTask, 'at' | 'clusterName' | 'serviceName'>,
  groups: readonly string[],
): PlannedTask {
  return {
    at,
    clusterName,
    serviceName,
    definition: {
      taskDefinitionArn: `arn:aws:ecs:${at.region}:${at.account}:task-definition/${family}:1`,
      family,
      revision: 1,
      networkMode: 'awsvpc',
      cpu: '512',
      memory: '1024',
      containerDefinitions: [...containerDefinitions],
    },
    party: { groups, address: undefined },
  };
}
