import * as z from 'zod';
import type { RelabelRule } from '../../model/samples/relabel.ts';
import type { TaskDiscovery } from '../../model/settings/config.ts';
import type { Secret } from '../../model/settings/secret.ts';
import { blankableText, limit, notYet } from '../findings/keys.ts';
import { withoutEffect } from '../findings/without-effect.ts';
import { endpoint } from '../values/address.ts';
import { clusterSelector } from '../values/cluster-selector.ts';
import { prometheusDuration } from '../values/duration.ts';
import { externalId, regionProblem, roleArn, toSources } from '../values/ecs-sources.ts';
import { mappedLookups, namedLookups } from './meta-lookups.ts';

/**
 * Tasks of ECS as targets, one target for each task, as Prometheus finds them since 3.8:
 * https://prometheus.io/docs/prometheus/latest/configuration/configuration/#aws_sd_config
 */

const ROLE = 'the role "ecs" (ec2, elasticache, lightsail, msk and rds are not supported)';
const PORT = 'a port from 1 to 65535';

/** Default of Prometheus. */
const DEFAULT_PORT = 80;
const DEFAULT_REFRESH = '1m';

/** Every cluster, as an empty list of clusters means. */
const ALL = '*';

export const AWS_SD_WITHOUT_EFFECT = {
  filters: 'the role ecs does not use it',
  follow_redirects: null,
  enable_http2: null,
} as const;

/** Schema of an entry of `aws_sd_configs`. */
export const awsSdConfig = z
  .strictObject({
    role: z.literal('ecs', ROLE).describe('Role of the discovery: ecs finds the tasks of ECS.'),
    region: blankableText.optional().describe('Region of the clusters; else that of their ARNs.'),
    endpoint: endpoint.optional().describe('URL of the ECS API; else that of the Region.'),
    access_key: blankableText.optional().describe('Key of an IAM user, with secret_key.'),
    secret_key: blankableText
      .optional()
      .describe('Secret of the access key, or aws:secretsmanager:ARN, or aws:ssm:NAME.'),
    profile: blankableText.optional().describe("Profile of the AWS SDK's files."),
    role_arn: roleArn.optional().describe('Role to assume for reading the clusters.'),
    external_id: externalId
      .optional()
      .describe('External id, if the trust policy of the role requires one.'),
    clusters: z
      .array(clusterSelector)
      .default([])
      .describe('Names, ARNs, or patterns such as "prod-*"; none means all of the Region.'),
    port: z
      .int(PORT)
      .min(0, PORT)
      .max(65_535, PORT)
      .default(DEFAULT_PORT)
      .describe('Port of every task.'),
    refresh_interval: prometheusDuration
      .prefault(DEFAULT_REFRESH)
      .describe('Time for which the list of tasks is reused, such as "1m30s".'),
    ...withoutEffect(AWS_SD_WITHOUT_EFFECT),
    ...notYet('Prometheus', [
      ...(['basic_auth', 'authorization', 'oauth2', 'tls_config', 'http_headers'] as const),
      ...(['proxy_url', 'no_proxy', 'proxy_from_environment', 'proxy_connect_header'] as const),
      ...(['bearer_token', 'bearer_token_file'] as const),
    ]),
    // Fargauge limits the calls of all entries together to the request rates of their account.
    request_concurrency: limit.optional(),
  })
  .superRefine((entry, context) => {
    const { clusters, region } = entry;
    for (const [index, cluster] of clusters.entries()) {
      const message = regionProblem(cluster, region);
      if (message === undefined) continue;
      context.addIssue({ code: 'custom', path: ['clusters', index], message, input: cluster });
    }
    for (const [key, other] of TOGETHER) {
      if (entry[key] === undefined || entry[other] !== undefined) continue;
      const message = `${other} beside this key`;
      context.addIssue({
        code: 'custom',
        path: [key],
        message,
        params: { given: 'this key alone' },
      });
    }
  });

/** Keys that need another key. */
const TOGETHER = [
  ['access_key', 'secret_key'],
  ['secret_key', 'access_key'],
  ['external_id', 'role_arn'],
] as const;

/** Settings outside of an entry that its meaning depends on. */
export interface AwsDiscoveryContext {
  /** The resolved `secret_key`. */
  readonly secretKey: Secret | undefined;
  /** The default Region. */
  readonly region: string | undefined;
  /** Relabeling of the job: labels that no rule reads need no lookup. */
  readonly relabeling: readonly RelabelRule[];
}

export function toTaskDiscovery(
  entry: z.output<typeof awsSdConfig>,
  { secretKey, region, relabeling }: AwsDiscoveryContext,
): TaskDiscovery {
  const { access_key: id, role_arn: arn, external_id: externalId } = entry;
  const clusters = entry.clusters.length === 0 ? [ALL] : entry.clusters;
  const sources = toSources({ clusters, region: entry.region, targets: [] }, region);
  const identity = {
    endpoint: entry.endpoint,
    accessKey: id && secretKey ? { id, secret: secretKey } : undefined,
    profile: entry.profile,
    role: arn === undefined ? undefined : { arn, externalId },
  };
  return {
    sources: sources.map((source) => ({ ...source, ...identity })),
    port: entry.port || DEFAULT_PORT,
    refreshMs: entry.refresh_interval,
    lookups: new Set(
      relabeling.flatMap((rule) => [...namedLookups(rule).values(), ...mappedLookups(rule)]),
    ),
  };
}
