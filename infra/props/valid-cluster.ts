import { Token } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import { InvalidPropsError } from './errors.ts';

/** A construct that collects clusters. */
interface ClusterCollector extends IConstruct {
  /** Their names; undefined if the synthesis cannot know all of them. */
  readonly collectedClusters: ReadonlySet<string> | undefined;
}

/** The name of a cluster that the collector collects, or may collect. @throws InvalidPropsError */
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
