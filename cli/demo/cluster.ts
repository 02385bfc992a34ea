import type { Task, TaskDefinition } from '@aws-sdk/client-ecs';
import { PORT_LABEL, SIDECAR_JOB } from '../../lambda/model/settings/names.ts';
import type { EcsRegistry } from './aws/ecs-registry.ts';
import type { TaskAddress } from './task/addresses.ts';
import {
  APP_CONTAINER,
  type Placement,
  SIDECAR_CONTAINER,
  TASK_CPU,
  TASK_MEMORY,
  type TaskPlan,
} from './task/simulated.ts';

/** Name of the demo's cluster. */
export const CLUSTER = 'demo';

/** Two services: a web service of two tasks, one of them instrumented, and a worker that uses its whole CPU. */
export const PLANS: readonly TaskPlan[] = [
  plan('a1', 'web', 1, 0),
  plan('b2', 'web', 2, 0.4, true),
  plan('c3', 'worker', 1, 1),
];

/** Enters a task and its definition into ECS, as `cdk deploy` and the ECS scheduler would. */
export function register(ecs: EcsRegistry, task: TaskPlan, address: TaskAddress): Placement {
  const clusterArn = ecs.putCluster(CLUSTER).arn;
  const taskArn = ecs.arnOf(`task/${CLUSTER}/${task.taskId}`);
  const definition = definitionOf(ecs, task, address);
  ecs.putTaskDefinition(definition);
  ecs.putTask({
    taskArn,
    clusterArn,
    taskDefinitionArn: definition.taskDefinitionArn,
    group: `service:${task.service}`,
    startedBy: `ecs-svc/${task.service}`,
    launchType: 'FARGATE',
    lastStatus: 'RUNNING',
    desiredStatus: 'RUNNING',
    availabilityZone: 'local',
    attachments: [
      {
        id: `eni-attach-${task.taskId}`,
        type: 'ElasticNetworkInterface',
        status: 'ATTACHED',
        details: [
          { name: 'networkInterfaceId', value: `eni-${task.taskId}` },
          { name: 'privateIPv4Address', value: address.host },
        ],
      },
    ],
  } satisfies Task);
  return { clusterArn, taskArn };
}

/** A revision for each task: if all share one address, their ports differ. */
function definitionOf(ecs: EcsRegistry, task: TaskPlan, address: TaskAddress): TaskDefinition {
  const { family, revision, instrumented } = task;
  return {
    taskDefinitionArn: ecs.arnOf(`task-definition/${family}:${revision}`),
    family,
    revision,
    networkMode: 'awsvpc',
    cpu: String(TASK_CPU * 1024),
    memory: String(TASK_MEMORY),
    containerDefinitions: [
      {
        name: APP_CONTAINER,
        portMappings: [{ containerPort: address.appPort, hostPort: address.appPort }],
        ...(instrumented
          ? { dockerLabels: { [PORT_LABEL]: String(address.appPort), job: 'app' } }
          : {}),
      },
      {
        name: SIDECAR_CONTAINER,
        portMappings: [{ containerPort: address.sidecarPort, hostPort: address.sidecarPort }],
        dockerLabels: { [PORT_LABEL]: String(address.sidecarPort), job: SIDECAR_JOB },
      },
    ],
  };
}

function plan(
  id: string,
  service: string,
  revision: number,
  share: number,
  instrumented = false,
): TaskPlan {
  return { taskId: id.repeat(16), service, family: service, revision, share, instrumented };
}
