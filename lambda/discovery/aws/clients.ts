import { ECSClient } from '@aws-sdk/client-ecs';
import type { EcsSource } from '../../model/settings/config.ts';
import type { AccessKey } from '../../model/settings/credentials.ts';
import { assumedRole } from './assumed-role.ts';
import { type DiscoveryClientOptions, discoveryClientSettings } from './client.ts';
import type { Ec2Api } from './ec2-api.ts';

/** The used part of the SDK's client. */
export type EcsSender = Pick<ECSClient, 'send'>;

/** The APIs of one account in one Region. */
export interface AwsClients {
  readonly ecs: EcsSender;
  /** Made when it is first needed, which few clusters do. */
  ec2(): Promise<Ec2Api>;
}

/** Makes the clients for an account and a Region. */
export type AwsClientsOf = (source: Omit<EcsSource, 'clusters'>) => AwsClients;

/** Loads the EC2 API late: its client is larger than all others together. */
export type Ec2Loader = () => Promise<(options: DiscoveryClientOptions) => Ec2Api>;

/**
 * The real clients. `options.region` is that of the collector; a source may name another Region, and a role that
 * replaces the collector's credentials.
 */
export function awsClients(options: DiscoveryClientOptions, loadEc2: Ec2Loader): AwsClientsOf {
  return ({ region, role, endpoint, accessKey, profile }) => {
    const base: DiscoveryClientOptions = { ...options, ...identityOf(accessKey, profile) };
    const ofSource: DiscoveryClientOptions = {
      ...base,
      region: region ?? options.region,
      ...(role && { credentials: assumedRole(role, base) }),
    };
    let ec2: Promise<Ec2Api> | undefined;
    return {
      ecs: new ECSClient(
        discoveryClientSettings({ ...ofSource, endpoint: endpoint ?? options.endpoint }),
      ),
      ec2: () => {
        ec2 ??= loadEc2().then((ec2Client) => ec2Client(ofSource));
        return ec2;
      },
    };
  };
}

function identityOf(
  accessKey: AccessKey | undefined,
  profile: string | undefined,
): DiscoveryClientOptions {
  if (accessKey !== undefined) {
    const { id, secret } = accessKey;
    return { credentials: { accessKeyId: id, secretAccessKey: secret.reveal() } };
  }
  return profile === undefined ? {} : { profile };
}
