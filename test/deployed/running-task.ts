import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { ContainerDefinition } from '@aws-sdk/client-ecs';
import type { Aws } from '../../cli/demo/aws/server.ts';
import {
  JOB_NAME_LABEL,
  SIDECAR_JOB,
  TASK_CPU_UTILIZATION,
} from '../../lambda/model/settings/names.ts';
import { serveMetrics } from '../cli/target.ts';
import { json, type MetadataStandIn, startMetadataStandIn } from '../sidecar/metadata-stand-in.ts';
import { sampleContainer, sampleEntry, sampleTask } from '../sidecar/sample-documents.ts';
import { type SidecarProcess, sidecarCommand, startSidecar } from '../sidecar/sidecar-process.ts';
import { exposition } from './application.ts';
import type { PlannedTask } from './planned-task.ts';

/** Where a task is. */
export interface TaskPlace {
  /** The address of its network interface, as ECS tells it. */
  readonly address: string;
  /** What stands for its loopback, which other tasks have too: where its containers listen. */
  readonly loopback: string;
}

export interface RunningTaskOptions {
  readonly aws: Aws;
  readonly place: TaskPlace;
  /** Tells the tasks of a test apart. */
  readonly id: string;
  /** Whether the collector may connect to a port of the task. */
  readonly admits: (port: number) => boolean;
  /** The bundle of the sidecar. */
  readonly sidecar: string;
}

/** A task that runs. */
export interface RunningTask extends AsyncDisposable {
  /** Lets a minute pass. Resolves when its sidecars have read the figures of their task once more, and know them. */
  measuredAgain(): Promise<void>;
}

/** Milliseconds between the two samples of a document. */
const SAMPLE_MS = 1_000;

const MINUTE_MS = 60_000;

/** Of one device, as with cgroup v1. */
const BLOCKS = ['Read', 'Write'].map((op) => ({ major: 259, minor: 0, op, value: 4096 }));

const LOOPBACK_URL = /\/\/(?:127\.\d+\.\d+\.\d+|localhost|\[::1\])(?=[:/])/g;

const TARGETS = 'FARGAUGE_TARGETS';

/**
 * Starts a task as its definition says it and registers it with ECS: the sidecar with the environment of its container, an
 * application at each port that a mapping or a target of the sidecar names. At the task's address are the mapped ports that
 * security groups let the collector reach, and no others.
 */
export async function startTask(
  task: PlannedTask,
  { aws, place, id, admits, sidecar: program }: RunningTaskOptions,
): Promise<RunningTask> {
  await using started = new AsyncDisposableStack();
  const { containerDefinitions = [] } = task.definition;
  const sidecars = containerDefinitions.filter(isSidecar);
  const applications = containerDefinitions.filter((container) => !isSidecar(container));
  const taskArn = register(task, aws, place, id);

  for (const port of applicationPorts(applications, sidecars)) {
    started.use(await serveMetrics(exposition, { host: place.loopback, port }));
  }
  const endpoint = started.use(await startMetadataStandIn());
  const clock = { aheadMs: 0 };
  serveDocuments(endpoint, task, taskArn, clock);
  for (const container of sidecars) {
    const environment = environmentOf(container);
    const sidecar = started.use(
      startSidecar(
        {
          // As where the container has none.
          ECS_METRICS_EXPORTER_PORT: '',
          ...environment,
          ...(environment[TARGETS] && {
            [TARGETS]: environment[TARGETS].replaceAll(LOOPBACK_URL, `//${place.loopback}`),
          }),
          ECS_METRICS_EXPORTER_HOST: place.loopback,
          ECS_CONTAINER_METADATA_URI_V4: endpoint.uri,
        },
        { command: sidecarCommand(program) },
      ),
    );
    await measured(sidecar, endpoint);
  }
  for (const [containerPort, hostPort] of mappedPorts(containerDefinitions)) {
    if (admits(hostPort)) started.use(await open(place, hostPort, containerPort));
  }
  const running = started.move();
  return {
    async measuredAgain() {
      // A minute that is over is delivered when there is a sample of the next one.
      clock.aheadMs += MINUTE_MS;
      // At the second request the first was answered.
      for (let reads = 0; sidecars.length > 0 && reads < 2; reads++) {
        await endpoint.requested('/task/stats');
      }
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

function isSidecar({ dockerLabels }: ContainerDefinition): boolean {
  return dockerLabels?.[JOB_NAME_LABEL] === SIDECAR_JOB;
}

function register(
  { at, clusterName, serviceName, definition }: PlannedTask,
  aws: Aws,
  { address }: TaskPlace,
  id: string,
): string {
  const { ecs } = aws.at(at.account, at.region);
  const { arn: clusterArn } = ecs.putCluster(clusterName);
  const taskArn = ecs.arnOf(`task/${clusterName}/${id}`);
  ecs.putTaskDefinition(definition);
  ecs.putService({
    serviceArn: ecs.arnOf(`service/${clusterName}/${serviceName}`),
    serviceName,
    clusterArn,
    status: 'ACTIVE',
  });
  ecs.putTask({
    taskArn,
    clusterArn,
    taskDefinitionArn: definition.taskDefinitionArn,
    group: `service:${serviceName}`,
    startedBy: 'ecs-svc/1',
    launchType: 'FARGATE',
    lastStatus: 'RUNNING',
    desiredStatus: 'RUNNING',
    attachments: [
      {
        type: 'ElasticNetworkInterface',
        details: [{ name: 'privateIPv4Address', value: address }],
      },
    ],
  });
  return taskArn;
}

/** What is mapped, and what the sidecar is to find on loopback. */
function applicationPorts(
  applications: readonly ContainerDefinition[],
  sidecars: readonly ContainerDefinition[],
): ReadonlySet<number> {
  const onLoopback = sidecars
    .flatMap((container) => environmentOf(container)[TARGETS]?.split(',') ?? [])
    .map((target) => Number(new URL(target.slice(target.indexOf('=') + 1)).port || 80));
  return new Set([...mappedPorts(applications).map(([port]) => port), ...onLoopback]);
}

function mappedPorts(containers: readonly ContainerDefinition[]) {
  return containers
    .flatMap(({ portMappings = [] }) => portMappings)
    .map(({ containerPort = 0, hostPort = containerPort }) => [containerPort, hostPort] as const);
}

function environmentOf({ name, environment = [], secrets = [] }: ContainerDefinition) {
  const [secret] = secrets;
  if (secret !== undefined) {
    throw new Error(`${name}: there is no secret to give to a container as ${secret.name}`);
  }
  const variables = environment.map(({ name: key = '', value = '' }) => [key, value] as const);
  return Object.fromEntries(variables) as Record<string, string>;
}

/** The documents of the task metadata endpoint, whose figures go on. */
function serveDocuments(
  endpoint: MetadataStandIn,
  { at, clusterName, serviceName, definition }: PlannedTask,
  taskArn: string,
  clock: { readonly aheadMs: number },
): void {
  const began = Date.now();
  const { family, cpu, memory, containerDefinitions = [] } = definition;
  const ids = containerDefinitions.map((_, index) => `${taskArn.split('/').at(-1)}-${index}`);
  const document = sampleTask({
    Cluster: `arn:aws:ecs:${at.region}:${at.account}:cluster/${clusterName}`,
    TaskARN: taskArn,
    Family: family,
    Revision: '1',
    ServiceName: serviceName,
    Limits: { CPU: Number(cpu) / 1024, Memory: Number(memory) },
    Containers: containerDefinitions.map(({ name = '' }, index) =>
      sampleContainer(ids[index] ?? '', name),
    ),
  });
  endpoint.answer('/task', json(document));
  endpoint.answer('/task/stats', (response) => {
    const now = Date.now() + clock.aheadMs;
    const read = new Date(now).toISOString();
    const preread = new Date(now - SAMPLE_MS).toISOString();
    const second = (now - began) / 1000;
    const blkio_stats = { io_service_bytes_recursive: BLOCKS, io_serviced_recursive: BLOCKS };
    const entry = sampleEntry(second, { read, preread, blkio_stats }, SAMPLE_MS / 1000);
    json(Object.fromEntries(ids.map((each) => [each, entry])))(response);
  });
}

/** Resolves when the sidecar knows the utilization of its task. */
async function measured(sidecar: SidecarProcess, endpoint: MetadataStandIn): Promise<void> {
  const url = await sidecar.url();
  for (;;) {
    const polled = endpoint.requested('/task/stats');
    const page = await fetch(`${url}/metrics`);
    if ((await page.text()).includes(`\n${TASK_CPU_UTILIZATION}`)) return;
    await polled;
  }
}

/** Opens a port at the address of a task: what connects there gets to the container. */
async function open(
  { address, loopback }: TaskPlace,
  hostPort: number,
  containerPort: number,
): Promise<AsyncDisposable> {
  const server = createServer((client) => {
    const container = connect(containerPort, loopback);
    client.pipe(container).pipe(client);
    client.on('error', () => container.destroy());
    container.on('error', () => client.destroy());
  });
  server.listen(hostPort, address);
  await once(server, 'listening');
  return {
    async [Symbol.asyncDispose]() {
      server.close();
      await once(server, 'close');
    },
  };
}
