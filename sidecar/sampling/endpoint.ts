import { StringDecoder } from 'node:string_decoder';
import { isObject, parseJson } from '../documents/json.ts';
import { KeptConnection, targetOf } from '../http/client.ts';
import { ResponseError } from '../http/response.ts';

/** The endpoint's own timeout is 5 s: what takes longer than this is given up before. */
const TIMEOUT_MS = 4_000;

/** An entry of `/task/stats` has about 5 kB; a task has at most some dozen containers. */
const MAX_BYTES = 4 * 1024 * 1024;

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

/** What a request came to. Failures are values. */
export type Answer =
  | { readonly ok: true; readonly text: string; readonly document: unknown }
  | {
      readonly ok: false;
      /** The HTTP status, or `timeout`, `refused` (no connection, or one that broke), `invalid` (no such document). */
      readonly code: string;
      readonly reason: string;
    };

/** Counts and times of the requests so far. */
export interface Traffic {
  readonly requests: readonly { path: DocumentPath; code: string; count: number }[];
  readonly durations: readonly { path: DocumentPath; seconds: number }[];
}

/** The task metadata endpoint, version 4. */
export interface Endpoint {
  /** Never rejects. One request for each document is under way at most: who asks meanwhile gets the same answer. */
  read(path: DocumentPath): Promise<Answer>;
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
  const counts = new Map<DocumentPath, Map<string, number>>();
  const durations = new Map<DocumentPath, number>();

  async function load(path: DocumentPath, startedAt: number): Promise<Answer> {
    const answer = await get(connection, base + path, timeoutMs);
    const checked = answer.ok ? parse(path, answer.text) : answer;
    const code = checked.ok ? '200' : checked.code;
    const ofPath = counts.get(path) ?? new Map<string, number>();
    counts.set(path, ofPath.set(code, (ofPath.get(code) ?? 0) + 1));
    durations.set(path, (elapsed() - startedAt) / 1000);
    return checked;
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
    traffic: () => ({
      requests: [...counts].flatMap(([path, codes]) =>
        [...codes].map(([code, count]) => ({ path, code, count })),
      ),
      durations: [...durations].map(([path, seconds]) => ({ path, seconds })),
    }),
  };
}

type Page = { readonly ok: true; readonly text: string } | Extract<Answer, { ok: false }>;

/** One exchange. */
function get(connection: KeptConnection, path: string, timeoutMs: number): Promise<Page> {
  const { promise, resolve } = Promise.withResolvers<Page>();
  const settle = (page: Page) => {
    clearTimeout(timer);
    resolve(page);
  };
  const giveUp = (code: string, reason: string) => {
    settle(failure(code, reason));
    breakOff();
  };
  const timer = setTimeout(() => giveUp('timeout', `no answer within ${timeoutMs} ms`), timeoutMs);
  const decoder = new StringDecoder('utf8');
  let text = '';
  let bytes = 0;
  let status = 0;
  const breakOff = connection.request(path, {
    head(given) {
      status = given;
    },
    data(chunk) {
      text += decoder.write(chunk);
      bytes += chunk.length;
      if (bytes > MAX_BYTES) giveUp('invalid', `more than ${MAX_BYTES} bytes`);
    },
    end: () => settle(pageOf(status, text + decoder.end())),
    fail: (error) =>
      settle(failure(error instanceof ResponseError ? 'invalid' : 'refused', error.message)),
  });
  return promise;
}

function pageOf(status: number, text: string): Page {
  if (status === 200) return { ok: true, text };
  return failure(String(status), `HTTP ${status}: ${text.slice(0, QUOTE_LENGTH).trim()}`);
}

/** Both documents are JSON objects; the agent, written in Go, may write an empty map as null. */
function parse(path: DocumentPath, text: string): Answer {
  const document = parseJson(text);
  const isDocument = isObject(document) || (path === '/task/stats' && document === null);
  if (!isDocument) {
    const got = text.slice(0, QUOTE_LENGTH).trim() || 'nothing';
    return failure('invalid', `expected a JSON object, got ${got}`);
  }
  return { ok: true, text, document };
}

function failure(code: string, reason: string): Extract<Answer, { ok: false }> {
  return { ok: false, code, reason };
}
