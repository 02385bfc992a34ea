import type { Instance, NetworkInterface } from '@aws-sdk/client-ec2';
import { PagedMap } from './protocol/page.ts';

/** The account's resources at the start. Each needs its id; the rest is as in the EC2 API. */
export interface Ec2Resources {
  readonly instances?: readonly Instance[];
  readonly networkInterfaces?: readonly NetworkInterface[];
}

/** The EC2 resources of one account and Region, which can change at any time. */
export class Ec2Registry {
  readonly instances = new PagedMap<Instance>();
  readonly networkInterfaces = new PagedMap<NetworkInterface>();

  constructor({ instances = [], networkInterfaces = [] }: Ec2Resources) {
    for (const instance of instances) this.putInstance(instance);
    for (const entry of networkInterfaces) this.putNetworkInterface(entry);
  }

  putInstance(instance: Instance): void {
    this.instances.put(required(instance.InstanceId, 'InstanceId'), instance);
  }

  removeInstance(id: string): boolean {
    return this.instances.remove(id);
  }

  putNetworkInterface(entry: NetworkInterface): void {
    this.networkInterfaces.put(required(entry.NetworkInterfaceId, 'NetworkInterfaceId'), entry);
  }

  removeNetworkInterface(id: string): boolean {
    return this.networkInterfaces.remove(id);
  }
}

function required(value: string | undefined, key: string): string {
  if (value) return value;
  throw new TypeError(`Expected \`${key}\` to be an id, got \`${value}\` (${typeof value})`);
}
