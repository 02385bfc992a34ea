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

/** Whether a configuration fits the collector that is to run it. Without facts nothing is known of it. */
type Facts = ConfigurationFacts | undefined;

/** Shows what loads but cannot have the effect that its author expects. */
export function showWarnings(collector: Construct, facts: Facts): void {
  for (const warning of facts?.warnings ?? []) {
    warn(collector, warningId('configuration', warning), warning);
  }
}

/** What listens on loopback in the task of a CloudWatch Agent is not in the function, which has a loopback of its own. */
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
 * A configuration that names a cluster which the function may not read would find nothing there.
 *
 * @throws InvalidPropsError
 */
export function checkClusters(
  collector: Construct,
  facts: Facts,
  clusters: readonly ICluster[],
): void {
  const names = clusters.map(({ clusterName }) => clusterName);
  // A name that is known at deployment only may be any.
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

/** Names of all clusters that are collected; undefined where they cannot all be known. */
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

/** Where in this account the events are of which CloudWatch makes the metrics. */
export function eventsOf(facts: Facts): 'a log group' | 'the own log' | 'nowhere' {
  if (facts === undefined || facts.logWriters.includes(null)) return 'a log group';
  if (facts.printsEvents) return 'the own log';
  // Who writes as a role and names no group takes the name of the one here.
  const takesName = facts.logWriters.length > 0 && facts.logGroup === OWN_LOG_GROUP;
  return takesName ? 'a log group' : 'nowhere';
}

/** Whether the configuration may write to the collector's own group of metrics. */
export function writesOwnLogGroup(facts: Facts): boolean {
  return (
    facts === undefined || (facts.logWriters.includes(null) && facts.logGroup === OWN_LOG_GROUP)
  );
}

/** The group that the configuration writes the events of this cluster to, where it names one. */
export function namedLogGroup(facts: Facts, { clusterName }: ICluster): string | undefined {
  if (facts === undefined || writesOwnLogGroup(facts) || !facts.logWriters.includes(null)) {
    return undefined;
  }
  const name = facts.logGroup.replaceAll('{ClusterName}', clusterName);
  return /\{[A-Za-z]+\}/.test(name) ? undefined : name;
}

/**
 * The groups that the configuration writes to with the function's own role, beside the one of the collector.
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
  // Into those of other accounts the function writes with other permissions.
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

/** Shows that a group which the function makes belongs to no stack: nobody deletes it, nor its events. */
export function showGroupsThatStay(collector: Construct, names: readonly string[]): void {
  for (const name of names.filter((each) => !isMadeByApp(each))) {
    Annotations.of(collector).addInfo(
      `[${collector.node.path}] The function makes the log group ${withParts(name, '…')} if it does not exist. The group stays when the stack is deleted, and keeps its events until somebody sets a retention`,
    );
  }
}

/** Whether a name is that of a log group of the app, which is in one of its stacks. */
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
