import { DescribeTaskDefinitionCommand, type TaskDefinition } from '@aws-sdk/client-ecs';
import type { ApiCalls } from '../../aws/api-calls.ts';
import type { EcsSender } from '../../aws/clients.ts';
import { nameIn } from './described-task.ts';

/** Unused definitions that stay in memory at most, as in the CloudWatch Agent. */
const MAX_KNOWN = 2000;

/** Reads each task definition once: a revision never changes. */
export class TaskDefinitions {
  readonly #ecs: EcsSender;
  readonly #known = new Map<string, TaskDefinition>();
  /** Definitions requested in this refresh, with or without success. */
  readonly #asked = new Map<string, Promise<void>>();

  constructor(ecs: EcsSender) {
    this.#ecs = ecs;
  }

  /** Resolves after reading these definitions. The next refresh tries unreadable ones again. */
  async read(arns: Iterable<string>, calls: ApiCalls): Promise<void> {
    const readings = Array.from(new Set(arns), (arn) => {
      if (this.#known.has(arn)) return undefined;
      const reading = this.#asked.get(arn) ?? this.#readOne(arn, calls);
      this.#asked.set(arn, reading);
      return reading;
    });
    await Promise.all(readings);
  }

  get(arn: string): TaskDefinition | undefined {
    return this.#known.get(arn);
  }

  /** Ends a refresh, and forgets unused definitions if there are too many. */
  endRefresh(inUse: ReadonlySet<string>): void {
    this.#asked.clear();
    if (this.#known.size <= MAX_KNOWN) return;
    for (const arn of this.#known.keys()) if (!inUse.has(arn)) this.#known.delete(arn);
  }

  async #readOne(arn: string, calls: ApiCalls): Promise<void> {
    const command = new DescribeTaskDefinitionCommand({ taskDefinition: arn });
    const answer = await calls.call(
      'DescribeTaskDefinition',
      (options) => this.#ecs.send(command, options),
      [nameIn(arn) ?? arn],
    );
    const [definition] = calls.entries<TaskDefinition>(
      'DescribeTaskDefinition',
      'taskDefinition',
      answer?.taskDefinition && [answer.taskDefinition],
    );
    if (definition !== undefined) this.#known.set(arn, definition);
  }
}
