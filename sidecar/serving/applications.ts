import { type RequestTarget, request } from '../http/client.ts';
import { type Reply, type Request, refusal } from '../http/server.ts';

/** Bytes of an answer, compressed as it comes. */
const MAX_BYTES = 16 * 1024 * 1024;

/** Request headers that an exporter's answer depends on. Never `Authorization`: that token is the sidecar's. */
const FORWARDED = ['accept', 'accept-encoding', 'x-prometheus-scrape-timeout-seconds'] as const;

/** Headers of the answer that describe its body. */
const RETURNED = ['content-type', 'content-encoding'] as const;

export interface ApplicationLimits {
  /** Milliseconds without a byte, from connecting on. @default 10000 */
  readonly idleMs?: number;
  /** @default 16777216 */
  readonly maxBytes?: number;
}

/**
 * Asks an endpoint of an application in the same task, and passes its answer on as it arrives. A failure before the
 * first byte gets an answer of its own: 502, or 504 if the application is too slow. After that, only the end of the
 * connection can show a failure.
 *
 * @param name for the messages
 */
export function askApplication(
  name: string,
  target: RequestTarget,
  { method, query, headers }: Request,
  { idleMs = 10_000, maxBytes = MAX_BYTES }: ApplicationLimits = {},
): Promise<Reply> {
  const { promise, resolve } = Promise.withResolvers<Reply>();
  const pieces = new Pieces(() => socket.resume());
  let status: number | undefined;
  let bytes = 0;
  const fail = (code: number, reason: string) => {
    if (status === undefined) resolve(refusal(code, `${name}: ${reason}`));
    pieces.fail(new Error(`${name}: ${reason}`));
    socket.destroy();
  };
  const tooLarge = () => fail(502, `the answer has more than ${maxBytes} bytes`);
  const socket = request(
    { ...target, path: withQuery(target.path, query), method, headers: pick(headers, FORWARDED) },
    {
      head(given, answered) {
        if (Number(answered.get('content-length') ?? 0) > maxBytes) return tooLarge();
        status = given;
        resolve({
          status,
          headers: pick(answered, RETURNED),
          body: pieces.read(() => socket.destroy()),
        });
      },
      data(chunk) {
        bytes += chunk.length;
        if (bytes > maxBytes) return tooLarge();
        pieces.add(chunk);
        socket.pause();
      },
      end: () => pieces.end(),
      fail: (error) => fail(502, error.message),
    },
  );
  socket.setTimeout(idleMs, () => fail(504, `no byte for ${idleMs} ms`));
  return promise;
}

/** Pieces that have arrived and are not read yet. */
class Pieces {
  readonly #readOn: () => void;
  readonly #waiting: Buffer[] = [];
  #over = false;
  #error: Error | undefined;
  #changed = Promise.withResolvers<void>();

  /** @param readOn called when there is room for more */
  constructor(readOn: () => void) {
    this.#readOn = readOn;
  }

  add(piece: Buffer): void {
    this.#waiting.push(piece);
    this.#changed.resolve();
  }

  end(): void {
    this.#over = true;
    this.#changed.resolve();
  }

  fail(error: Error): void {
    this.#error ??= error;
    this.end();
  }

  /** @param close called when nobody reads any more */
  async *read(close: () => void): AsyncGenerator<Buffer> {
    try {
      for (;;) {
        yield* this.#waiting.splice(0);
        if (this.#waiting.length > 0) continue;
        if (this.#error !== undefined) throw this.#error;
        if (this.#over) return;
        this.#changed = Promise.withResolvers();
        this.#readOn();
        await this.#changed.promise;
      }
    } finally {
      close();
    }
  }
}

function pick(
  headers: ReadonlyMap<string, string>,
  names: readonly string[],
): Record<string, string> {
  const picked: Record<string, string> = {};
  for (const name of names) {
    const value = headers.get(name);
    if (value !== undefined) picked[name] = value;
  }
  return picked;
}

function withQuery(path: string, query: string): string {
  if (query === '') return path;
  return `${path}${path.includes('?') ? '&' : '?'}${query}`;
}
