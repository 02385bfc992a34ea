import {
  DescribeTasksCommand,
  type Failure,
  ListTasksCommand,
  type Task,
} from '@aws-sdk/client-ecs';
import type { ApiCalls } from '../../aws/api-calls.ts';
import { batchesOf } from '../../aws/batches.ts';
import type { EcsSender } from '../../aws/clients.ts';
import { readPages } from '../../aws/pages.ts';
import { nameIn } from './described-task.ts';

/**
 * The largest page of ListTasks.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListTasks.html
 */
export const LIST_TASKS_PAGE = 100;

/**
 * "You can specify up to 100 tasks".
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTasks.html
 */
export const DESCRIBE_TASKS_BATCH = 100;

/** The answer of the ECS API about the tasks of a cluster. */
export interface TaskReading {
  readonly tasks: readonly Task[];
  /** ARNs of listed tasks that are unknown because the call for them failed. */
  readonly unread: readonly string[];
  /** ARNs of tasks that ended after they were listed. */
  readonly gone: readonly string[];
  /** Whether every page of the list was read. */
  readonly complete: boolean;
}

type Described = Omit<TaskReading, 'complete'>;

/**
 * Reads the tasks of a cluster, each page of the list as soon as it arrives. A failed page or batch is an error; the
 * rest stays valid.
 *
 * @param onTasks gets the tasks as they arrive; the end waits for it
 */
export async function readTasks(
  ecs: EcsSender,
  cluster: string,
  calls: ApiCalls,
  onTasks: (tasks: readonly Task[]) => Promise<void>,
): Promise<TaskReading> {
  const described: Promise<Described>[] = [];
  const followed: Promise<void>[] = [];
  const complete = await readPages(
    'ListTasks',
    calls,
    (nextToken) => {
      const command = new ListTasksCommand({ cluster, maxResults: LIST_TASKS_PAGE, nextToken });
      return calls.call('ListTasks', (options) => ecs.send(command, options));
    },
    (page) => {
      const batch = describeTasks(
        ecs,
        cluster,
        calls.entries<string>('ListTasks', 'taskArns', page.taskArns),
        calls,
      );
      described.push(batch);
      followed.push(batch.then(({ tasks }) => onTasks(tasks)));
    },
  );
  const reading = joined(await Promise.all(described));
  await Promise.all(followed);
  return { ...reading, complete };
}

/** Describes tasks by their ARNs, in batches. */
export async function describeTasks(
  ecs: EcsSender,
  cluster: string,
  arns: readonly string[],
  calls: ApiCalls,
): Promise<Described> {
  const batches = batchesOf(arns, DESCRIBE_TASKS_BATCH);
  return joined(await Promise.all(batches.map((batch) => describe(ecs, cluster, batch, calls))));
}

/** The tasks among these that have stopped, or are about to stop; a task that the API cannot tell about counts as running. */
export async function stoppedTasks(
  ecs: EcsSender,
  cluster: string,
  arns: readonly string[],
  calls: ApiCalls,
): Promise<readonly string[]> {
  const { tasks, gone } = await describeTasks(ecs, cluster, arns, calls);
  const ended = tasks.filter((task) => !isRunning(task) || task.desiredStatus === 'STOPPED');
  return [...gone, ...ended.flatMap(({ taskArn }) => taskArn ?? [])];
}

export function isRunning({ lastStatus }: Task): boolean {
  return lastStatus === 'RUNNING';
}

async function describe(
  ecs: EcsSender,
  cluster: string,
  batch: readonly string[],
  calls: ApiCalls,
): Promise<Described> {
  const command = new DescribeTasksCommand({ cluster, tasks: [...batch], include: ['TAGS'] });
  const answer = await calls.call(
    'DescribeTasks',
    (options) => ecs.send(command, options),
    batch.map((arn) => `task ${nameIn(arn)}`),
  );
  if (answer === undefined) return { tasks: [], unread: batch, gone: [] };
  const silent = batch.length - lengthOf(answer.tasks) - lengthOf(answer.failures);
  calls.odd('DescribeTasks', 'left tasks of the request out of its answer', silent);
  const failures = calls.entries<Failure>('DescribeTasks', 'failures', answer.failures);
  return {
    tasks: calls.entries<Task>('DescribeTasks', 'tasks', answer.tasks),
    unread: [],
    gone: failures.flatMap(({ arn }) => (arn === undefined ? [] : [arn])),
  };
}

function lengthOf(list: unknown): number {
  return Array.isArray(list) ? list.length : 0;
}

function joined(parts: readonly Described[]): Described {
  return {
    tasks: parts.flatMap(({ tasks }) => tasks),
    unread: parts.flatMap(({ unread }) => unread),
    gone: parts.flatMap(({ gone }) => gone),
  };
}
