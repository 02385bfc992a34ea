import type { Tag } from '@aws-sdk/client-ecs';
import type { CallOptions } from './api-calls.ts';

/** The part of an EC2 instance that discovery reads. */
export interface Ec2Instance {
  readonly id: string;
  readonly type?: string | undefined;
  readonly vpcId?: string | undefined;
  readonly subnetId?: string | undefined;
  readonly privateIp?: string | undefined;
  readonly publicIp?: string | undefined;
  readonly ipv6?: string | undefined;
  readonly tags: readonly Tag[];
}

/** The EC2 API for discovery. Both operations omit resources that do not exist, and reject as the SDK does. */
export interface Ec2Api {
  /** @param ids up to `EC2_BATCH` */
  instances(ids: readonly string[], options: CallOptions): Promise<readonly Ec2Instance[]>;
  /**
   * The public IPv4 address of each of these network interfaces that has one.
   * @param ids up to `EC2_BATCH`
   */
  publicIps(ids: readonly string[], options: CallOptions): Promise<ReadonlyMap<string, string>>;
}

/**
 * The values that the filters of one request may have: "The maximum number of filter values is 200".
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html (FilterLimitExceeded)
 */
export const EC2_BATCH = 200;
