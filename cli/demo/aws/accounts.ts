import { ec2Service } from './ec2.ts';
import { Ec2Registry, type Ec2Resources } from './ec2-registry.ts';
import { ecsService } from './ecs.ts';
import { EcsRegistry, type EcsResources } from './ecs-registry.ts';
import type { Service } from './protocol/operation.ts';
import { RequestBuckets } from './request-buckets.ts';

/** The resources of one account in one Region. */
export interface AccountRegion {
  readonly ecs: EcsRegistry;
  readonly ec2: Ec2Registry;
  readonly buckets: RequestBuckets;
  readonly services: readonly Service[];
}

/** The accounts of the stand-in, by Region; each is made when it is first needed. */
export class Accounts {
  readonly #regions = new Map<string, AccountRegion>();
  readonly #clock: () => number;

  /** @param clock milliseconds since the epoch */
  constructor(clock: () => number) {
    this.#clock = clock;
  }

  at(
    account: string,
    region: string,
    initial: { readonly ecs?: EcsResources; readonly ec2?: Ec2Resources } = {},
  ): AccountRegion {
    const key = `${account} ${region}`;
    const known = this.#regions.get(key);
    if (known !== undefined) return known;
    const ecs = new EcsRegistry(`arn:aws:ecs:${region}:${account}`, initial.ecs ?? {});
    const ec2 = new Ec2Registry(initial.ec2 ?? {});
    const made = {
      ecs,
      ec2,
      buckets: new RequestBuckets(this.#clock),
      services: [ecsService(ecs), ec2Service(ec2)],
    };
    this.#regions.set(key, made);
    return made;
  }
}
