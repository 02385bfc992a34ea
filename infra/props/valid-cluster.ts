import { Token } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import { InvalidPropsError } from './errors.ts';

/** Whatever collects clusters, such as a collector. */
interface ClusterCollector extends IConstruct {
  /** Their names; undefined where the synthesis cannot know them all. */
  readonly collectedClusters: ReadonlySet<string> | undefined;
}

/** The name of a cluster that the collector collects, as far as that is known. @throws InvalidPropsError */
export function validCluster(
  owner: IConstruct,
  { collectedClusters: known, node }: ClusterCollector,
  clusterName: string,
): string {
  if (known === undefined || Token.isUnresolved(clusterName) || known.has(clusterName)) {
    return clusterName;
  }
  throw new InvalidPropsError(
    owner,
    `Expected \`clusterName\` to be a cluster that ${node.path} collects, which are ${[...known].join(', ')}, got ${clusterName}`,
  );
}
