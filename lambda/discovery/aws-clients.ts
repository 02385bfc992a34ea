import { ECSClient } from '@aws-sdk/client-ecs';
import type { EcsSource } from '../model/config.ts';
import { assumedRole } from './assumed-role.ts';
import { type ClientOptions, clientSettings } from './client-settings.ts';
import type { Ec2Api } from './ec2-api.ts';

/** The part of the SDK's client that is used. */
export type EcsSender = Pick<ECSClient, 'send'>;

/** The APIs of one account in one Region. */
export interface AwsClients {
  readonly ecs: EcsSender;
  /** Loaded and made when it is first called: few clusters need it, and it is larger than all other clients together. */
  ec2(): Promise<Ec2Api>;
}

/** Makes the clients for an account and a Region. */
export type AwsClientsOf = (source: Pick<EcsSource, 'region' | 'role'>) => AwsClients;

/**
 * The real clients. `options.region` is that of the collector; a source may have another one, and a role whose
 * credentials are used instead of those of the collector.
 */
export function awsClients(options: ClientOptions = {}): AwsClientsOf {
  return ({ region, role }) => {
    const ofSource: ClientOptions = {
      ...options,
      region: region ?? options.region,
      ...(role && { credentials: assumedRole(role, options) }),
    };
    let ec2: Promise<Ec2Api> | undefined;
    return {
      ecs: new ECSClient(clientSettings(ofSource)),
      ec2: () => {
        ec2 ??= import('./ec2-client.ts').then(({ ec2Client }) => ec2Client(ofSource));
        return ec2;
      },
    };
  };
}
