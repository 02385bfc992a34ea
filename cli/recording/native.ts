import { OPEN_OBJECTS, SETTINGS_PATH } from '../../lambda/config/agent/agent.ts';
import type { Documents } from '../../lambda/config/documents.ts';
import { Findings } from '../../lambda/config/findings/findings.ts';
import { lookup } from '../../lambda/config/findings/lookup.ts';
import { withoutUnknownKeys } from '../../lambda/config/findings/open-objects.ts';
import {
  AGENT_FILE_WITHOUT_EFFECT,
  PROMETHEUS_WITHOUT_EFFECT,
} from '../../lambda/config/prometheus/prometheus.ts';
import type { Surroundings } from '../../lambda/config/sources/request.ts';
import { WrittenScalar } from '../../lambda/config/yaml/written-scalar.ts';
import { clusterNameOf, isClusterPattern } from '../../lambda/model/settings/cluster-selector.ts';

/** A part of a document, whose unquoted scalars are as written. */
export type Tree = unknown;
export type Section = Readonly<Record<string, Tree>>;

/**
 * One native document that means the same as valid documents, with what the environment adds to them. Keys without an
 * effect are left out.
 *
 * @param outputs the tree of the outputs of the environment, which replace those of the documents
 */
export function nativeTree(
  documents: Documents,
  surroundings: Surroundings,
  outputs?: Tree,
): Section {
  const document =
    documents.kind === 'agent' ? ofAgent(documents) : sectionOf(documents.main?.tree);
  const own = without(document, ['$schema', ...Object.keys(PROMETHEUS_WITHOUT_EFFECT)]);
  const replaced =
    outputs === undefined ? own : { ...without(own, ['outputs', 'remote_write']), outputs };
  return withSurroundings(replaced, surroundings);
}

function ofAgent({ main, prometheus }: Extract<Documents, { kind: 'agent' }>): Section {
  const place = { source: main?.source ?? '', path: [] };
  const tree = withoutUnknownKeys(main?.tree, OPEN_OBJECTS, place, new Findings());
  const settings = without(sectionOf(lookup(tree, ...SETTINGS_PATH)), ['prometheus_config_path']);
  const scrapes = without(sectionOf(prometheus?.tree), Object.keys(AGENT_FILE_WITHOUT_EFFECT));
  const region = lookup(tree, 'agent', 'region');
  const endpoint = lookup(tree, 'logs', 'endpoint_override');
  const role =
    lookup(tree, 'logs', 'credentials', 'role_arn') ??
    lookup(tree, 'agent', 'credentials', 'role_arn');
  return {
    ...(region !== undefined && { region }),
    ...(endpoint !== undefined && { endpoint_override: endpoint }),
    ...(role !== undefined && { outputs: [{ type: 'cloudwatch-logs', role_arn: role }] }),
    ...settings,
    ...scrapes,
  };
}

/** Cluster, log group and Region of the environment, where the document names none. */
function withSurroundings(document: Section, { cluster, logGroup, region }: Surroundings): Section {
  const { ecs_service_discovery: discovery, ...rest } = document;
  const ofEnvironment = {
    ...(region !== undefined && { region }),
    ...(logGroup !== undefined && { log_group_name: logGroup }),
    ...(cluster !== undefined &&
      !isClusterPattern(cluster) && { cluster_name: clusterNameOf(cluster) }),
  };
  const named = Object.entries(rest).filter(([key, value]) => {
    const isBlank = value === undefined || value === null || value === '';
    return !(isBlank && key in ofEnvironment);
  });
  return {
    ...ofEnvironment,
    ...Object.fromEntries(named.filter(([, value]) => value !== undefined)),
    ...(discovery !== undefined && { ecs_service_discovery: clustered(discovery, cluster) }),
  };
}

function clustered(discovery: Tree, cluster: string | undefined): Tree {
  const named = lookup(discovery, 'sd_target_cluster') ?? lookup(discovery, 'sd_targets', 0);
  if (cluster === undefined || named !== undefined) return discovery;
  return { ...sectionOf(discovery), sd_target_cluster: cluster };
}

function sectionOf(tree: Tree): Section {
  return isSection(tree) ? tree : {};
}

/** Whether a part of a tree has keys. */
export function isSection(tree: Tree): tree is Section {
  return (
    typeof tree === 'object' &&
    tree !== null &&
    !Array.isArray(tree) &&
    !(tree instanceof WrittenScalar)
  );
}

function without(section: Section, keys: readonly string[]): Section {
  return Object.fromEntries(Object.entries(section).filter(([key]) => !keys.includes(key)));
}
