import type { Task } from '@aws-sdk/client-ecs';
import type { ApiCalls } from '../../aws/api-calls.ts';
import { batchesOf } from '../../aws/batches.ts';
import type { AwsClients } from '../../aws/clients.ts';
import { EC2_BATCH } from '../../aws/ec2-api.ts';
import { interfaceDetail } from './network.ts';

/** The public addresses of the network interfaces of awsvpc tasks, each looked up once. */
export class PublicIps {
  readonly #clients: AwsClients;
  /** The address is empty for an interface without one. */
  #known = new Map<string, string>();

  constructor(clients: AwsClients) {
    this.#clients = clients;
  }

  /** Reads the addresses of all running tasks of the cluster, and forgets the others. */
  async read(tasks: readonly Task[], calls: ApiCalls): Promise<void> {
    const ids = tasks.flatMap((task) => interfaceDetail(task, 'networkInterfaceId') ?? []);
    const unknown = ids.filter((id) => !this.#known.has(id));
    const answers = batchesOf(unknown, EC2_BATCH).map(async (batch) => {
      const found = await calls.call(
        'DescribeNetworkInterfaces',
        async (options) => {
          const ec2 = await this.#clients.ec2();
          return ec2.publicIps(batch, options);
        },
        batch,
      );
      return found && batch.map((id) => [id, found.get(id) ?? ''] as const);
    });
    const read = new Map((await Promise.all(answers)).flatMap((entries) => entries ?? []));
    this.#known = new Map(
      ids.flatMap((id) => {
        const address = this.#known.get(id) ?? read.get(id);
        return address === undefined ? [] : [[id, address]];
      }),
    );
  }

  of(task: Task): string | undefined {
    return this.#known.get(interfaceDetail(task, 'networkInterfaceId') ?? '');
  }
}
