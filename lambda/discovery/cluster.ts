import { DescribeClustersCommand, type Tag, type Task } from '@aws-sdk/client-ecs';
import type { EcsDiscoveryConfig } from '../model/config.ts';
import { ApiCalls, type DiscoveryError } from './api-calls.ts';
import type { AwsClients } from './aws-clients.ts';
import { type Candidate, candidatesOf } from './candidates.ts';
import { nameOf } from './cluster-list.ts';
import type { NamedTask } from './described-task.ts';
import { type TaskTargets, targetsOf } from './ecs-targets.ts';
import type { FoundTarget, SkipReason } from './found-target.ts';
import { Instances } from './instances.ts';
import { KnownTasks } from './known-tasks.ts';
import { PublicIps } from './public-ips.ts';
import type { RequestBudget } from './request-budget.ts';
import { Services } from './services.ts';
import type { TaskDefinitions } from './task-definitions.ts';
import { describeTasks, readTasks } from './tasks.ts';

/** What the clusters of one account in one Region share. */
export interface ClusterParts {
  readonly config: EcsDiscoveryConfig;
  readonly clients: AwsClients;
  readonly budget: RequestBudget;
  readonly definitions: TaskDefinitions;
  /** Milliseconds for which a task that cannot be read any more counts as it was. */
  readonly keepMs: number;
}

/** What a cluster has to offer. */
export interface ClusterTargets {
  readonly found: readonly FoundTarget[];
  readonly skipped: readonly SkipReason[];
  readonly errors: readonly DiscoveryError[];
}

/** Which tasks do not run any more. */
export interface StoppedTasks {
  readonly arns: readonly string[];
  readonly errors: readonly DiscoveryError[];
}

interface DefinedTask extends NamedTask {
  readonly candidates: readonly Candidate[];
}

/** One cluster, with what is remembered of it between refreshes. */
export class Cluster {
  readonly name: string;
  readonly #id: string;
  readonly #parts: ClusterParts;
  readonly #tasks: KnownTasks;
  readonly #instances: Instances;
  readonly #services: Services;
  readonly #publicIps: PublicIps;
  #tags: readonly Tag[] = [];

  /** @param id name or ARN */
  constructor(id: string, parts: ClusterParts) {
    this.name = nameOf(id);
    this.#id = id;
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

  /** Finds the targets of all tasks. What the APIs do not say by the time of `signal` is an error. */
  async find(now: number, signal: AbortSignal): Promise<ClusterTargets> {
    const { clients, definitions, config } = this.#parts;
    const calls = this.#calls(signal);
    const reading = await readTasks(clients.ecs, this.#id, calls, (tasks) =>
      definitions.read(definitionArns(tasks.filter(isRunning)), calls),
    );
    const kept = this.#tasks.update(reading, now);
    const running = this.#tasks.running;
    await Promise.all([
      // Those of tasks that could not be read this time may be missing.
      definitions.read(definitionArns(running), calls),
      this.#services.read(running, config.lookups.has('services'), calls),
      config.lookups.has('cluster_tags') && this.#readTags(calls),
    ]);
    const defined = running.flatMap((task) => this.#withDefinition(task));
    const wanted = defined.filter(({ candidates }) => candidates.length > 0);
    // Only of these: a cluster may have many tasks that nobody wants to scrape.
    const tasks = wanted.map(({ task }) => task);
    await Promise.all([
      this.#instances.read(tasks, calls),
      config.lookups.has('public_ips') && this.#publicIps.read(tasks, calls),
    ]);

    const all = wanted.map((task) => this.#targetsOf(task));
    return {
      found: all.flatMap(({ found }) => found),
      skipped: [
        ...repeated('not_running', this.#tasks.size - running.length),
        ...repeated('no_definition', running.length - defined.length),
        ...repeated('gone', reading.gone.length),
        ...all.flatMap(({ skipped }) => skipped),
      ],
      errors: kept > 0 ? [...calls.errors, keptTasks(kept, this.name)] : calls.errors,
    };
  }

  /** Which of these tasks do not run any more, or are told to stop. Those that cannot be asked for count as running. */
  async stopped(arns: readonly string[], signal: AbortSignal): Promise<StoppedTasks> {
    const calls = this.#calls(signal);
    const { tasks, gone } = await describeTasks(this.#parts.clients.ecs, this.#id, arns, calls);
    const ended = tasks.filter((task) => !isRunning(task) || task.desiredStatus === 'STOPPED');
    return {
      arns: [...gone, ...ended.flatMap(({ taskArn }) => taskArn ?? [])],
      errors: calls.errors,
    };
  }

  #calls(signal: AbortSignal): ApiCalls {
    return new ApiCalls(this.#parts.budget, `of ${this.name}`, signal);
  }

  /** The task and what the modes ask for of it; nothing where its definition could not be read. */
  #withDefinition(task: Task): DefinedTask[] {
    const { definitions, config } = this.#parts;
    const definition = definitions.get(task.taskDefinitionArn ?? '');
    if (definition === undefined) return [];
    const named = { task, definition, serviceName: this.#services.nameOf(task) };
    return [{ ...named, candidates: candidatesOf(named, config) }];
  }

  #targetsOf({ candidates, ...defined }: DefinedTask): TaskTargets {
    const { task, serviceName } = defined;
    const described = {
      ...defined,
      instance: this.#instances.of(task),
      service: serviceName === undefined ? undefined : this.#services.get(serviceName),
      cluster: { name: this.name, tags: this.#tags },
      publicIp: this.#publicIps.of(task),
    };
    return targetsOf(described, candidates, this.#parts.config);
  }

  async #readTags(calls: ApiCalls): Promise<void> {
    const command = new DescribeClustersCommand({ clusters: [this.#id], include: ['TAGS'] });
    const answer = await calls.call('DescribeClusters', (options) =>
      this.#parts.clients.ecs.send(command, options),
    );
    this.#tags = answer?.clusters?.[0]?.tags ?? this.#tags;
  }
}

function repeated(reason: SkipReason, count: number): SkipReason[] {
  return Array.from({ length: count }, () => reason);
}

function isRunning({ lastStatus }: Task): boolean {
  return lastStatus === 'RUNNING';
}

function definitionArns(tasks: readonly Task[]): string[] {
  return [...new Set(tasks.flatMap(({ taskDefinitionArn }) => taskDefinitionArn ?? []))];
}

function keptTasks(count: number, cluster: string): DiscoveryError {
  return {
    operation: 'DescribeTasks',
    code: 'Kept',
    message: `${count} of the tasks of ${cluster} could not be read and count as they were`,
    count,
  };
}
