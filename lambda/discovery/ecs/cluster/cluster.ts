import {
  type Cluster as AwsCluster,
  DescribeClustersCommand,
  type Tag,
  type Task,
} from '@aws-sdk/client-ecs';
import { clusterNameOf } from '../../../model/settings/cluster-selector.ts';
import type { KnownTasks as KnownTasksById } from '../../../model/targets/tasks.ts';
import { ApiCalls, type DiscoveryError } from '../../aws/api-calls.ts';
import type { AwsClients } from '../../aws/clients.ts';
import type { RequestBudget } from '../../aws/request-budget.ts';
import { LeftOutTally } from '../../found/left-out.ts';
import type { FoundTarget } from '../../found/target.ts';
import { isDaemon } from './daemon-task.ts';
import { machineOf, type NamedTask, nameIn, subjectOf } from './described-task.ts';
import { Instances } from './instances.ts';
import { KnownTasks } from './known-tasks.ts';
import { PublicIps } from './public-ips.ts';
import { Services } from './services.ts';
import type { Finding, TargetFinder, TaskTargets } from './target-finder.ts';
import type { TaskDefinitions } from './task-definitions.ts';
import { isRunning, readTasks, stoppedTasks } from './tasks.ts';

/** The parts that the clusters of one account in one Region share. */
export interface ClusterParts {
  /** As `sourceKey` returns it. */
  readonly source: string;
  readonly finder: TargetFinder;
  readonly clients: AwsClients;
  readonly budget: RequestBudget;
  readonly definitions: TaskDefinitions;
  /** Milliseconds for which an unreadable task keeps its last known state. */
  readonly keepMs: number;
}

/** The targets of a cluster. */
export interface ClusterTargets {
  readonly found: readonly FoundTarget[];
  readonly leftOut: LeftOutTally;
  /** The parts of the configuration that select any of its tasks, as `entryNames` returns them. */
  readonly entries: ReadonlySet<string>;
  /** Tasks in state RUNNING. */
  readonly running: number;
  /** The same, by their ids. */
  readonly tasks: KnownTasksById;
  readonly errors: readonly DiscoveryError[];
}

/** The tasks that have stopped. */
export interface StoppedTasks {
  readonly arns: readonly string[];
  readonly errors: readonly DiscoveryError[];
}

/** A task that a part of the configuration selects. */
interface WantedTask {
  readonly named: NamedTask;
  readonly finding: Finding;
}

/** One cluster, with its memory between refreshes. */
export class Cluster {
  readonly name: string;
  /** Name or ARN. */
  readonly id: string;
  /** As of its `ClusterParts`. */
  readonly source: string;
  readonly #parts: ClusterParts;
  readonly #tasks: KnownTasks;
  readonly #instances: Instances;
  readonly #services: Services;
  readonly #publicIps: PublicIps;
  #tags: readonly Tag[] = [];

  /** @param id name or ARN */
  constructor(id: string, parts: ClusterParts) {
    this.name = clusterNameOf(id);
    this.id = id;
    this.source = parts.source;
    this.#parts = parts;
    this.#tasks = new KnownTasks(parts.keepMs);
    this.#instances = new Instances(parts.clients, id);
    this.#services = new Services(parts.clients.ecs, id);
    this.#publicIps = new PublicIps(parts.clients);
  }

  /** ARNs of the task definitions of all running tasks, as of the last refresh. */
  get definitionsInUse(): readonly string[] {
    return definitionArns(this.#tasks.running);
  }

  /** Finds the targets of all tasks. An API that does not answer before `signal` is an error. */
  async find(now: number, signal: AbortSignal): Promise<ClusterTargets> {
    const { clients, finder } = this.#parts;
    const calls = this.#calls(signal);
    const reading = await readTasks(clients.ecs, this.id, calls, (tasks) =>
      this.#readDefinitions(tasks.filter(isRunning), calls),
    );
    const kept = this.#tasks.update(reading, now);
    const running = this.#tasks.running;
    await Promise.all([
      // Definitions of tasks that could not be read this time may be missing.
      this.#readDefinitions(running, calls),
      this.#services.read(running, finder.lookups.has('services'), calls),
      finder.lookups.has('cluster_tags') && this.#readTags(calls),
    ]);
    const named = running.flatMap((task) => this.#named(task));
    const wanted = named.flatMap((each): WantedTask[] => {
      const finding = finder.find(each);
      return finding === undefined ? [] : [{ named: each, finding }];
    });
    // Only of the selected tasks: a cluster may have many others.
    const tasks = wanted.map((each) => each.named.task);
    await Promise.all([
      this.#instances.read(tasks, calls),
      finder.lookups.has('public_ips') && this.#publicIps.read(tasks, calls),
    ]);

    const all = wanted.map((task) => this.#targetsOf(task));
    const leftOut = new LeftOutTally();
    const cluster = this.name;
    leftOut.add({ reason: 'not_running', subject: { cluster } }, this.#tasks.size - running.length);
    const known = new Set(named.map(({ task }) => task));
    for (const task of running) {
      if (known.has(task)) continue;
      const serviceName = this.#services.nameOf(task);
      leftOut.add({ reason: 'no_definition', subject: subjectOf({ task, serviceName }, cluster) });
    }
    leftOut.add({ reason: 'gone', subject: { cluster } }, reading.gone.length);
    for (const skip of all.flatMap(({ skipped }) => skipped)) leftOut.add(skip);
    const found = all.flatMap((targets) => targets.found);
    if (finder.requiresDaemon) {
      for (const instance of instancesWithoutDaemon(running, found)) {
        leftOut.add({ reason: 'no_daemon', subject: { cluster, instance: nameIn(instance) } });
      }
    }
    leftOut.addAll(calls.leftOut);
    return {
      found,
      leftOut,
      entries: new Set(all.flatMap(({ entries }) => entries)),
      running: running.length,
      tasks: knownById(running),
      errors: kept > 0 ? [...calls.errors, keptTasks(kept, this.name)] : calls.errors,
    };
  }

  /** The tasks among these that have stopped, or are about to stop. A task that the API cannot tell about counts as running. */
  async stopped(arns: readonly string[], signal: AbortSignal): Promise<StoppedTasks> {
    const calls = this.#calls(signal);
    const stopped = await stoppedTasks(this.#parts.clients.ecs, this.id, arns, calls);
    return { arns: stopped, errors: calls.errors };
  }

  #calls(signal: AbortSignal): ApiCalls {
    return new ApiCalls(this.#parts.budget, `of ${this.name}`, signal);
  }

  async #readDefinitions(tasks: readonly Task[], calls: ApiCalls): Promise<void> {
    const { definitions, finder } = this.#parts;
    if (finder.readsDefinitions) await definitions.read(definitionArns(tasks), calls);
  }

  /** Empty if its definition is needed and could not be read. */
  #named(task: Task): NamedTask[] {
    const { definitions, finder } = this.#parts;
    const { taskDefinitionArn = '' } = task;
    const isRead = finder.readsDefinitions && !isDaemon(task);
    const definition = isRead ? definitions.get(taskDefinitionArn) : {};
    if (definition === undefined) return [];
    return [{ task, definition, serviceName: this.#services.nameOf(task) }];
  }

  #targetsOf({ named, finding }: WantedTask): TaskTargets {
    const { task, serviceName } = named;
    return finding({
      ...named,
      instance: this.#instances.of(task),
      service: serviceName === undefined ? undefined : this.#services.get(serviceName),
      cluster: { name: this.name, tags: this.#tags },
      publicIp: this.#publicIps.of(task),
    });
  }

  async #readTags(calls: ApiCalls): Promise<void> {
    const command = new DescribeClustersCommand({ clusters: [this.id], include: ['TAGS'] });
    const answer = await calls.call('DescribeClusters', (options) =>
      this.#parts.clients.ecs.send(command, options),
    );
    const [cluster] = calls.entries<AwsCluster>('DescribeClusters', 'clusters', answer?.clusters);
    this.#tags = cluster?.tags ?? this.#tags;
  }
}

/** Of those that can be read. */
function definitionArns(tasks: readonly Task[]): string[] {
  const ordinary = tasks.filter((task) => !isDaemon(task));
  return [...new Set(ordinary.flatMap(({ taskDefinitionArn }) => taskDefinitionArn ?? []))];
}

function knownById(running: readonly Task[]): KnownTasksById {
  return new Map(
    running.map((task) => [
      nameIn(task.taskArn) ?? '',
      { machine: machineOf(task), startedAt: task.startedAt?.getTime() },
    ]),
  );
}

/** ARNs of the Managed Instances that run tasks, and on which no daemon was found. */
function instancesWithoutDaemon(
  running: readonly Task[],
  found: readonly FoundTarget[],
): ReadonlySet<string> {
  const serving = new Set(found.map(({ taskArn }) => taskArn));
  const instances = running
    .filter(({ launchType }) => launchType === 'MANAGED_INSTANCES')
    .flatMap(({ containerInstanceArn }) => containerInstanceArn ?? []);
  const daemons = running.filter((task) => isDaemon(task) && serving.has(task.taskArn));
  const served = new Set(daemons.map(machineOf));
  return new Set(instances.filter((arn) => !served.has(arn)));
}

function keptTasks(count: number, cluster: string): DiscoveryError {
  return {
    operation: 'DescribeTasks',
    code: 'Kept',
    message: `the discovery could not read ${count} tasks of ${cluster} and uses their last known state`,
    count,
  };
}
