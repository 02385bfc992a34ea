import * as z from 'zod';
import type { EcsSource } from '../../model/settings/config.ts';
import type { AssumedRole } from '../../model/settings/credentials.ts';
import { text } from '../findings/keys.ts';
import { clusterSelector, regionOfCluster } from './cluster-selector.ts';

const ONE_OR_MORE = 'the name, ARN or pattern of a cluster, or a list of such';
const ROLE = 'the ARN of a role, such as "arn:aws:iam::123456789012:role/fargauge"';
const EXTERNAL_ID = 'an external id of 2 to 1224 letters, digits and + = , . @ : / - _';

/** Schema of `sd_target_cluster`: one cluster, as in the agent, or a list. */
export const targetClusters = z.union(
  [clusterSelector, z.array(clusterSelector).min(1, 'at least one cluster')],
  ONE_OR_MORE,
);

/** Schema of the ARN of a role. */
export const roleArn = z
  .string(ROLE)
  .regex(/^arn:[\w-]+:iam::\d{12}:role\/[\w+=,.@/-]{1,576}$/, ROLE);

/** Schema of an external id: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
export const externalId = z.string(EXTERNAL_ID).regex(/^[\w+=,.@:/-]{2,1224}$/, EXTERNAL_ID);

/**
 * Schema of an entry of `sd_targets`: clusters of another Region or account. It has the keys of Prometheus'
 * `aws_sd_configs`; other than there, only an explicit `*` means every cluster of the Region.
 */
export const ecsTarget = z
  .strictObject({
    clusters: z
      .array(clusterSelector)
      .min(1, 'at least one cluster')
      .describe('Names, ARNs, or patterns such as "prod-*".'),
    region: text.optional().describe('Region of the clusters; else that of their ARNs.'),
    role_arn: roleArn
      .optional()
      .describe('Role to assume for reading the clusters, such as a role in their account.'),
    external_id: externalId
      .optional()
      .describe('External id, if the trust policy of the role requires one.'),
  })
  .superRefine(({ clusters, region, role_arn, external_id }, context) => {
    for (const [index, cluster] of clusters.entries()) {
      const message = regionProblem(cluster, region);
      if (message === undefined) continue;
      context.addIssue({ code: 'custom', path: ['clusters', index], message, input: cluster });
    }
    if (external_id !== undefined && role_arn === undefined) {
      const message = 'role_arn beside this key';
      context.addIssue({ code: 'custom', path: ['external_id'], message, input: external_id });
    }
  });

type EcsTarget = z.output<typeof ecsTarget>;

/** Keys that say in which clusters to look for tasks. */
export interface SourceKeys {
  readonly clusters: readonly string[];
  /** Region of `clusters`. */
  readonly region: string | undefined;
  readonly targets: readonly EcsTarget[];
}

/** The error of a cluster whose ARN names another Region than the key `region`. */
export function regionProblem(cluster: string, region: string | undefined): string | undefined {
  const own = regionOfCluster(cluster);
  if (region === undefined || own === undefined || own === region) return undefined;
  return `a cluster in the region that stands beside it, ${region}`;
}

/** The sources of the keys, one for each account and Region; `fallback` is the default Region. */
export function toSources(
  { clusters, region, targets }: SourceKeys,
  fallback: string | undefined,
): EcsSource[] {
  const sources = new Map<string, EcsSource & { readonly clusters: string[] }>();
  const add = (cluster: string, given: string | undefined, role?: AssumedRole) => {
    const ofCluster = given ?? regionOfCluster(cluster) ?? fallback;
    const key = JSON.stringify([ofCluster, role?.arn, role?.externalId]);
    const source = sources.get(key) ?? { clusters: [], region: ofCluster, role };
    sources.set(key, source);
    if (!source.clusters.includes(cluster)) source.clusters.push(cluster);
  };
  for (const cluster of clusters) add(cluster, region);
  for (const target of targets) {
    const role = target.role_arn && { arn: target.role_arn, externalId: target.external_id };
    for (const cluster of target.clusters) add(cluster, target.region, role || undefined);
  }
  return [...sources.values()];
}
