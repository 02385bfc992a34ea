import type { Config } from '../model/settings/config.ts';
import type { LeftOut } from '../model/targets/left-out.ts';
import { shownUrl } from '../model/targets/shown-url.ts';
import type { Target } from '../model/targets/target.ts';
import type { KnownTasks } from '../model/targets/tasks.ts';
import type { Clock } from '../model/waiting/clock.ts';
import { ApiCalls, type DiscoveryError } from './aws/api-calls.ts';
import type { AwsClientsOf, EcsSender } from './aws/clients.ts';
import { RequestBudget } from './aws/request-budget.ts';
import { stoppedTasks } from './ecs/cluster/tasks.ts';
import { sourceKey } from './found/identity.ts';
import { LeftOutTally } from './found/left-out.ts';
import { type ListedTarget, type ListedTask, targetFrom } from './listed-target.ts';
import type { StoppedTargets } from './stopped-targets.ts';

/** Targets that another process found. */
export interface GivenTargets {
  readonly targets: readonly ListedTarget[];
  /** Milliseconds since the epoch: the time of the list. */
  readonly listedAt: number;
  /** Whether the list is complete. */
  readonly complete: boolean;
}

export interface ListedDiscoveryOptions {
  readonly config: Pick<Config, 'discovery' | 'jobs'>;
  readonly clientsOf: AwsClientsOf;
  readonly clock: Clock;
}

/** The clients for one source. */
interface Asked {
  readonly ecs: EcsSender;
  readonly budget: RequestBudget;
}

const INCOMPLETE: DiscoveryError = {
  operation: 'discover',
  code: 'Incomplete',
  message: 'the discovery did not find all targets: its log says why',
  count: 1,
};

/**
 * The discovery of a process that gets its targets from another one, and asks the ECS API only which of their tasks
 * have stopped.
 */
export class ListedDiscovery {
  readonly #options: ListedDiscoveryOptions;
  readonly #asked = new Map<string, Asked>();
  #given: GivenTargets | undefined;
  #targets: readonly Target[] = [];
  #leftOut: readonly LeftOut[] = [];
  /** Of those that have targets here. */
  #placed: KnownTasks = new Map();
  #tasks: ReadonlyMap<string, ListedTask> = new Map();

  constructor(options: ListedDiscoveryOptions) {
    this.#options = options;
  }

  /** Takes these targets from now on. */
  give(given: GivenTargets): void {
    // Equal lists make equal targets, and most minutes change nothing.
    const areKnown = given.targets === this.#given?.targets;
    this.#given = given;
    if (areKnown) return;
    const jobs = new Map(this.#options.config.jobs.map((job) => [job.name, job]));
    this.#targets = given.targets.flatMap((each) => targetFrom(each, jobs) ?? []);
    this.#placed = new Map(
      this.#targets.flatMap(({ place, startedAt }) =>
        place === undefined ? [] : [[place.task, { machine: place.machine, startedAt }]],
      ),
    );
    const leftOut = new LeftOutTally();
    for (const { entry: job, url, labels } of given.targets) {
      const address = shownUrl(url, labels);
      if (!jobs.has(job)) leftOut.add({ reason: 'no_job', subject: { job, address } });
    }
    this.#leftOut = leftOut.list();
    this.#tasks = new Map(given.targets.flatMap(({ id, task }) => (task ? [[id, task]] : [])));
  }

  /** @throws Error before the first list */
  async discover() {
    if (this.#given === undefined) throw new Error('no targets were given');
    const { listedAt: refreshedAt, complete } = this.#given;
    return {
      targets: this.#targets,
      tasks: this.#placed,
      refreshedAt,
      leftOut: this.#leftOut,
      idle: [],
      errors: complete ? [] : [INCOMPLETE],
    };
  }

  /** As `Discovery.stopped`. Never rejects. */
  async stopped(targetIds: readonly string[], signal: AbortSignal): Promise<StoppedTargets> {
    const asked = new Map<string, ListedTask[]>();
    for (const id of targetIds) {
      const task = this.#tasks.get(id);
      if (task === undefined) continue;
      const place = JSON.stringify([task.source, task.cluster]);
      asked.set(place, [...(asked.get(place) ?? []), task]);
    }
    const answers = await Promise.all(
      Array.from(asked.values(), (tasks) => this.#stoppedOf(tasks, signal)),
    );
    const stopped = new Set(answers.flatMap(({ arns }) => arns));
    return {
      ids: new Set(targetIds.filter((id) => stopped.has(this.#tasks.get(id)?.arn ?? ''))),
      errors: answers.flatMap(({ errors }) => errors),
    };
  }

  /** The discovery of another configuration. The caller must not use this one again. */
  reconfigured(config: ListedDiscoveryOptions['config']): ListedDiscovery {
    const next = new ListedDiscovery({ ...this.#options, config });
    if (this.#given !== undefined) next.give(this.#given);
    return next;
  }

  /** @param tasks tasks of one cluster */
  async #stoppedOf(tasks: readonly ListedTask[], signal: AbortSignal) {
    const [{ source, cluster } = { source: '', cluster: '' }] = tasks;
    const asked = this.#askedOf(source);
    // A source may be unknown for a moment, because the processes take over a new configuration one after another.
    if (asked === undefined) return { arns: [], errors: [] };
    const calls = new ApiCalls(asked.budget, `of ${cluster}`, signal);
    const arns = [...new Set(tasks.map(({ arn }) => arn))];
    return { arns: await stoppedTasks(asked.ecs, cluster, arns, calls), errors: calls.errors };
  }

  #askedOf(key: string): Asked | undefined {
    const { config, clientsOf, clock } = this.#options;
    const known = this.#asked.get(key);
    if (known !== undefined) return known;
    const source = [
      ...(config.discovery?.sources ?? []),
      ...config.jobs.flatMap((job) => job.taskDiscoveries).flatMap(({ sources }) => sources),
    ].find((each) => sourceKey(each) === key);
    if (source === undefined) return undefined;
    const asked = { ecs: clientsOf(source).ecs, budget: new RequestBudget(clock) };
    this.#asked.set(key, asked);
    return asked;
  }
}
