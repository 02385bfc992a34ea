import { DescribeTasksCommand, ListTasksCommand, type Task } from '@aws-sdk/client-ecs';
import pMap from 'p-map';
import type { EcsCalls, EcsSender } from './ecs-calls.ts';

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

/**
 * Calls at the same time. ListTasks and DescribeTasks share a bucket of 100 calls that refills with 20 a second.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html
 */
export const REQUEST_CONCURRENCY = 10;

/** What the ECS API says about the tasks of a cluster. */
export interface TaskReading {
  readonly tasks: readonly Task[];
  /** ARNs of tasks that are listed and of which nothing is known, because the call for them failed. */
  readonly unread: readonly string[];
  /** ARNs of tasks that went away after they were listed. */
  readonly gone: readonly string[];
  /** Whether every page of the list was read. */
  readonly complete: boolean;
}

/** Reads the tasks of a cluster. What a failing page or batch leaves out is said; the rest is intact. */
export async function readTasks(
  ecs: EcsSender,
  cluster: string,
  calls: EcsCalls,
): Promise<TaskReading> {
  const { arns, complete } = await listTasks(ecs, cluster, calls);
  const batches = Array.from({ length: Math.ceil(arns.length / DESCRIBE_TASKS_BATCH) }, (_, n) =>
    arns.slice(n * DESCRIBE_TASKS_BATCH, (n + 1) * DESCRIBE_TASKS_BATCH),
  );
  const readings = await pMap(batches, (batch) => describeTasks(ecs, cluster, batch, calls), {
    concurrency: REQUEST_CONCURRENCY,
  });
  return {
    tasks: readings.flatMap(({ tasks }) => tasks),
    unread: readings.flatMap(({ unread }) => unread),
    gone: readings.flatMap(({ gone }) => gone),
    complete,
  };
}

async function listTasks(ecs: EcsSender, cluster: string, calls: EcsCalls) {
  const arns: string[] = [];
  let nextToken: string | undefined;
  do {
    const command = new ListTasksCommand({ cluster, maxResults: LIST_TASKS_PAGE, nextToken });
    const page = await calls.call('ListTasks', (options) => ecs.send(command, options));
    if (page === undefined) return { arns, complete: false };
    arns.push(...(page.taskArns ?? []));
    nextToken = page.nextToken;
  } while (nextToken);
  return { arns, complete: true };
}

async function describeTasks(
  ecs: EcsSender,
  cluster: string,
  batch: readonly string[],
  calls: EcsCalls,
): Promise<Omit<TaskReading, 'complete'>> {
  const command = new DescribeTasksCommand({ cluster, tasks: [...batch] });
  const answer = await calls.call('DescribeTasks', (options) => ecs.send(command, options));
  if (answer === undefined) return { tasks: [], unread: batch, gone: [] };
  const { tasks = [], failures = [] } = answer;
  return {
    tasks: tasks.map(slim),
    unread: [],
    gone: failures.flatMap(({ arn }) => (arn === undefined ? [] : [arn])),
  };
}

/** Only what discovery reads: the tasks are kept until the next refresh, and there may be 10,000 of them. */
function slim(task: Task): Task {
  return {
    taskArn: task.taskArn,
    taskDefinitionArn: task.taskDefinitionArn,
    lastStatus: task.lastStatus,
    group: task.group,
    startedBy: task.startedBy,
    launchType: task.launchType,
    attachments: task.attachments,
    containers: task.containers?.map(({ name, networkInterfaces }) => ({
      name,
      networkInterfaces,
    })),
  };
}
