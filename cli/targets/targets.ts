import type { AwsClientsOf } from '../../lambda/discovery/aws/clients.ts';
import { createDiscovery } from '../../lambda/discovery/discover.ts';
import type { Fetch } from '../../lambda/discovery/sources/http.ts';
import type { Labels } from '../../lambda/model/samples/sample.ts';
import type { Config } from '../../lambda/model/settings/config.ts';
import type { LeftOut } from '../../lambda/model/targets/left-out.ts';
import { shownUrl } from '../../lambda/model/targets/shown-url.ts';
import type { Clock } from '../../lambda/model/waiting/clock.ts';
import { Origins } from './origins.ts';

/** The parts that a discovery needs. */
export interface TargetsParts {
  readonly config: Config;
  readonly clientsOf: AwsClientsOf;
  readonly fetch: Fetch;
  readonly clock: Clock;
}

/** One target, without secrets. */
export interface ListedTarget {
  readonly job: string;
  readonly url: string;
  readonly labels: Labels;
  /** Before relabeling, those that begin with `__` among them. */
  readonly discoveredLabels: Labels;
}

/** The answer of one discovery. */
export interface TargetsReport {
  readonly targets: readonly ListedTarget[];
  readonly leftOut: readonly LeftOut[];
  /** Parts of the configuration that find nothing, in words. */
  readonly idle: readonly string[];
  readonly errors: readonly string[];
}

/** Discovers the targets once and scrapes none. Never rejects: what fails is among the errors. */
export async function findTargets(
  { config, clientsOf, fetch, clock }: TargetsParts,
  signal: AbortSignal,
): Promise<TargetsReport> {
  const origins = new Origins();
  const { onFound } = origins;
  const discovery = createDiscovery({ config, clientsOf, fetch, clock, onFound });
  const { targets, leftOut, idle, errors } = await discovery.discover(signal);
  return {
    targets: targets.map((target) => ({
      job: target.job,
      url: shownUrl(target.url, target.labels),
      labels: target.labels,
      discoveredLabels: origins.of(target).labels,
    })),
    leftOut,
    idle,
    errors: errors.map(({ message }) => message),
  };
}
