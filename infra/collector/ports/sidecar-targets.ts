import type { ConfigurationFacts } from '../../configuration/check/check.ts';
import { TARGETS_VARIABLE } from '../../props/loopback-target.ts';
import type { TaskShape } from './task-shape.ts';

/** Names of a sidecar's application endpoints that the configuration does not find. */
export function undiscoveredTargets(shape: TaskShape, facts: ConfigurationFacts): string[] {
  return shape.containers
    .flatMap(({ variables }) => (variables[TARGETS_VARIABLE] ?? '').split(','))
    .flatMap((target) => target.split('=', 1))
    .filter((name) => name !== '' && !leadsTo(`/metrics/${name}`, shape, facts));
}

function leadsTo(path: string, { containers }: TaskShape, facts: ConfigurationFacts): boolean {
  const { portLabel, metricsPathLabel, servicePorts, definitionPorts, jobs } = facts;
  const isLabelled = containers.some(
    ({ labels }) =>
      portLabel !== undefined &&
      metricsPathLabel !== undefined &&
      labels[portLabel] !== undefined &&
      labels[metricsPathLabel] === path,
  );
  return (
    isLabelled ||
    [...servicePorts, ...definitionPorts, ...jobs].some(
      ({ metricsPath }) => metricsPath === path,
    ) ||
    jobs.some(({ relabeling }) => relabeling.some(({ replacement }) => replacement.includes(path)))
  );
}
