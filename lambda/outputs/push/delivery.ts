import type { DeliveryReport, RejectReason } from '../../model/delivery/event.ts';
import { Patience } from '../delivery/patience.ts';
import { SendQueue } from '../delivery/send-queue.ts';
import type { Batch, Portion } from './batch.ts';
import type { Failure } from './failure.ts';
import type { PendingSamples } from './pending-samples.ts';
import { isFailure, Sender, type SenderOptions, type Sent } from './sender.ts';

/** Requests under way at the same time. */
const CONCURRENCY = 4;

/** Bytes of batches, waiting and under way, at which the cycle waits. */
const MAX_BUFFERED_BYTES = 16 * 1024 * 1024;

/** Different errors of one delivery in the report. A reason may name a sample, and so differ each time. */
const MAX_ERRORS = 20;

/** Sends the batches of one cycle, several at a time, and counts the accepted and rejected samples. */
export class BatchDelivery {
  readonly #name: string;
  readonly #sender: Sender;
  readonly #queue: SendQueue<Batch>;
  readonly #rejected: Partial<Record<RejectReason, number>> = {};
  readonly #errors = new Set<string>();
  readonly #options: SenderOptions;
  readonly #patience: Patience;
  #bufferedBytes = 0;
  #requests = 0;
  #samples = 0;

  /** @param patienceMs as in `Output.open` */
  constructor(name: string, options: SenderOptions, signal: AbortSignal, patienceMs?: number) {
    this.#name = name;
    this.#options = options;
    this.#patience = new Patience(patienceMs, options.runtime);
    this.#sender = new Sender(options, signal);
    this.#queue = new SendQueue(CONCURRENCY, (batch) => this.#send(batch));
  }

  /** Sends a batch in its turn. Rejects the batch if there is no room and the receiver has not answered for long. */
  push(batch: Batch): void {
    if (!this.#hasRoom && this.#patience.isOver) {
      const text = `${this.#options.what} ${this.#patience.reason}`;
      this.#settle({ batch, result: { reason: 'unavailable', text } });
      return;
    }
    if (this.#queue.isIdle) this.#patience.renew();
    this.#bufferedBytes += batch.bytes;
    this.#queue.push(batch);
  }

  /** Rejects what is not worth a request. */
  reject(write: PendingSamples, samples: number, { reason, text }: Failure): void {
    write.add(samples);
    this.#note(text);
    this.#count(reason, samples);
    write.reject(reason, samples);
  }

  /** Resolves when there is room for more batches, or nobody should wait for it any longer. */
  async ready(): Promise<void> {
    // The deadline settles all batches, and so makes room.
    while (!this.#hasRoom && !this.#patience.isOver) {
      await this.#patience.wait(this.#queue.wait(() => this.#hasRoom));
    }
  }

  get #hasRoom(): boolean {
    return this.#bufferedBytes < MAX_BUFFERED_BYTES;
  }

  /** Resolves when all batches are answered. */
  async finish(): Promise<DeliveryReport> {
    await this.#queue.wait(() => this.#queue.isIdle);
    return {
      output: this.#name,
      takes: 'samples',
      events: this.#requests,
      metrics: this.#samples,
      bytes: this.#sender.bytes,
      requests: this.#sender.requests,
      rejected: { ...this.#rejected },
      ...(this.#sender.throttled > 0 && { throttled: this.#sender.throttled }),
      errors: [...this.#errors],
    };
  }

  async #send(batch: Batch): Promise<void> {
    for (const sent of await this.#sender.send(batch)) this.#settle(sent);
    this.#bufferedBytes -= batch.bytes;
    this.#patience.renew();
  }

  #settle({ batch, result }: Sent): void {
    const { samples, portions } = batch;
    if (isFailure(result)) {
      this.#note(result.text);
      this.#count(result.reason, samples);
      for (const { write, samples: count } of portions) write.reject(result.reason, count);
      return;
    }
    if (result.message !== '') this.#note(result.message);
    const rejected = Math.min(result.rejected, samples);
    this.#requests += 1;
    this.#samples += samples - rejected;
    if (rejected > 0) this.#count('refused', rejected);
    this.#spread(portions, rejected);
  }

  /** The receiver does not name the rejected samples: the first ones count as rejected. */
  #spread(portions: readonly Portion[], rejected: number): void {
    let left = rejected;
    for (const { write, samples } of portions) {
      const bad = Math.min(left, samples);
      left -= bad;
      if (bad > 0) write.reject('refused', bad);
      if (samples > bad) write.accept(samples - bad);
    }
  }

  #count(reason: RejectReason, samples: number): void {
    if (samples === 0) return;
    this.#rejected[reason] = (this.#rejected[reason] ?? 0) + samples;
  }

  #note(text: string): void {
    if (this.#errors.size < MAX_ERRORS) this.#errors.add(text);
  }
}
