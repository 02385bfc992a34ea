import {
  CreateClusterCommand,
  CreateServiceCommand,
  type ECSClient,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  type Task,
} from '@aws-sdk/client-ecs';
import {
  JOB_NAME_LABEL,
  PORT_LABEL,
  SIDECAR_JOB,
  SIDECAR_PORT,
} from '../../../../lambda/model/settings/names.ts';
import type { Aws } from './aws.ts';

/** A task that the ECS API knows, and the loopback address that it has there. */
export interface RegisteredTask {
  readonly id: string;
  readonly service: string;
  readonly address: string;
}

/** An ECS cluster whose services and tasks were made through the ECS API. */
export class Cluster {
  readonly name: string;
  readonly #aws: Aws;

  private constructor(aws: Aws, name: string) {
    this.#aws = aws;
    this.name = name;
  }

  static async create(aws: Aws, name: string): Promise<Cluster> {
    await aws.ecs.send(new CreateClusterCommand({ clusterName: name }));
    return new Cluster(aws, name);
  }

  /** A Fargate service of the given number of tasks, each an application container and a sidecar. */
  async addService(service: string, count: number): Promise<RegisteredTask[]> {
    const { subnet, securityGroup } = await this.#aws.network();
    const networkConfiguration = {
      awsvpcConfiguration: { subnets: [subnet], securityGroups: [securityGroup] },
    };
    await registerTaskDefinition(this.#aws.ecs, service);
    await this.#aws.ecs.send(
      new CreateServiceCommand({
        cluster: this.name,
        serviceName: service,
        taskDefinition: service,
        desiredCount: count,
        launchType: 'FARGATE',
        networkConfiguration,
      }),
    );
    // moto keeps a service but starts no tasks for it; the group is what ties a task to its service.
    const { tasks = [] } = await this.#aws.ecs.send(
      new RunTaskCommand({
        cluster: this.name,
        taskDefinition: service,
        group: `service:${service}`,
        count,
        launchType: 'FARGATE',
        networkConfiguration,
      }),
    );
    return tasks.map((task) => ({
      id: task.taskArn?.split('/').at(-1) ?? '',
      service,
      address: addressOf(task),
    }));
  }
}

function registerTaskDefinition(ecs: ECSClient, family: string) {
  return ecs.send(
    new RegisterTaskDefinitionCommand({
      family,
      networkMode: 'awsvpc',
      requiresCompatibilities: ['FARGATE'],
      cpu: '512',
      memory: '1024',
      containerDefinitions: [
        { name: 'app', image: `shop/${family}:1`, memory: 960 },
        {
          name: 'fargauge',
          image: 'fargauge-sidecar:1',
          memory: 64,
          portMappings: [{ containerPort: SIDECAR_PORT, hostPort: SIDECAR_PORT }],
          dockerLabels: { [PORT_LABEL]: String(SIDECAR_PORT), [JOB_NAME_LABEL]: SIDECAR_JOB },
        },
      ],
    }),
  );
}

function addressOf(task: Task): string {
  const details = (task.attachments ?? []).flatMap((attachment) => attachment.details ?? []);
  const address = details.find(({ name }) => name === 'privateIPv4Address')?.value;
  if (address === undefined) throw new Error(`moto gave ${task.taskArn} no private address`);
  return address;
}
