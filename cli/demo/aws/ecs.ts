import type {
  DescribeClustersRequest,
  DescribeClustersResponse,
  DescribeContainerInstancesRequest,
  DescribeContainerInstancesResponse,
  DescribeServicesRequest,
  DescribeServicesResponse,
  DescribeTaskDefinitionRequest,
  DescribeTaskDefinitionResponse,
  DescribeTasksRequest,
  DescribeTasksResponse,
  Failure,
  ListClustersRequest,
  ListClustersResponse,
  ListServicesRequest,
  ListServicesResponse,
  ListTasksRequest,
  ListTasksResponse,
  Tag,
  Task,
  TaskDefinition,
} from '@aws-sdk/client-ecs';
import { type ClusterEntry, type EcsRegistry, lastOf } from './ecs-registry.ts';
import { JSON_ERRORS, operation, type Service } from './protocol/operation.ts';
import type { PagedMap } from './protocol/page.ts';
import { AwsError } from './protocol/protocol.ts';

/** Largest page of ListTasks, ListServices and ListClusters, and the default of ListTasks and ListClusters. */
export const MAX_RESULTS = 100;
/** Default page of ListServices. */
export const DEFAULT_SERVICES = 10;
/** Most tasks, clusters or container instances of one describe call. */
export const MAX_DESCRIBED = 100;
/** Most services of one DescribeServices. */
export const MAX_DESCRIBED_SERVICES = 10;

/** The read operations of Amazon ECS that discovery needs, over a registry. */
export function ecsService(registry: EcsRegistry): Service {
  const inCluster = <Input extends { cluster?: string | undefined }, Output extends object>(
    run: (cluster: ClusterEntry, input: Input) => Output,
  ) => operation((input: Input) => run(clusterOf(registry, input.cluster), input));
  return {
    target: 'AmazonEC2ContainerServiceV20141113',
    iamPrefix: 'ecs',
    ...JSON_ERRORS,
    operations: new Map([
      ['ListClusters', operation((input: ListClustersRequest) => listClusters(registry, input))],
      [
        'DescribeClusters',
        operation((input: DescribeClustersRequest) => describeClusters(registry, input)),
      ],
      [
        'DescribeTaskDefinition',
        operation((input: DescribeTaskDefinitionRequest) =>
          describeTaskDefinition(registry, input),
        ),
      ],
      ['ListTasks', inCluster(listTasks)],
      ['DescribeTasks', inCluster(describeTasks)],
      ['ListServices', inCluster(listServices)],
      ['DescribeServices', inCluster(describeServices)],
      ['DescribeContainerInstances', inCluster(describeContainerInstances)],
    ]),
  };
}

function listClusters(registry: EcsRegistry, input: ListClustersRequest): ListClustersResponse {
  const { page, nextToken } = pageOf(registry.clusters, input, MAX_RESULTS, () => true);
  return { clusterArns: page.map(({ arn }) => arn), nextToken };
}

function describeClusters(
  registry: EcsRegistry,
  { clusters = ['default'], include = [] }: DescribeClustersRequest,
): DescribeClustersResponse {
  checkCount(clusters, 'clusters', MAX_DESCRIBED);
  const { found, failures } = describe(
    clusters,
    (name) => registry.clusters.get(lastOf(name)),
    (name) => registry.arnOf(`cluster/${lastOf(name)}`),
  );
  return {
    clusters: found.map(({ arn, name, tags, tasks, services, containerInstances }) => ({
      clusterArn: arn,
      clusterName: name,
      status: 'ACTIVE',
      ...(include.includes('TAGS') && { tags: [...tags] }),
      registeredContainerInstancesCount: containerInstances.values().length,
      runningTasksCount: tasks.values().filter(({ lastStatus }) => lastStatus === 'RUNNING').length,
      pendingTasksCount: tasks.values().filter(({ lastStatus }) => lastStatus === 'PENDING').length,
      activeServicesCount: services.values().length,
    })),
    failures,
  };
}

function describeTaskDefinition(
  registry: EcsRegistry,
  { taskDefinition, include = [] }: DescribeTaskDefinitionRequest,
): DescribeTaskDefinitionResponse {
  const wanted = lastOf(taskDefinition);
  const definition = registry.taskDefinitions
    .values()
    .filter((candidate) => candidate.status !== 'INACTIVE' || wanted.includes(':'))
    .filter((candidate) => isDefinition(candidate, wanted))
    .sort((a, b) => (a.revision ?? 0) - (b.revision ?? 0))
    .at(-1);
  if (definition === undefined) {
    throw new AwsError('ClientException', 'Unable to describe task definition.');
  }
  return { taskDefinition: definition, ...(include.includes('TAGS') ? { tags: [] } : {}) };
}

/** `family:revision` names one revision, `family` its latest. */
function isDefinition({ taskDefinitionArn }: TaskDefinition, wanted: string): boolean {
  const name = lastOf(taskDefinitionArn);
  return name === wanted || (!wanted.includes(':') && familyOf(taskDefinitionArn) === wanted);
}

function listTasks(cluster: ClusterEntry, input: ListTasksRequest): ListTasksResponse {
  const { serviceName, desiredStatus = 'RUNNING' } = input;
  const service = serviceName === undefined ? undefined : lastOf(serviceName);
  if (
    service !== undefined &&
    !cluster.services.values().some(({ serviceArn }) => lastOf(serviceArn) === service)
  ) {
    throw new AwsError('ServiceNotFoundException', 'Service not found.');
  }
  const keep = (task: Task) =>
    (task.desiredStatus ?? 'RUNNING') === desiredStatus &&
    (service === undefined || task.group === `service:${service}`) &&
    (input.family === undefined || familyOf(task.taskDefinitionArn) === input.family) &&
    (input.startedBy === undefined || task.startedBy === input.startedBy) &&
    (input.launchType === undefined || task.launchType === input.launchType) &&
    (input.containerInstance === undefined ||
      lastOf(task.containerInstanceArn) === lastOf(input.containerInstance));
  const { page, nextToken } = pageOf(cluster.tasks, input, MAX_RESULTS, keep);
  return { taskArns: page.map(({ taskArn }) => taskArn ?? ''), nextToken };
}

function describeTasks(
  cluster: ClusterEntry,
  { tasks, include = [] }: DescribeTasksRequest,
): DescribeTasksResponse {
  const wanted = checkCount(tasks, 'tasks', MAX_DESCRIBED);
  const { found, failures } = describe(
    wanted,
    byLast(cluster.tasks, ({ taskArn }) => taskArn),
    (id) => resourceArn(cluster, 'task', id),
  );
  return { tasks: found.map((task) => withTags(task, include.includes('TAGS'))), failures };
}

function listServices(cluster: ClusterEntry, input: ListServicesRequest): ListServicesResponse {
  const keep = ({ launchType }: { launchType?: string | undefined }) =>
    input.launchType === undefined || launchType === input.launchType;
  const { page, nextToken } = pageOf(cluster.services, input, DEFAULT_SERVICES, keep);
  return { serviceArns: page.map(({ serviceArn }) => serviceArn ?? ''), nextToken };
}

function describeServices(
  cluster: ClusterEntry,
  { services, include = [] }: DescribeServicesRequest,
): DescribeServicesResponse {
  const wanted = checkCount(services, 'services', MAX_DESCRIBED_SERVICES);
  const { found, failures } = describe(
    wanted,
    byLast(cluster.services, ({ serviceArn }) => serviceArn),
    (name) => resourceArn(cluster, 'service', name),
  );
  return {
    services: found.map((service) => withTags(service, include.includes('TAGS'))),
    failures,
  };
}

function describeContainerInstances(
  cluster: ClusterEntry,
  { containerInstances, include = [] }: DescribeContainerInstancesRequest,
): DescribeContainerInstancesResponse {
  const wanted = checkCount(containerInstances, 'containerInstances', MAX_DESCRIBED);
  const { found, failures } = describe(
    wanted,
    byLast(cluster.containerInstances, ({ containerInstanceArn }) => containerInstanceArn),
    (id) => resourceArn(cluster, 'container-instance', id),
  );
  return {
    containerInstances: found.map((instance) => withTags(instance, include.includes('TAGS'))),
    failures,
  };
}

function clusterOf(registry: EcsRegistry, nameOrArn: string | undefined): ClusterEntry {
  const cluster = registry.clusters.get(lastOf(nameOrArn));
  if (cluster === undefined) throw new AwsError('ClusterNotFoundException', 'Cluster not found.');
  return cluster;
}

function pageOf<Entry>(
  entries: PagedMap<Entry>,
  input: { maxResults?: number | undefined; nextToken?: string | undefined },
  defaultResults: number,
  keep: (entry: Entry) => boolean,
) {
  const limit = input.maxResults ?? defaultResults;
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_RESULTS) {
    throw new AwsError(
      'InvalidParameterException',
      `maxResults must be between 1 and ${MAX_RESULTS}.`,
    );
  }
  const page = entries.page(limit, input.nextToken, keep);
  if (page === undefined) throw new AwsError('InvalidParameterException', 'Invalid token.');
  return page;
}

function checkCount(values: readonly string[] | undefined, name: string, most: number) {
  if (!Array.isArray(values) || values.length === 0) {
    throw new AwsError('InvalidParameterException', `${name} cannot be empty.`);
  }
  if (values.length > most) {
    throw new AwsError('InvalidParameterException', `${name} cannot have more than ${most} items.`);
  }
  return values as readonly string[];
}

/** The entries that a describe call found, and a failure with reason MISSING for each of the others. */
function describe<Entry>(
  wanted: readonly string[],
  find: (id: string) => Entry | undefined,
  arnOf: (id: string) => string,
): { found: Entry[]; failures: Failure[] } {
  const found: Entry[] = [];
  const failures: Failure[] = [];
  for (const id of wanted) {
    const entry = find(id);
    if (entry === undefined) failures.push({ arn: arnOf(id), reason: 'MISSING' });
    else found.push(entry);
  }
  return { found, failures };
}

/** Finds by ARN, or by the last part of it. */
function byLast<Entry>(
  entries: PagedMap<Entry>,
  arnOf: (entry: Entry) => string | undefined,
): (id: string) => Entry | undefined {
  return (id) =>
    entries.get(id) ??
    (id.includes('/') ? undefined : entries.values().find((entry) => lastOf(arnOf(entry)) === id));
}

function resourceArn(cluster: ClusterEntry, type: string, id: string): string {
  if (id.startsWith('arn:')) return id;
  return `${cluster.arn.replace(/:cluster\/.*$/, `:${type}`)}/${cluster.name}/${id}`;
}

function withTags<Entry extends { tags?: Tag[] | undefined }>(entry: Entry, tags: boolean): Entry {
  return tags ? { tags: [], ...entry } : { ...entry, tags: undefined };
}

function familyOf(taskDefinitionArn: string | undefined): string | undefined {
  return lastOf(taskDefinitionArn).split(':')[0];
}
