import { wantsOpenMetrics } from '../exposition/negotiation.ts';
import { OPEN_METRICS_CONTENT_TYPE } from '../exposition/open-metrics.ts';
import { TEXT_CONTENT_TYPE } from '../exposition/text.ts';
import { type Body, type Reply, type Request, refusal } from '../http/server.ts';
import type { Answer, DocumentPath } from '../sampling/endpoint.ts';
import type { Secret } from './secret.ts';

const METRICS = '/metrics';
const HEALTH = '/health';

/** Says that a page is of all tasks of an instance. */
const SCOPE_HEADER = 'fargauge-scope';

/** Where the seed exporter passes each document of the endpoint through. */
const DOCUMENTS: ReadonlyMap<string, DocumentPath> = new Map([
  ['/task', '/task'],
  ['/stats', '/task/stats'],
]);

/** The value of the parameter `minutes` that holds back a minute which may have further points. */
const COMPLETE = 'complete';

/** What the pages have to tell. */
export interface Contents {
  /** Whether the figures are of all tasks of an instance. @default no */
  readonly ofInstance?: () => boolean;
  /** The exposition, in the Prometheus text format. */
  text(): Promise<string | Body>;
  openMetrics(): Promise<Body>;
  /**
   * @param wholeMinutes whether a minute is held back that may have further points
   * @returns undefined where the cursor is none
   */
  history(cursor: string, wholeMinutes: boolean): Promise<HistoryPage | undefined>;
  /** Absent: the documents are not shown. */
  readonly document?: (path: DocumentPath) => Promise<Answer>;
  /** Application endpoints by name. */
  readonly applications: ReadonlyMap<string, (request: Request) => Promise<Reply>>;
}

export interface HistoryPage {
  /** Milliseconds since the epoch. */
  readonly since: number;
  /** The cursor of a client that has the page. */
  readonly until: string;
  readonly more: boolean;
  readonly body: Body;
  /** Called when a client has it. */
  readonly taken: () => void;
}

/**
 * Answers requests for `/metrics`, `/metrics/<application>`, `/task`, `/stats` and `/health`.
 *
 * @param token that all but `/health` asks for; absent: nobody needs one
 */
export function createPages(
  contents: Contents,
  token: Secret | undefined,
  log: (message: string) => void,
): (request: Request) => Promise<Reply> {
  return async (request) => {
    // Nothing that a request brings about may end the process.
    try {
      return await replyTo(request, contents, token);
    } catch (error) {
      log(`${request.path}: ${String(error)}`);
      return refusal(500, 'internal error');
    }
  };
}

async function replyTo(
  request: Request,
  contents: Contents,
  token: Secret | undefined,
): Promise<Reply> {
  const { path, headers } = request;
  if (path === HEALTH) return refusal(200, 'ok');
  if (token !== undefined && !token.isIn(headers.get('authorization'))) {
    const reply = refusal(401, 'expected the header "Authorization: Bearer <token>"');
    return { ...reply, headers: { ...reply.headers, 'www-authenticate': 'Bearer' } };
  }
  if (path === METRICS) return metrics(request, contents);
  const document = DOCUMENTS.get(path);
  if (document !== undefined) {
    if (contents.document === undefined) return refusal(404, `${path} needs FARGAUGE_DOCUMENTS=on`);
    return passThrough(await contents.document(document));
  }
  const application = path.startsWith(`${METRICS}/`)
    ? contents.applications.get(path.slice(METRICS.length + 1))
    : undefined;
  if (application !== undefined) return application(request);
  return refusal(404, `not found; there are ${pathsOf(contents).join(' ')}`);
}

async function metrics(request: Request, contents: Contents): Promise<Reply> {
  const reply = await metricsOf(request, contents);
  if (reply.status !== 200 || !contents.ofInstance?.()) return reply;
  return { ...reply, headers: { ...reply.headers, [SCOPE_HEADER]: 'instance' } };
}

async function metricsOf({ query, headers }: Request, contents: Contents): Promise<Reply> {
  const parameters = new URLSearchParams(query);
  const since = parameters.get('since');
  if (since !== null) {
    const before = parameters.get('before');
    const cursor = before === null ? since : `${since},${before}`;
    return history(cursor, parameters.get('minutes') === COMPLETE, contents);
  }
  if (wantsOpenMetrics(headers.get('accept'))) {
    return page(OPEN_METRICS_CONTENT_TYPE, await contents.openMetrics());
  }
  return page(TEXT_CONTENT_TYPE, await contents.text());
}

async function history(cursor: string, wholeMinutes: boolean, contents: Contents): Promise<Reply> {
  const found = await contents.history(cursor, wholeMinutes);
  if (found === undefined) {
    const expected = 'unix seconds such as 1777615200.25';
    return refusal(400, `since: expected ${expected}, given ${JSON.stringify(cursor)}`);
  }
  const { since, until, more, body, taken } = found;
  return {
    status: 200,
    headers: {
      'content-type': OPEN_METRICS_CONTENT_TYPE,
      'fargauge-history-since': String(since / 1000),
      'fargauge-history-until': until,
      'fargauge-history-more': String(Number(more)),
    },
    body,
    taken,
  };
}

/** The document as it came: parsing and writing it would damage integers above 2^53. */
function passThrough(answer: Answer): Reply {
  const headers = { 'content-type': 'application/json' };
  if (answer.ok) return { status: 200, headers, body: answer.text };
  const error = 'the task metadata endpoint failed';
  const body = `${JSON.stringify({ error, code: answer.code, reason: answer.reason })}\n`;
  return { status: 502, headers, body };
}

function page(type: string, body: Reply['body']): Reply {
  return { status: 200, headers: { 'content-type': type }, body };
}

function pathsOf({ document, applications }: Contents): string[] {
  return [
    METRICS,
    ...[...applications.keys()].map((name) => `${METRICS}/${name}`),
    ...(document === undefined ? [] : DOCUMENTS.keys()),
    HEALTH,
  ];
}
