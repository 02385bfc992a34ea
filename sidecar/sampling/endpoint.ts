import { StringDecoder } from 'node:string_decoder';
import { type Element, ElementReader } from '../documents/elements.ts';
import { isObject } from '../documents/json.ts';
import { KeptConnection, targetOf } from '../http/client.ts';
import { ResponseError } from '../http/response.ts';

/** The endpoint's own timeout is 5 s: what takes longer than this is given up before. */
const TIMEOUT_MS = 4_000;

/** An entry of `/task/stats` has about 5 kB; a task has at most some dozen containers. */
const MAX_BYTES = 4 * 1024 * 1024;

/** Of an array of all tasks of an instance. It is read element by element, so this much is never in memory. */
const MAX_ARRAY_BYTES = 8 * 1024 * 1024;

/** An instance has some dozen tasks. So many empty elements would take seconds. */
const MAX_ELEMENTS = 20_000;

/**
 * An answer younger than this is given again. With two documents it bounds the load at 2 requests a second,
 * however many ask; the ECS agent allows 40 and writes a log line for each.
 */
const REUSE_MS = 1_000;

const HEADERS = { accept: 'application/json' };

/** How much of an error page is quoted. */
const QUOTE_LENGTH = 200;

/** The documents that are read. */
export type DocumentPath = '/task' | '/task/stats';

/** Arrays of such documents, of all tasks of an instance. */
export type ArrayPath = '/tasks' | '/tasks/stats';

type Path = DocumentPath | ArrayPath;

/** What a request came to. Failures are values. */
export type Answer =
  | { readonly ok: true; readonly text: string; readonly document: unknown }
  | Failure;

export interface Failure {
  readonly ok: false;
  /** The HTTP status, or `timeout`, `refused` (no connection, or one that broke), `invalid` (no such document). */
  readonly code: string;
  readonly reason: string;
}

/** Counts and times of the requests so far. */
export interface Traffic {
  readonly requests: readonly { path: Path; code: string; count: number }[];
  readonly durations: readonly { path: Path; seconds: number }[];
}

/** The task metadata endpoint, version 4. */
export interface Endpoint {
  /** Never rejects. One request for each document is under way at most: who asks meanwhile gets the same answer. */
  read(path: DocumentPath): Promise<Answer>;
  /**
   * Never rejects. After a failure the elements that were given must not be used.
   *
   * @param take gets each element as it comes; `undefined` for one that is no JSON
   */
  readEach(
    path: ArrayPath,
    take: (element: Element) => void,
  ): Promise<{ readonly ok: true } | Failure>;
  traffic(): Traffic;
}

export interface EndpointOptions {
  /** `ECS_CONTAINER_METADATA_URI_V4`. */
  readonly uri: string;
  /** Milliseconds of a clock that never goes back. @default performance.now */
  readonly elapsed?: () => number;
  /** @default 4000 */
  readonly timeoutMs?: number;
}

interface Lookup {
  readonly startedAt: number;
  readonly answer: Promise<Answer>;
  done: boolean;
}

export function createEndpoint({
  uri,
  elapsed = () => performance.now(),
  timeoutMs = TIMEOUT_MS,
}: EndpointOptions): Endpoint {
  const { path, ...address } = targetOf(new URL(uri));
  const base = path.replace(/\/+$/, '');
  const connection = new KeptConnection({ ...address, headers: HEADERS });
  const lookups = new Map<DocumentPath, Lookup>();
  const counts = new Map<Path, Map<string, number>>();
  const durations = new Map<Path, number>();

  async function load(path: DocumentPath, startedAt: number): Promise<Answer> {
    let text = '';
    const add = (piece: string) => {
      text += piece;
      return undefined;
    };
    const failed = await get(connection, base + path, { timeoutMs, maxBytes: MAX_BYTES, add });
    const answer = failed ?? parse(path, text);
    note(path, startedAt, answer.ok ? '200' : answer.code);
    return answer;
  }

  function note(path: Path, startedAt: number, code: string): void {
    const ofPath = counts.get(path) ?? new Map<string, number>();
    counts.set(path, ofPath.set(code, (ofPath.get(code) ?? 0) + 1));
    durations.set(path, (elapsed() - startedAt) / 1000);
  }

  return {
    read(path) {
      const startedAt = elapsed();
      const last = lookups.get(path);
      if (last && (!last.done || startedAt - last.startedAt < REUSE_MS)) return last.answer;
      const lookup: Lookup = { startedAt, answer: load(path, startedAt), done: false };
      lookups.set(path, lookup);
      return lookup.answer.finally(() => {
        lookup.done = true;
      });
    },
    async readEach(path, take) {
      const startedAt = elapsed();
      let count = 0;
      const reader = new ElementReader((element) => {
        count += 1;
        if (count <= MAX_ELEMENTS) take(element);
      });
      const add = (piece: string) => {
        reader.add(piece);
        return count > MAX_ELEMENTS ? `more than ${MAX_ELEMENTS} elements` : undefined;
      };
      const limits = { timeoutMs, maxBytes: MAX_ARRAY_BYTES, add };
      const failed =
        (await get(connection, base + path, limits)) ??
        (reader.isComplete ? undefined : failure('invalid', 'expected a JSON array, to its end'));
      note(path, startedAt, failed?.code ?? '200');
      return failed ?? { ok: true };
    },
    traffic: () => ({
      requests: [...counts].flatMap(([path, codes]) =>
        [...codes].map(([code, count]) => ({ path, code, count })),
      ),
      durations: [...durations].map(([path, seconds]) => ({ path, seconds })),
    }),
  };
}

interface Exchange {
  readonly timeoutMs: number;
  readonly maxBytes: number;
  /** Gets the body in pieces. @returns why no more of it is wanted */
  readonly add: (piece: string) => string | undefined;
}

/** One exchange. @returns why there is no such body, or not all of it */
function get(
  connection: KeptConnection,
  path: string,
  { timeoutMs, maxBytes, add }: Exchange,
): Promise<Failure | undefined> {
  const { promise, resolve } = Promise.withResolvers<Failure | undefined>();
  const settle = (failed?: Failure) => {
    clearTimeout(timer);
    resolve(failed);
  };
  const giveUp = (code: string, reason: string) => {
    settle(failure(code, reason));
    breakOff();
  };
  const timer = setTimeout(() => giveUp('timeout', `no answer within ${timeoutMs} ms`), timeoutMs);
  const decoder = new StringDecoder('utf8');
  let quote = '';
  let bytes = 0;
  let status = 0;
  const take = (piece: string) => {
    if (status !== 200) {
      if (quote.length < QUOTE_LENGTH) quote += piece;
      return;
    }
    const reason = add(piece);
    if (reason !== undefined) giveUp('invalid', reason);
  };
  const breakOff = connection.request(path, {
    head(given) {
      status = given;
    },
    data(chunk) {
      bytes += chunk.length;
      if (bytes > maxBytes) giveUp('invalid', `more than ${maxBytes} bytes`);
      else take(decoder.write(chunk));
    },
    end() {
      take(decoder.end());
      if (status === 200) return settle();
      settle(failure(String(status), `HTTP ${status}: ${quote.slice(0, QUOTE_LENGTH).trim()}`));
    },
    fail: (error) =>
      settle(failure(error instanceof ResponseError ? 'invalid' : 'refused', error.message)),
  });
  return promise;
}

/** Both documents are JSON objects; the agent, written in Go, may write an empty map as null. */
function parse(path: DocumentPath, text: string): Answer {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    // The reasons that engines give differ.
    if (!(error instanceof SyntaxError)) {
      return failure(
        'invalid',
        'expected JSON that fits into the memory, got too much or too deep',
      );
    }
  }
  const isDocument = isObject(document) || (path === '/task/stats' && document === null);
  if (!isDocument) {
    const got = text.slice(0, QUOTE_LENGTH).trim() || 'nothing';
    return failure('invalid', `expected a JSON object, got ${got}`);
  }
  return { ok: true, text, document };
}

function failure(code: string, reason: string): Failure {
  return { ok: false, code, reason };
}
