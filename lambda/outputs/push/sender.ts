import { unlessAborted } from '../../model/waiting/unless-aborted.ts';
import type { Batch } from './batch.ts';
import { type Answer, post } from './exchange.ts';
import { deadlineOf, errorOf, type Failure, failureOf, type Purpose } from './failure.ts';
import type { Runtime } from './runtime.ts';
import type { Signer } from './sigv4.ts';

/** Longest wait before the second attempt, in milliseconds; it doubles for each further one. */
const BACKOFF_MS = 250;
const MAX_BACKOFF_MS = 10_000;

/** If a receiver asks for a longer pause, the next cycle tries again. */
const MAX_RETRY_AFTER_MS = 30_000;

/** The accepted and rejected samples of a batch. */
export interface Verdict {
  /** Rejected samples. */
  readonly rejected: number;
  /** The reason, or a warning without rejected samples. Empty if the receiver gives none. */
  readonly message: string;
}

/** The formats of batches, and the memory of those that the receiver accepts. */
export interface Formats {
  /** The batch, or the same samples in a format that the receiver accepts. */
  suited(batch: Batch): Batch;
  /**
   * Notes that the receiver refused the format of a batch. @returns the same samples in another format; undefined
   * without one
   */
  other(batch: Batch): Batch | undefined;
}

export interface SenderOptions extends Purpose {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Absent: requests are not signed. */
  readonly signer?: Signer | undefined;
  /** Limit of a compressed body. A larger batch is split before it is sent. */
  readonly maxBodyBytes: number;
  /** Reads a good answer. */
  readonly verdict: (answer: Answer, batch: Batch) => Verdict | Failure;
  /** Reads any other answer. Undefined if its status says all. @default the status says all */
  readonly refusal?: (answer: Answer, batch: Batch) => Verdict | Failure | undefined;
  /** @default one format only */
  readonly formats?: Formats | undefined;
  readonly runtime: Runtime;
}

/** The result of a batch, or of a part after a split. */
export interface Sent {
  readonly batch: Batch;
  readonly result: Verdict | Failure;
}

/** Sends batches, each until it is accepted, refused, or out of time. */
export class Sender {
  /** Requests made so far. */
  requests = 0;
  /** Compressed bytes of the accepted requests. */
  bytes = 0;
  /** Requests that were refused because of their rate, even if a retry succeeded. */
  throttled = 0;
  readonly #options: SenderOptions;
  readonly #signal: AbortSignal;
  /** By the scope of batches. */
  readonly #denied = new Map<string | undefined, Failure>();

  constructor(options: SenderOptions, signal: AbortSignal) {
    this.#options = options;
    this.#signal = signal;
  }

  /** Never rejects because of a receiver or the network. */
  async send(given: Batch): Promise<Sent[]> {
    const { formats } = this.#options;
    const batch = formats?.suited(given) ?? given;
    const result = await this.#attempts(batch);
    const { remedy, places = undefined } = isFailure(result) ? result : {};
    const other = remedy === 'format' ? formats?.other(batch) : undefined;
    if (other !== undefined) return this.send(other);
    const halves = remedy === 'split' ? batch.split(places) : undefined;
    if (halves === undefined) return [{ batch, result }];
    return [...(await this.send(halves[0])), ...(await this.send(halves[1]))];
  }

  async #attempts(batch: Batch): Promise<Verdict | Failure> {
    const { maxBodyBytes, runtime, what } = this.#options;
    const body = (await batch.body()) as Buffer<ArrayBuffer>;
    if (body.length > maxBodyBytes) {
      const text = `${what} has a request of ${body.length} bytes, expected at most ${maxBodyBytes}`;
      return { reason: 'too_large', text, remedy: 'split' };
    }
    let last: Failure | undefined;
    let renewed = false;
    let corrected = false;
    for (let backoff = BACKOFF_MS; !this.#signal.aborted; backoff *= 2) {
      // A denial applies to all such batches of the cycle.
      const denied = this.#denied.get(batch.scope);
      if (denied !== undefined) return denied;
      const result = await this.#attempt(batch, body);
      if (!isFailure(result)) return result;
      const { remedy, receiverTime, retryAfterMs = 0 } = result;
      if (this.#signal.aborted) break;
      last = result;
      if (remedy === 'renew' && !renewed) {
        renewed = true;
        this.#options.signer?.renew();
      } else if (receiverTime !== undefined && !corrected) {
        corrected = true;
        this.#options.signer?.correct(receiverTime);
      } else if (remedy === 'again' && retryAfterMs <= MAX_RETRY_AFTER_MS) {
        const jitter = runtime.random() * Math.min(backoff, MAX_BACKOFF_MS);
        await runtime.wait(retryAfterMs + jitter, this.#signal);
      } else {
        if (result.reason === 'access_denied') this.#denied.set(batch.scope, result);
        return result;
      }
    }
    return deadlineOf(this.#options, last);
  }

  async #attempt(batch: Batch, body: Buffer<ArrayBuffer>): Promise<Verdict | Failure> {
    const { url, signer, verdict, refusal, runtime } = this.#options;
    const headers = { ...this.#options.headers, ...batch.headers };
    try {
      const signing = signer?.sign(url, headers, body);
      const signed = signing ? await unlessAborted(signing, this.#signal) : headers;
      this.requests += 1;
      const answer = await post(runtime, url, signed, body, this.#signal);
      const isGood = answer.status >= 200 && answer.status <= 299;
      const result = isGood
        ? verdict(answer, batch)
        : (refusal?.(answer, batch) ?? failureOf(answer, this.#options));
      if (!isFailure(result)) this.bytes += body.length;
      else if (result.reason === 'throttled') this.throttled += 1;
      return result;
    } catch (error) {
      if (error === this.#signal.reason) return deadlineOf(this.#options, undefined);
      return errorOf(error, this.#options);
    }
  }
}

export function isFailure(result: Verdict | Failure): result is Failure {
  return 'reason' in result;
}
