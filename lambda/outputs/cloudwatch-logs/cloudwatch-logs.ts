import type { RejectedLogEventsInfo } from '@aws-sdk/client-cloudwatch-logs';
import type {
  Delivery,
  DeliveryOutcome,
  DeliveryReport,
  LogEvent,
  Output,
  RejectReason,
} from '../../model/delivery/event.ts';
import { eventBytes, MAX_EVENT_BYTES } from '../../model/delivery/event-size.ts';
import { Patience } from '../delivery/patience.ts';
import { PendingWrite } from '../delivery/pending-write.ts';
import { SendQueue } from '../delivery/send-queue.ts';
import { type Failure, Tally } from '../delivery/tally.ts';
import { LogsApi, type LogsSender } from './api.ts';
import { type LogBatch, LogBatches, type NewEvent } from './batch.ts';
import { BufferPool } from './events-text.ts';
import { failureOf, type LogsCallError } from './failure.ts';

/** Default name of the output. */
const NAME = 'cloudwatch-logs';

/** Far below the account's quota of 5,000 requests a second, with a few MiB of request bodies in memory. */
const CONCURRENCY = 4;

/** Attempts of one request: with waits of up to five seconds, about 20 seconds, or until the deadline. */
const MAX_ATTEMPTS = 10;

/** Two rounds of full batches: one under way, one waiting. */
const MAX_BUFFERED_BYTES = 8 * 1024 * 1024;

/**
 * Reasons for rejected events, in words:
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
 */
const BOUNDS = {
  too_old: 'more than 14 days behind its clock',
  too_new: 'more than 2 hours ahead of its clock',
  expired: 'older than the retention of the log group',
} as const satisfies Partial<Record<RejectReason, string>>;

type TimeReason = keyof typeof BOUNDS;

export interface CloudWatchLogsOptions {
  readonly client: LogsSender;
  /** @default `cloudwatch-logs` */
  readonly name?: string | undefined;
  /** PutLogEvents at the same time. @default 4 */
  readonly concurrency?: number;
  /** Attempts of one request, the first included. @default 10 */
  readonly maxAttempts?: number;
  /** Spreads the waits between attempts. @default Math.random */
  readonly random?: () => number;
  /** Bytes of events, waiting and under way, at which `ready` makes the cycle wait. @default 8 MiB */
  readonly maxBufferedBytes?: number;
}

/**
 * Delivers events with PutLogEvents. It sends full batches at once, and the others at the end of the cycle, or when the
 * memory is needed. It creates missing groups and streams. Delivery is at least once: a request without an answer is
 * repeated.
 */
export function cloudWatchLogsOutput(options: CloudWatchLogsOptions): Output {
  const pool = new BufferPool();
  return {
    name: options.name ?? NAME,
    open: (signal, patienceMs) => new LogsDelivery(options, pool, signal, patienceMs),
  };
}

class LogsDelivery implements Delivery {
  readonly #name: string;
  readonly #api: LogsApi;
  readonly #queue: SendQueue<LogBatch>;
  readonly #maxBufferedBytes: number;
  readonly #signal: AbortSignal;
  readonly #open: LogBatches;
  readonly #tally = new Tally();
  readonly #patience: Patience;
  #bufferedBytes = 0;
  #report: Promise<DeliveryReport> | undefined;

  constructor(
    {
      client,
      name = NAME,
      concurrency = CONCURRENCY,
      maxAttempts = MAX_ATTEMPTS,
      random = Math.random,
      maxBufferedBytes = MAX_BUFFERED_BYTES,
    }: CloudWatchLogsOptions,
    pool: BufferPool,
    signal: AbortSignal,
    patienceMs: number | undefined,
  ) {
    this.#name = name;
    this.#open = new LogBatches(pool);
    this.#api = new LogsApi(client, { maxAttempts, random, signal });
    this.#queue = new SendQueue(concurrency, (batch) => this.#deliver(batch));
    this.#maxBufferedBytes = maxBufferedBytes;
    this.#signal = signal;
    this.#patience = new Patience(patienceMs);
    signal.addEventListener('abort', this.#sendAll);
  }

  write(events: readonly LogEvent[]): Promise<DeliveryOutcome> {
    if (this.#report !== undefined) throw new Error('Expected no write after close');
    const write = new PendingWrite(events.length);
    for (const event of events) this.#add({ event, bytes: eventBytes(event.message), write });
    const mustSend = this.#isFull && this.#queue.hasRoom;
    if (mustSend || this.#signal.aborted) this.#sendAll();
    return write.outcome;
  }

  async ready(): Promise<void> {
    while (this.#isFull && !this.#patience.isOver) {
      // A write that waits for memory must not wait for batches that nobody fills.
      if (this.#canSend) this.#sendAll();
      await this.#patience.wait(this.#queue.wait(() => !this.#isFull || this.#canSend));
    }
  }

  close(): Promise<DeliveryReport> {
    this.#report ??= this.#finish();
    return this.#report;
  }

  get #canSend(): boolean {
    return this.#queue.hasRoom && !this.#open.isEmpty;
  }

  get #isFull(): boolean {
    return this.#bufferedBytes >= this.#maxBufferedBytes;
  }

  readonly #sendAll = (): void => {
    this.#send(...this.#open.takeAll());
  };

  async #finish(): Promise<DeliveryReport> {
    this.#sendAll();
    await this.#queue.wait(() => this.#queue.isIdle);
    this.#signal.removeEventListener('abort', this.#sendAll);
    return this.#tally.report(this.#name, this.#api.requests);
  }

  #add(sent: NewEvent): void {
    const refusal = refusalOf(sent) ?? this.#impatience();
    if (refusal !== undefined) {
      this.#tally.reject(sent, refusal);
      return;
    }
    this.#bufferedBytes += sent.bytes;
    const full = this.#open.add(sent);
    if (full !== undefined) this.#send(full);
  }

  #send(...batches: readonly LogBatch[]): void {
    if (this.#queue.isIdle) this.#patience.renew();
    this.#queue.push(...batches);
  }

  /** The reason for refusing an event that others would have to wait for. */
  #impatience(): Failure | undefined {
    if (!this.#isFull || !this.#patience.isOver) return undefined;
    return { reason: 'unavailable', text: `${this.#name} ${this.#patience.reason}` };
  }

  async #deliver(batch: LogBatch): Promise<void> {
    try {
      this.#settle(batch, await this.#api.put(batch));
      // CloudWatch Logs has read all of it. A request that failed may still be under way.
      batch.release();
    } catch (error) {
      const failure = failureOf(error as LogsCallError, this.#signal);
      for (const sent of batch.events()) this.#tally.reject(sent, failure);
    }
    this.#bufferedBytes -= batch.bytes;
    this.#patience.renew();
  }

  #settle(batch: LogBatch, info: RejectedLogEventsInfo | undefined): void {
    for (const [index, sent] of batch.events().entries()) {
      const reason = rejectReasonOf(info, index);
      if (reason === undefined) this.#tally.accept(sent);
      else this.#tally.reject(sent, { reason, text: rejectText(batch.group, reason) });
    }
  }
}

/**
 * The reason for a rejected event of a batch. An "end" index is the first event that is not rejected, a "start" index
 * the first one that is.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_RejectedLogEventsInfo.html
 */
function rejectReasonOf(
  info: RejectedLogEventsInfo | null | undefined,
  index: number,
): TimeReason | undefined {
  if (index < indexIn(info?.tooOldLogEventEndIndex, 0)) return 'too_old';
  if (index < indexIn(info?.expiredLogEventEndIndex, 0)) return 'expired';
  if (index >= indexIn(info?.tooNewLogEventStartIndex, Infinity)) return 'too_new';
  return undefined;
}

/** Answers are not trusted. */
function indexIn(value: unknown, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise;
}

function rejectText(group: string, reason: TimeReason): string {
  return `PutLogEvents on log group "${group}" rejected events: ${reason}, ${BOUNDS[reason]}`;
}

/** The fault of an event that would make CloudWatch Logs refuse its whole batch. */
function refusalOf({ event, bytes }: NewEvent): Failure | undefined {
  const { logGroup, message, timestamp } = event;
  if (bytes > MAX_EVENT_BYTES) {
    return {
      reason: 'too_large',
      text: `An event for log group "${logGroup}" has ${bytes} bytes, expected at most ${MAX_EVENT_BYTES}`,
    };
  }
  if (message === '') {
    return { reason: 'refused', text: `An event for log group "${logGroup}" has no message` };
  }
  if (!Number.isSafeInteger(timestamp) || timestamp < 0) {
    return {
      reason: 'refused',
      text: `An event for log group "${logGroup}" has the time ${timestamp}, expected whole milliseconds since 1970`,
    };
  }
  return undefined;
}
