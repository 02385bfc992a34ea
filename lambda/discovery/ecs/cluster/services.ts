import {
  DescribeServicesCommand,
  ListServicesCommand,
  type Service,
  type Task,
} from '@aws-sdk/client-ecs';
import type { ApiCalls } from '../../aws/api-calls.ts';
import { batchesOf } from '../../aws/batches.ts';
import type { EcsSender } from '../../aws/clients.ts';
import { readPages } from '../../aws/pages.ts';
import { nameIn } from './described-task.ts';

/**
 * The largest page of ListServices, whose default is 10.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListServices.html
 */
export const LIST_SERVICES_PAGE = 100;

/**
 * "You may specify up to 10 services".
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServices.html
 */
export const DESCRIBE_SERVICES_BATCH = 10;

/** The group that ECS gives to the tasks of a service, by any kind of deployment, and to those of a Managed Daemon. */
const SERVICE_GROUP = /^(?:service|daemon):(.+)$/;

/** Id of a deployment or a task set, as `startedBy` of its tasks has it. */
const STARTED_BY_SERVICE = /^ecs-svc\//;

/** The services of a cluster: the service of each task, and details of it. */
export class Services {
  readonly #ecs: EcsSender;
  readonly #cluster: string;
  #described = new Map<string, Service>();
  /** Name of the service by the id of its deployment or task set, in whatever state that is. */
  #nameByDeployment = new Map<string, string>();

  constructor(ecs: EcsSender, cluster: string) {
    this.#ecs = ecs;
    this.#cluster = cluster;
  }

  /** Reads the services if some task does not name its service itself, or `always`. Unreadable parts keep their last state. */
  async read(tasks: readonly Task[], always: boolean, calls: ApiCalls): Promise<void> {
    const isNeeded = tasks.some((task) => mayHaveService(task) && this.nameOf(task) === undefined);
    if (!always && !isNeeded) return;
    const { arns, complete } = await this.#list(calls);
    const answers = batchesOf(arns, DESCRIBE_SERVICES_BATCH).map((batch) =>
      this.#describe(batch, calls),
    );
    const answered = await Promise.all(answers);
    if (complete && !answered.includes(undefined)) {
      this.#described.clear();
      this.#nameByDeployment.clear();
    }
    for (const service of answered.flatMap((services) => services ?? [])) this.#add(service);
  }

  /** The name of the task's service or Managed Daemon. */
  nameOf({ group, startedBy = '' }: Task): string | undefined {
    return SERVICE_GROUP.exec(group ?? '')?.[1] ?? this.#nameByDeployment.get(startedBy);
  }

  /** Details of a service. */
  get(name: string): Service | undefined {
    return this.#described.get(name);
  }

  #add({ serviceName: name, serviceArn, status, tags, deployments = [], taskSets = [] }: Service) {
    if (name === undefined) return;
    this.#described.set(name, { serviceArn, status, tags });
    for (const { id } of [...deployments, ...taskSets]) {
      if (id !== undefined) this.#nameByDeployment.set(id, name);
    }
  }

  async #list(calls: ApiCalls) {
    const cluster = this.#cluster;
    const arns: string[] = [];
    const complete = await readPages(
      'ListServices',
      calls,
      (nextToken) => {
        const input = { cluster, maxResults: LIST_SERVICES_PAGE, nextToken };
        const command = new ListServicesCommand(input);
        return calls.call('ListServices', (options) => this.#ecs.send(command, options));
      },
      (page) =>
        arns.push(...calls.entries<string>('ListServices', 'serviceArns', page.serviceArns)),
    );
    return { arns, complete };
  }

  async #describe(services: string[], calls: ApiCalls): Promise<readonly Service[] | undefined> {
    const command = new DescribeServicesCommand({
      cluster: this.#cluster,
      services,
      include: ['TAGS'],
    });
    const answer = await calls.call(
      'DescribeServices',
      (options) => this.#ecs.send(command, options),
      services.map((arn) => `service ${nameIn(arn)}`),
    );
    return answer && calls.entries<Service>('DescribeServices', 'services', answer.services);
  }
}

/** A task outside of any service is in a group of its own, or in that of its family. */
function mayHaveService({ group, startedBy }: Task): boolean {
  if (startedBy === undefined || startedBy === '') return false;
  return group === undefined || STARTED_BY_SERVICE.test(startedBy);
}
