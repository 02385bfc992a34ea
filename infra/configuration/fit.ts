import type { ICluster } from 'aws-cdk-lib/aws-ecs';
import { CfnLogGroup } from 'aws-cdk-lib/aws-logs';
import { Annotations, Reference, Token, Tokenization } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { clusterNameOf, isClusterPattern } from '../../lambda/model/settings/cluster-selector.ts';
import { InvalidPropsError } from '../props/errors.ts';
import { LOOPBACK } from '../props/loopback-target.ts';
import { type ConfigurationFacts, OWN_LOG_GROUP } from './check/check.ts';
import { withParts } from './deployment-values.ts';
import { forecast } from './relabel-forecast.ts';
import { warningId } from './warning-id.ts';

/** The facts about a configuration; undefined if unknown. */
type Facts = ConfigurationFacts | undefined;

/** Shows settings that load but do not have the effect that their author expects. */
export function showWarnings(collector: Construct, facts: Facts): void {
  for (const warning of facts?.warnings ?? []) {
    warn(collector, warningId('configuration', warning), warning);
  }
}

/** Warns of targets on loopback, which a CloudWatch Agent reaches in its task, but a function does not. */
export function warnOfLoopback(collector: Construct, facts: Facts): void {
  for (const { name, scheme, metricsPath, statics, relabeling } of facts?.jobs ?? []) {
    for (const { address, labels } of statics) {
      const { __address__: scraped = '' } =
        forecast({ ...labels, __address__: address }, relabeling) ?? {};
      if (!isLoopback(scraped)) continue;
      warn(
        collector,
        'loopbackTargets',
        `The job ${name} has the target ${scraped}, where a Lambda function reaches only itself: give it to the sidecar of its task, as in TaskSidecar.addToTaskDefinition(taskDefinition, { targets: [{ name: 'app', url: '${scheme}://${scraped}${metricsPath}', container }] })`,
      );
    }
  }
}

/**
 * Refuses a configuration with a cluster that the function may not read, because it would find nothing there.
 *
 * @throws InvalidPropsError
 */
export function checkClusters(
  collector: Construct,
  facts: Facts,
  clusters: readonly ICluster[],
): void {
  const names = clusters.map(({ clusterName }) => clusterName);
  // A name that is known only at deployment may be any name.
  if (names.some((name) => Token.isUnresolved(name))) return;
  for (const selector of facts?.clusters ?? []) {
    const name = clusterNameOf(selector);
    if (Token.isUnresolved(name) || isClusterPattern(name) || names.includes(name)) continue;
    throw new InvalidPropsError(
      collector,
      `The configuration names the cluster ${name}, which the collector may not read: expected it as \`cluster\` or in \`otherClusters\`, got ${names.join(', ')}`,
    );
  }
}

/** Names of all collected clusters; undefined if some are unknown. */
export function collectedClusters(
  facts: Facts,
  clusters: readonly ICluster[],
): ReadonlySet<string> | undefined {
  if (facts === undefined) return undefined;
  const own = clusters.map(({ clusterName }) => clusterName);
  const named = [...facts.clusters, ...facts.foreignClusters].map(clusterNameOf);
  const all = [...own, ...named];
  return all.some((name) => Token.isUnresolved(name) || isClusterPattern(name))
    ? undefined
    : new Set(all);
}

/** The place in this account of the events from which CloudWatch extracts the metrics. */
export function eventsOf(facts: Facts): 'a log group' | 'the own log' | 'nowhere' {
  if (facts === undefined || facts.logWriters.includes(null)) return 'a log group';
  if (facts.printsEvents) return 'the own log';
  // An output with a role and without a group uses the name of the collector's group.
  const takesName = facts.logWriters.length > 0 && facts.logGroup === OWN_LOG_GROUP;
  return takesName ? 'a log group' : 'nowhere';
}

/** Whether the configuration may write to the collector's own group of metrics. */
export function writesOwnLogGroup(facts: Facts): boolean {
  return (
    facts === undefined || (facts.logWriters.includes(null) && facts.logGroup === OWN_LOG_GROUP)
  );
}

/** The group of this cluster's events, if the configuration names one. */
export function namedLogGroup(facts: Facts, { clusterName }: ICluster): string | undefined {
  if (facts === undefined || writesOwnLogGroup(facts) || !facts.logWriters.includes(null)) {
    return undefined;
  }
  const name = facts.logGroup.replaceAll('{ClusterName}', clusterName);
  return /\{[A-Za-z]+\}/.test(name) ? undefined : name;
}

/**
 * The groups that the configuration writes to with the function's own role, in addition to the collector's.
 *
 * @throws InvalidPropsError
 */
export function logGroupNames(
  collector: Construct,
  facts: Facts,
  given: { readonly cluster: ICluster; readonly otherLogGroupNames?: readonly string[] },
): readonly string[] {
  const { cluster, otherLogGroupNames: names = [] } = given;
  const wrong = names.find((name) => /[{}*]/.test(name));
  if (wrong !== undefined) {
    throw new InvalidPropsError(
      collector,
      `Expected \`otherLogGroupNames\` to have no placeholders or wildcards, got "${wrong}"`,
    );
  }
  const template = facts?.logGroup ?? OWN_LOG_GROUP;
  const writers = facts?.logWriters ?? [null];
  const [foreign] = writers.filter((role) => role !== null);
  if (foreign !== undefined && template === OWN_LOG_GROUP) {
    warn(
      collector,
      'logGroupOfRole',
      `The configuration writes to CloudWatch Logs as ${foreign}, into a log group whose name CloudFormation generates: name one that the role may write to in \`log_group_name\``,
    );
  }
  // The function writes into groups of other accounts with other permissions.
  if (!writers.includes(null)) return names;
  if (template === OWN_LOG_GROUP) return names;
  const named = namedLogGroup(facts, cluster);
  if (named !== undefined) return names.includes(named) ? names : [...names, named];
  if (names.length === 0) {
    warn(
      collector,
      'logGroups',
      `The configuration writes to ${template}: list the log groups of this template in \`otherLogGroupNames\`, so that the collector may write to them`,
    );
  }
  return names;
}

/** Warns that a group which the function makes belongs to no stack: nobody deletes it or its events. */
export function showGroupsThatStay(collector: Construct, names: readonly string[]): void {
  for (const name of names.filter((each) => !isMadeByApp(each))) {
    Annotations.of(collector).addInfo(
      `[${collector.node.path}] The function makes the log group ${withParts(name, '…')} if it does not exist. The group stays when the stack is deleted, and keeps its events until somebody sets a retention`,
    );
  }
}

/** Whether a name is that of a log group in a stack of the app. */
function isMadeByApp(name: string): boolean {
  return Tokenization.reverseString(name).tokens.some(
    (token) => Reference.isReference(token) && token.target instanceof CfnLogGroup,
  );
}

function isLoopback(address: string): boolean {
  const url = `http://${address}`;
  return URL.canParse(url) && LOOPBACK.test(new URL(url).hostname);
}

function warn(collector: Construct, id: string, message: string): void {
  Annotations.of(collector).addWarningV2(`fargauge:${id}`, `[${collector.node.path}] ${message}`);
}
