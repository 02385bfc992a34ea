import {
  type ContainerInstance,
  DescribeContainerInstancesCommand,
  type Task,
} from '@aws-sdk/client-ecs';
import type { ApiCalls } from '../../aws/api-calls.ts';
import { batchesOf } from '../../aws/batches.ts';
import type { AwsClients } from '../../aws/clients.ts';
import { EC2_BATCH, type Ec2Instance } from '../../aws/ec2-api.ts';
import { type Instance, nameIn } from './described-task.ts';

/**
 * "A list of up to 100 container instance IDs".
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeContainerInstances.html
 */
export const DESCRIBE_CONTAINER_INSTANCES_BATCH = 100;

/**
 * A custom attribute of a container instance with the address of its tasks. Only this attribute gives the address of an
 * EXTERNAL instance; on an EC2 instance it takes precedence.
 */
export const ADDRESS_ATTRIBUTE = 'fargauge.address';

/** Instances without tasks that stay in memory at most, as in the CloudWatch Agent. */
const MAX_KNOWN = 2000;

/** The container instances of a cluster and the EC2 instances that they are, each read once. */
export class Instances {
  readonly #clients: AwsClients;
  readonly #cluster: string;
  readonly #known = new Map<string, Instance>();
  /** Instances whose details are complete. */
  readonly #complete = new Set<string>();

  constructor(clients: AwsClients, cluster: string) {
    this.#clients = clients;
    this.#cluster = cluster;
  }

  /** Reads the instances of these tasks. The next refresh tries unreadable ones again. */
  async read(tasks: readonly Task[], calls: ApiCalls): Promise<void> {
    const inUse = new Set(
      tasks.flatMap(({ containerInstanceArn: arn }) => (arn === undefined ? [] : [arn])),
    );
    const unknown = [...inUse].filter((arn) => !this.#complete.has(arn));
    const registered = await this.#readContainerInstances(unknown, calls);
    const ids = registered.map(({ ec2InstanceId = '' }) => ec2InstanceId);
    const ec2 = await this.#readEc2(ids, calls);
    for (const { containerInstanceArn: arn = '', ec2InstanceId = '', attributes } of registered) {
      const instance = ec2.get(ec2InstanceId);
      const given = attributes?.find(({ name }) => name === ADDRESS_ATTRIBUTE)?.value;
      const address = given || instance?.privateIp || instance?.ipv6;
      this.#known.set(arn, { address, ec2: instance });
      const isOfEc2 = isEc2Instance(ec2InstanceId);
      if (address !== undefined && isOfEc2 === (instance !== undefined)) this.#complete.add(arn);
    }
    if (this.#known.size > MAX_KNOWN) this.#forgetAllBut(inUse);
  }

  /** The instance of a task: undefined for Fargate, and if it is unknown. */
  of({ containerInstanceArn: arn }: Task): Instance | undefined {
    return arn === undefined ? undefined : this.#known.get(arn);
  }

  #forgetAllBut(inUse: ReadonlySet<string>): void {
    for (const arn of this.#known.keys()) {
      if (inUse.has(arn)) continue;
      this.#known.delete(arn);
      this.#complete.delete(arn);
    }
  }

  async #readContainerInstances(arns: readonly string[], calls: ApiCalls) {
    const { ecs } = this.#clients;
    const cluster = this.#cluster;
    const answers = batchesOf(arns, DESCRIBE_CONTAINER_INSTANCES_BATCH).map(async (batch) => {
      const command = new DescribeContainerInstancesCommand({
        cluster,
        containerInstances: batch,
      });
      const answer = await calls.call(
        'DescribeContainerInstances',
        (options) => ecs.send(command, options),
        batch.map((arn) => `container instance ${nameIn(arn)}`),
      );
      return calls.entries<ContainerInstance>(
        'DescribeContainerInstances',
        'containerInstances',
        answer?.containerInstances,
      );
    });
    return (await Promise.all(answers)).flat() satisfies ContainerInstance[];
  }

  async #readEc2(
    ids: readonly string[],
    calls: ApiCalls,
  ): Promise<ReadonlyMap<string, Ec2Instance>> {
    const ofEc2 = [...new Set(ids)].filter(isEc2Instance);
    const answers = batchesOf(ofEc2, EC2_BATCH).map((batch) =>
      calls.call(
        'DescribeInstances',
        async (options) => {
          const ec2 = await this.#clients.ec2();
          return ec2.instances(batch, options);
        },
        batch,
      ),
    );
    const found = (await Promise.all(answers)).flatMap((instances) => instances ?? []);
    return new Map(found.map((instance) => [instance.id, instance]));
  }
}

/** Machines of ECS Anywhere have ids of AWS Systems Manager (`mi-…`), which the EC2 API does not know. */
function isEc2Instance(id: string): boolean {
  return id.startsWith('i-');
}
