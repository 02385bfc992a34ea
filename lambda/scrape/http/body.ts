import { createGunzip } from 'node:zlib';
import { ScrapeError } from '../../model/targets/scrape-error.ts';
import type { ByteAccount } from './bytes/budget.ts';
import { type Postponement, ResponseBody } from './response-body.ts';

/** The limits of a body. */
export interface BodyLimits {
  /** Bytes that the body must stay below. */
  readonly limit: number;
  readonly account: ByteAccount;
  readonly postponement?: Postponement | undefined;
  /** Ends all work for the body. */
  readonly signal: AbortSignal;
}

/** Bytes of one part of the decompressed body. */
const PART_BYTES = 64 * 1024;

/**
 * Decompresses a body as its headers say.
 *
 * @param limits the account has counted the bytes of `raw`, and counts the decompressed ones
 * @throws ScrapeError, or the reason of the signal
 */
export async function decompressed(
  raw: Buffer,
  contentEncoding: string,
  { limit, account, postponement, signal }: BodyLimits,
): Promise<Buffer> {
  const encoding = contentEncoding.toLowerCase();
  if (encoding === '' || encoding === 'identity') return raw;
  if (encoding !== 'gzip') {
    const given = JSON.stringify(encoding);
    throw new ScrapeError('invalid_body', `expected content-encoding gzip or none, got ${given}`);
  }
  const body = new ResponseBody(limit, account, postponement, raw.length);
  const gunzip = createGunzip({ chunkSize: PART_BYTES });
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  aborted.catch(() => undefined);
  const abort = () => {
    gunzip.destroy(signal.reason);
    reject(signal.reason);
  };
  signal.addEventListener('abort', abort, { once: true });
  try {
    signal.throwIfAborted();
    gunzip.end(raw);
    for await (const part of gunzip as AsyncIterable<Buffer>) {
      body.append(part, 0, part.length);
      const room = body.settle();
      // Other bodies may not free any bytes before the cycle ends.
      if (room !== undefined) await Promise.race([room, aborted]);
    }
    return body.bytes;
  } catch (cause) {
    body.free();
    if (signal.aborted) throw signal.reason;
    if (cause instanceof ScrapeError) throw cause;
    const { message } = cause as Error;
    throw new ScrapeError('invalid_body', `expected a gzip body, got: ${message}`, { cause });
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
