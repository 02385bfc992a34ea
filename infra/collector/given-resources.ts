import type { ISecurityGroup } from 'aws-cdk-lib/aws-ec2';
import type { IRole, Role } from 'aws-cdk-lib/aws-iam';
import { type CfnLogGroup, type ILogGroup, LogGroupClass } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Stack } from 'aws-cdk-lib/core';
import type { ConfigurationFacts } from '../configuration/check/check.ts';
import { eventsOf, namedLogGroup, writesOwnLogGroup } from '../configuration/fit.ts';
import { InvalidPropsError } from '../props/errors.ts';
import type { Owner } from '../props/valid.ts';
import type { CollectorProps } from './props.ts';

/** The principal of functions. */
const LAMBDA = 'lambda.amazonaws.com';

/**
 * Checks the resources of a user that replace the collector's own, unless they are imported.
 *
 * @throws InvalidPropsError
 */
export function checkGivenResources(
  owner: Owner,
  props: CollectorProps,
  facts: ConfigurationFacts | undefined,
): void {
  const { role, securityGroups, logGroup, metricsLogGroup, deadLetterQueue } = props;
  if (role !== undefined) checkRole(owner, role);
  if (securityGroups !== undefined) checkSecurityGroups(owner, securityGroups);
  if (logGroup !== undefined) checkClass(owner, 'logGroup', logGroup);
  if (metricsLogGroup !== undefined) {
    checkClass(owner, 'metricsLogGroup', metricsLogGroup);
    checkUse(owner, metricsLogGroup, props, facts);
  }
  if (deadLetterQueue !== undefined) checkQueue(owner, deadLetterQueue);
}

function checkRole(owner: Owner, role: IRole): void {
  const { assumeRolePolicy } = role as Partial<Role>;
  if (assumeRolePolicy === undefined) return;
  const trusted = JSON.stringify(Stack.of(role).resolve(assumeRolePolicy));
  if (trusted.includes(LAMBDA)) return;
  throw new InvalidPropsError(owner, `Expected \`role\` to trust ${LAMBDA}, got ${role.node.path}`);
}

function checkSecurityGroups(owner: Owner, groups: readonly ISecurityGroup[]): void {
  if (groups.length > 0) return;
  throw new InvalidPropsError(owner, 'Expected at least one of `securityGroups`, got none');
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch_Logs_Log_Classes.html */
function checkClass(owner: Owner, name: string, group: ILogGroup): void {
  const { logGroupClass = LogGroupClass.STANDARD } = (group.node.defaultChild ??
    {}) as Partial<CfnLogGroup>;
  if (logGroupClass === LogGroupClass.STANDARD) return;
  throw new InvalidPropsError(
    owner,
    `Expected \`${name}\` to be of the log class ${LogGroupClass.STANDARD}, because CloudWatch extracts metrics from no other class, got ${logGroupClass}`,
  );
}

/** A group that nobody writes to would stay empty. */
function checkUse(
  owner: Owner,
  { logGroupName }: ILogGroup,
  { cluster }: CollectorProps,
  facts: ConfigurationFacts | undefined,
): void {
  if (eventsOf(facts) !== 'a log group') {
    throw new InvalidPropsError(
      owner,
      'Expected no `metricsLogGroup`: the configuration writes no events into a log group of this account',
    );
  }
  if (facts === undefined || writesOwnLogGroup(facts)) return;
  if (namedLogGroup(facts, cluster) === logGroupName) return;
  throw new InvalidPropsError(
    owner,
    `The configuration writes to ${facts.logGroup}: expected \`metricsLogGroup\` with that name, or a configuration without a log group`,
  );
}

function checkQueue(owner: Owner, { fifo, node }: IQueue): void {
  if (!fifo) return;
  throw new InvalidPropsError(
    owner,
    `Expected \`deadLetterQueue\` to be a standard queue, because Lambda and EventBridge Scheduler cannot write to a FIFO queue, got ${node.path}`,
  );
}
