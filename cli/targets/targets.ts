import type { AwsClientsOf } from '../../lambda/discovery/aws/clients.ts';
import { createDiscovery } from '../../lambda/discovery/discover.ts';
import type { Fetch } from '../../lambda/discovery/sources/http.ts';
import type { FoundForJob } from '../../lambda/discovery/target-list.ts';
import type { Labels } from '../../lambda/model/samples/sample.ts';
import type { Config } from '../../lambda/model/settings/config.ts';
import type { LeftOut } from '../../lambda/model/targets/left-out.ts';
import { shownUrl } from '../../lambda/model/targets/shown-url.ts';
import type { Target } from '../../lambda/model/targets/target.ts';
import type { Clock } from '../../lambda/model/waiting/clock.ts';

/** Labels with a URL or a part of one: of the target, and of the list that it is from. */
const URLS: readonly string[] = ['__address__', '__meta_url'];

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
  const before = new Map<string, Labels>();
  const onFound = ({ labels, made }: FoundForJob) => {
    if (typeof made === 'object') before.set(keyOf(made), labels);
  };
  const discovery = createDiscovery({ config, clientsOf, fetch, clock, onFound });
  const { targets, leftOut, idle, errors } = await discovery.discover(signal);
  return {
    targets: targets.map((target) => ({
      job: target.job,
      url: shownUrl(target.url, target.labels),
      labels: target.labels,
      discoveredLabels: withoutSecrets(before.get(keyOf(target)) ?? {}, target.labels),
    })),
    leftOut,
    idle,
    errors: errors.map(({ message }) => message),
  };
}

/** A target may get a longer id than its job gave it, so it is known by its URL and labels. */
function keyOf({ url, labels }: Target): string {
  return JSON.stringify([url, labels]);
}

/** A parameter of a URL may be a token, and an address may have a password. */
function withoutSecrets(labels: Labels, visible: Labels): Labels {
  const shown = new Set(Object.values(visible));
  return Object.fromEntries(
    Object.entries(labels).map(([name, value]) => {
      const isHidden = name.startsWith('__param_') && !shown.has(value);
      return [name, isHidden ? '<secret>' : URLS.includes(name) ? shownUrl(value) : value];
    }),
  );
}
