import type { IConnectable } from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import { InvalidPropsError } from '../../props/errors.ts';
import { validPort } from '../../props/valid.ts';
import type { OpenedPorts } from './opened.ts';
import { dependOn } from './rule-side.ts';

/** Marks the rules in security groups as Fargauge's. */
const RULE = 'Fargauge collector';

/**
 * Lets a collector reach tasks. The rules are in its stack, unless that of the tasks depends on it by its network or cluster.
 *
 * @throws InvalidPropsError
 */
export function collectFrom(
  collector: Construct & IConnectable,
  openedPorts: OpenedPorts,
  tasks: IConnectable,
  ports: readonly number[],
): void {
  if (tasks.connections === undefined) {
    throw new InvalidPropsError(
      collector,
      'Expected the security groups of the tasks, which an imported service does not know: pass them, as in collectFrom(SecurityGroup.fromSecurityGroupId(…))',
    );
  }
  const areAfter = dependOn(tasks, collector);
  const given = ports.map((port) => validPort(collector, 'ports', port));
  for (const port of openedPorts.collect(tasks, given)) {
    if (areAfter) tasks.connections.allowFrom(collector, port, RULE);
    else collector.connections.allowTo(tasks, port, RULE);
  }
}
