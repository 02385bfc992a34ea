import {
  type CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  type RejectedLogEventsInfo,
} from '@aws-sdk/client-cloudwatch-logs';
import { unlessAborted } from '../../model/waiting/unless-aborted.ts';
import { type RetryOptions, withRetries } from '../delivery/retry.ts';
import type { LogBatch } from './batch.ts';
import { isDenied, LogsCallError, nameOf, retryDelayOf } from './failure.ts';
import { PutBatchCommand } from './put-batch.ts';

/** Another caller creates the same group or stream, or has done so. */
const CREATED = ['ResourceAlreadyExistsException', 'OperationAbortedException'];

/** The used part of the SDK's client. */
export type LogsSender = Pick<CloudWatchLogsClient, 'send'>;

/** The calls of one cycle. It retries transient errors until the deadline. */
export class LogsApi {
  /** Requests made so far, retries included. */
  requests = 0;
  readonly #client: LogsSender;
  readonly #retries: RetryOptions;
  readonly #abortSignal: AbortSignal;
  readonly #creations = new Map<string, Promise<void>>();
  readonly #denied = new Map<string, LogsCallError>();

  constructor(client: LogsSender, retries: RetryOptions) {
    this.#client = client;
    this.#retries = retries;
    this.#abortSignal = retries.signal;
  }

  /**
   * Puts a batch; creates its group and stream if they are missing. Returns the rejected events. Throws a
   * `LogsCallError`. A call that is denied, or a group that cannot be created, is not tried again in this cycle.
   */
  async put(batch: LogBatch): Promise<RejectedLogEventsInfo | undefined> {
    const { group, stream } = batch;
    const key = `${group}\0${stream}`;
    await this.#creations.get(key);
    try {
      return await this.#putEvents(batch);
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
    await this.#once(key, () => this.#createStream(group, stream));
    return this.#putEvents(batch);
  }

  async #putEvents(batch: LogBatch): Promise<RejectedLogEventsInfo | undefined> {
    const command = new PutBatchCommand(batch);
    const answer = await this.#call(
      'PutLogEvents',
      batch.group,
      ['DataAlreadyAcceptedException'],
      () => this.#client.send(command, { abortSignal: this.#abortSignal }),
    );
    return answer?.rejectedLogEventsInfo;
  }

  /** The stream first: if the group exists, the function needs no permission to create one. */
  async #createStream(group: string, stream: string): Promise<void> {
    const command = new CreateLogStreamCommand({ logGroupName: group, logStreamName: stream });
    const create = () =>
      this.#call('CreateLogStream', group, CREATED, () =>
        this.#client.send(command, { abortSignal: this.#abortSignal }),
      );
    try {
      await create();
    } catch (error) {
      if (!isMissing(error)) throw error;
      await this.#once(group, () => this.#createGroup(group));
      await create();
    }
  }

  async #createGroup(group: string): Promise<void> {
    const command = new CreateLogGroupCommand({ logGroupName: group });
    await this.#call('CreateLogGroup', group, CREATED, () =>
      this.#client.send(command, { abortSignal: this.#abortSignal }),
    );
  }

  /** All callers for the same group or stream share one attempt, and its failure, for the rest of the cycle. */
  #once(key: string, create: () => Promise<void>): Promise<void> {
    const creation = this.#creations.get(key) ?? create();
    this.#creations.set(key, creation);
    return creation;
  }

  /** `undefined` if the call failed because its work is already done. */
  async #call<Answer>(
    operation: string,
    group: string,
    done: readonly string[],
    send: () => Promise<Answer>,
  ): Promise<Answer | undefined> {
    const key = `${operation}\0${group}`;
    const denied = this.#denied.get(key);
    if (denied !== undefined) throw denied;
    const attempt = () => {
      this.requests += 1;
      return unlessAborted(send(), this.#abortSignal);
    };
    try {
      return await withRetries(attempt, retryDelayOf, this.#retries);
    } catch (error) {
      if (done.includes(nameOf(error) ?? '')) return undefined;
      const failure = new LogsCallError(operation, group, error);
      if (isDenied(error)) this.#denied.set(key, failure);
      throw failure;
    }
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof LogsCallError && nameOf(error.cause) === 'ResourceNotFoundException';
}
