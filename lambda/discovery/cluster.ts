import type { EcsDiscoveryConfig } from '../model/config.ts';
import { readTasks } from './ecs.ts';
import { type DiscoveryError, EcsCalls, type EcsSender } from './ecs-calls.ts';
import { targetsOf } from './ecs-targets.ts';
import { type FoundTarget, METRICS_PATH, type SkipReason } from './found-target.ts';
import { KnownTasks } from './known-tasks.ts';
import { TaskDefinitions } from './task-definitions.ts';

/** The path that tells targets of the same address apart where none is configured, as in the CloudWatch Agent. */
const DEFAULT_PATH = '/metrics';

/** Refreshes for which a task that cannot be read any more counts as it was. */
export const KEPT_REFRESHES = 5;

/** What a cluster has to offer. */
export interface ClusterTargets {
  readonly found: readonly FoundTarget[];
  readonly skipped: readonly SkipReason[];
  readonly errors: readonly DiscoveryError[];
}

/** One cluster, with what is remembered of it between refreshes. */
export class Cluster {
  readonly #ecs: EcsSender;
  readonly #config: EcsDiscoveryConfig;
  readonly #definitions: TaskDefinitions;
  readonly #tasks: KnownTasks;

  constructor(ecs: EcsSender, config: EcsDiscoveryConfig) {
    this.#ecs = ecs;
    this.#config = config;
    this.#definitions = new TaskDefinitions(ecs);
    this.#tasks = new KnownTasks(KEPT_REFRESHES * config.refreshMs);
  }

  /** Finds the targets of all tasks. What the ECS API does not say by the time of `signal` is an error. */
  async find(now: number, signal: AbortSignal): Promise<ClusterTargets> {
    const calls = new EcsCalls(signal);
    const reading = await readTasks(this.#ecs, this.#config.cluster, calls);
    const { tasks, kept } = this.#tasks.update(reading, now);
    const running = tasks.filter(({ lastStatus }) => lastStatus === 'RUNNING');
    const arns = new Set(running.flatMap(({ taskDefinitionArn: arn }) => (arn ? [arn] : [])));
    const definitions = await this.#definitions.read(arns, calls);

    const all = tasks.map((task) =>
      targetsOf(task, definitions.get(task.taskDefinitionArn ?? ''), this.#config),
    );
    const found = new Map<string, FoundTarget>();
    const skipped = [
      ...reading.gone.map((): SkipReason => 'gone'),
      ...all.flatMap((task) => task.skipped),
    ];
    for (const target of all.flatMap((task) => task.found)) {
      const identity = `${target.address}${target.labels[METRICS_PATH] ?? DEFAULT_PATH}`;
      if (found.has(identity)) skipped.push('duplicate');
      else found.set(identity, target);
    }
    const errors = kept > 0 ? [...calls.errors, keptTasks(kept)] : calls.errors;
    return { found: [...found.values()], skipped, errors };
  }
}

function keptTasks(count: number): DiscoveryError {
  return {
    operation: 'DescribeTasks',
    code: 'Kept',
    message: `${count} tasks could not be read; they are taken as they were`,
    count,
  };
}
