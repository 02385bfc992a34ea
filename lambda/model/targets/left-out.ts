/** Why a task, or a container that asks to be scraped, is no target; and what is to be done about it. */
export const SKIP_REASONS = {
  /** Its state is not RUNNING. */
  not_running: {},
  /** It went away between two calls. */
  gone: {},
  /** Its task definition could not be read. */
  no_definition: {
    remedy:
      'allow the role to call ecs:DescribeTaskDefinition; the errors of the discovery say why',
  },
  /** Its network mode is `none`, or one that is not known. */
  network_mode: {
    isFault: true,
    remedy: 'give the task definition the network mode awsvpc, bridge or host',
  },
  /** It has no address yet, the instance that it runs on is not known, or relabeling took the address away. */
  no_address: {
    isFault: true,
    remedy:
      'allow the role to call ecs:DescribeContainerInstances and ec2:DescribeInstances, give an external instance the attribute fargauge.address, and keep __address__ in relabel_configs',
  },
  /** The port label of a container is not a number. */
  bad_port: {
    isFault: true,
    remedy: 'write the number of the port into the docker label',
  },
  /** A port that the container itself names is in no port mapping, or is bound to no port of the instance. */
  unmapped_port: {
    isFault: true,
    remedy: 'add the port to the portMappings of the container in its task definition',
  },
  /** An entry with a list of ports wants the task, and none of its containers has any of the ports. */
  no_port: {
    remedy:
      'add a port of the list to the portMappings of a container, or have the pattern of the entry match fewer tasks',
  },
  /** Its address, or the scheme in its labels, makes no URL. */
  bad_address: {
    isFault: true,
    remedy: 'make labels and relabel_configs give host:port, and the scheme http or https',
  },
  /** AWS has told of it otherwise than it documents: an entry that is null, or a field of another type. */
  malformed: {
    isFault: true,
    remedy: 'wait for the next cycle; if it happens again, report it with the text of the detail',
  },
  /** `relabel_configs` drop it. */
  relabeled: {
    remedy: 'change relabel_configs of the job, unless they drop the target on purpose',
  },
  /** Relabeling left no interval or timeout, or a timeout above the interval. */
  bad_timing: {
    isFault: true,
    remedy: 'make relabel_configs leave a __scrape_timeout__ of at most __scrape_interval__',
  },
  /** The same address and path were found before. */
  duplicate: { remedy: 'give the target a path of its own, unless it is the same endpoint' },
  /** Of a shard: its job is in no `scrape_configs` any more, or not yet; the discovery knows another configuration. */
  no_job: {
    remedy:
      'wait a cycle if the configuration has just changed; else give all functions the same one',
  },
} as const satisfies Readonly<Record<string, SkipTraits>>;

export type SkipReason = keyof typeof SKIP_REASONS;

interface SkipTraits {
  /** Whether the configuration asks for the target, and it cannot be reached as things are. */
  readonly isFault?: true;
  /** Absent where there is nothing to be done. */
  readonly remedy?: string;
}

/** What was left out, as far as it is known. */
export interface LeftOutSubject {
  /** Name of the entry of `scrape_configs`. */
  readonly job?: string | undefined;
  /** The part of `ecs_service_discovery` that asks for it. */
  readonly entry?: string | undefined;
  readonly container?: string | undefined;
  /** As it is written. */
  readonly port?: string | undefined;
  /** `FAMILY:REVISION`. */
  readonly definition?: string | undefined;
  readonly service?: string | undefined;
  readonly cluster?: string | undefined;
  /** What else there is to say, in words. */
  readonly detail?: string | undefined;
  /** Id. */
  readonly task?: string | undefined;
  readonly address?: string | undefined;
}

/** What was left out for the same cause: alike but for the task and the address, which are those of the first one. */
export interface LeftOutCause extends LeftOutSubject {
  readonly count: number;
}

/** What was left out for one reason. */
export interface LeftOut {
  readonly reason: SkipReason;
  readonly count: number;
  readonly remedy?: string | undefined;
  /** The first ones, at most `MAX_CAUSES`: together they may have fewer than `count`. */
  readonly causes: readonly LeftOutCause[];
}

/** Causes of a reason that are told apart. */
export const MAX_CAUSES = 5;

/** How many were left out, by reason. */
export function countsOf(
  leftOut: readonly LeftOut[],
): Readonly<Partial<Record<SkipReason, number>>> {
  return Object.fromEntries(leftOut.map(({ reason, count }) => [reason, count]));
}

/** Targets that the configuration asks for and that cannot be reached as things are. */
export function faultsAmong(leftOut: readonly LeftOut[]): readonly LeftOut[] {
  return leftOut.filter(({ reason }) => 'isFault' in SKIP_REASONS[reason]);
}

/** How many those are. */
export function unreachableAmong(leftOut: readonly LeftOut[]): number {
  return faultsAmong(leftOut).reduce((sum, { count }) => sum + count, 0);
}
