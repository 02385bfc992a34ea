/** The reasons why a task, or a container that should be scraped, is not a target, with the remedies. */
export const SKIP_REASONS = {
  /** Its state is not RUNNING. */
  not_running: {},
  /** It ended between two calls. */
  gone: {},
  /** Its task definition could not be read. */
  no_definition: {
    remedy:
      'allow the role to call ecs:DescribeTaskDefinition; the errors of the discovery say why',
  },
  /** Its network mode is `none`, or unknown. */
  network_mode: {
    isFault: true,
    remedy: 'give the task definition the network mode awsvpc, bridge or host',
  },
  /** It has no address yet, its instance is unknown, or relabeling removed the address. */
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
  /** An entry with a list of ports selects the task, but none of its containers has any of the ports. */
  no_port: {
    remedy:
      'add a port of the list to the portMappings of a container, or have the pattern of the entry match fewer tasks',
  },
  /** Its address, or the scheme in its labels, makes no valid URL. */
  bad_address: {
    isFault: true,
    remedy: 'make labels and relabel_configs give host:port, and the scheme http or https',
  },
  /** An answer of AWS differs from its documentation: an entry that is null, or a field of another type. */
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
  /** An earlier target has the same address and path. */
  duplicate: { remedy: 'give the target a path of its own, unless it is the same endpoint' },
  /** A Managed Instance runs tasks and has no daemon that is a target, but the configuration requires one. */
  no_daemon: {
    isFault: true,
    remedy:
      'create the daemon (InstanceDaemon) for the capacity provider of these instances, or remove `daemon: required`',
  },
  /** Of a shard: its job is in no `scrape_configs`; the discovery uses another configuration. */
  no_job: {
    remedy:
      'wait a cycle if the configuration has just changed; else give all functions the same one',
  },
} as const satisfies Readonly<Record<string, SkipTraits>>;

export type SkipReason = keyof typeof SKIP_REASONS;

interface SkipTraits {
  /** Whether the configuration selects the target, and only a change can make it reachable. */
  readonly isFault?: true;
  /** Absent if no action is needed. */
  readonly remedy?: string;
}

/** The known facts about a task or container that was left out. */
export interface LeftOutSubject {
  /** Name of the entry of `scrape_configs`. */
  readonly job?: string | undefined;
  /** The part of `ecs_service_discovery` that selects it. */
  readonly entry?: string | undefined;
  readonly container?: string | undefined;
  /** As written. */
  readonly port?: string | undefined;
  /** `FAMILY:REVISION`. */
  readonly definition?: string | undefined;
  readonly service?: string | undefined;
  readonly cluster?: string | undefined;
  /** Id of a container instance. */
  readonly instance?: string | undefined;
  /** Further details, in words. */
  readonly detail?: string | undefined;
  /** Id of the task. */
  readonly task?: string | undefined;
  readonly address?: string | undefined;
}

/** The targets that were left out for one cause: equal but for the task and the address, which are those of the first one. */
export interface LeftOutCause extends LeftOutSubject {
  readonly count: number;
}

/** The targets that were left out for one reason. */
export interface LeftOut {
  readonly reason: SkipReason;
  readonly count: number;
  readonly remedy?: string | undefined;
  /** The first ones, at most `MAX_CAUSES`: together they may have fewer than `count`. */
  readonly causes: readonly LeftOutCause[];
}

/** Distinct causes of a reason that are kept. */
export const MAX_CAUSES = 5;

/** Number of targets that were left out, by reason. */
export function countsOf(
  leftOut: readonly LeftOut[],
): Readonly<Partial<Record<SkipReason, number>>> {
  return Object.fromEntries(leftOut.map(({ reason, count }) => [reason, count]));
}

/** Targets that the configuration selects and that only a change can make reachable. */
export function faultsAmong(leftOut: readonly LeftOut[]): readonly LeftOut[] {
  return leftOut.filter(({ reason }) => 'isFault' in SKIP_REASONS[reason]);
}

/** Number of unreachable targets. */
export function unreachableAmong(leftOut: readonly LeftOut[]): number {
  return faultsAmong(leftOut).reduce((sum, { count }) => sum + count, 0);
}
