/** Bytes of an answer that are read: enough for the reason of any receiver. */
const MAX_ANSWER_BYTES = 64 * 1024;

/** Milliseconds of one attempt, from connecting to the last byte of the answer. */
const ATTEMPT_MS = 20_000;

/** The used part of the runtime's `fetch`. */
export type Fetch = (url: URL, init: RequestInit) => Promise<Response>;

/** The answer of a receiver. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly headers: Headers;
  readonly body: Buffer;
  /** Milliseconds for which the receiver wants no further attempt. */
  readonly retryAfterMs?: number | undefined;
  /** The time of the receiver's clock, in milliseconds since the epoch. Absent if it sends none. */
  readonly date?: number | undefined;
}

/** There was no complete answer. */
export class ExchangeError extends Error {
  override readonly name = 'ExchangeError';
}

/** Posts a body once. @throws ExchangeError */
export async function post(
  { fetch, now }: { readonly fetch: Fetch; readonly now: () => number },
  url: URL,
  headers: Readonly<Record<string, string>>,
  body: Buffer<ArrayBuffer>,
  signal: AbortSignal,
): Promise<Answer> {
  const attempt = AbortSignal.timeout(ATTEMPT_MS);
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers,
      body,
      // A signature is valid for one address only.
      redirect: 'manual',
      signal: AbortSignal.any([signal, attempt]),
    });
    return {
      status: response.status,
      contentType: response.headers.get('content-type') ?? '',
      headers: response.headers,
      body: await bodyOf(response),
      retryAfterMs: retryAfter(response.headers.get('retry-after'), now()),
      date: timeIn(response.headers.get('date')),
    };
  } catch (error) {
    if (attempt.aborted && !signal.aborted) {
      throw new ExchangeError(`no answer within ${ATTEMPT_MS} ms`, { cause: error });
    }
    throw new ExchangeError(reasonOf(error), { cause: error });
  }
}

async function bodyOf(response: Response): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= MAX_ANSWER_BYTES) break;
  }
  return Buffer.concat(chunks);
}

/** Seconds or a date: https://httpwg.org/specs/rfc9110.html#field.retry-after */
function retryAfter(value: string | null, now: number): number | undefined {
  if (value === null) return undefined;
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  const date = timeIn(value);
  return date === undefined ? undefined : Math.max(date - now, 0);
}

/** https://httpwg.org/specs/rfc9110.html#http.date */
function timeIn(value: string | null): number | undefined {
  const time = Date.parse(value ?? '');
  return Number.isNaN(time) ? undefined : time;
}

/** `fetch` gives no reason itself: its cause does, or the causes of that if several addresses were tried. */
function reasonOf(error: unknown): string {
  const { cause } = error as { cause?: { errors?: unknown[] } };
  const { message, code } = (cause?.errors?.[0] ?? cause ?? error) as {
    message?: string;
    code?: string;
  };
  return message || code || String(error);
}
