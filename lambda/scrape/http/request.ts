import { validateHeaderValue } from 'node:http';
import { connect as connectTcp, isIP, type LookupFunction, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { HttpSettings } from '../../model/settings/http.ts';
import { tlsOptions } from '../../model/settings/tls-options.ts';
import { ScrapeError } from '../../model/targets/scrape-error.ts';
import type { BodyLimits } from './body.ts';
import { reusedMemory } from './bytes/read-buffers.ts';
import type { Headers } from './head.ts';
import { ResponseBody } from './response-body.ts';
import { ResponseReader } from './response-reader.ts';

/** Milliseconds until a connection must be open: a task in the same VPC answers in one, a dead address never does. */
export const CONNECT_TIMEOUT_MS = 3_000;

/** One request for an exposition. */
export interface ExpositionRequest extends BodyLimits {
  /** http or https. */
  readonly url: URL;
  readonly http: HttpSettings;
  /** The header Accept, unless `http` has one. */
  readonly accept: string;
  /** Milliseconds that the request announces to the target. */
  readonly timeoutMs: number;
  readonly lookup: LookupFunction;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** The body as received; empty unless the status is 200. */
  readonly body: Buffer;
}

/**
 * Sends a request to a target. Each request has a connection of its own, because a Lambda function is frozen between
 * two cycles, and a kept connection would fail at the next request.
 *
 * Rejects with a ScrapeError, with the reason of the signal, or with an error of the system from before the answer.
 */
export function send(asked: ExpositionRequest): Promise<Answer> {
  const { signal, limit, account, postponement } = asked;
  return new Promise((resolve, reject) => {
    const text = head(asked);
    let answer: Omit<Answer, 'body'> | undefined;
    const body = new ResponseBody(limit, account, postponement);
    let connecting: NodeJS.Timeout | undefined;
    let isFinished = false;
    const finish = (tell: () => void) => {
      isFinished = true;
      clearTimeout(connecting);
      signal.removeEventListener('abort', abort);
      socket.destroy();
      tell();
    };
    const fail = (error: unknown) => {
      // The connection may end in an error after its answer.
      if (isFinished) return;
      body.free();
      finish(() => reject(signal.aborted ? signal.reason : error));
    };
    const abort = () => fail(signal.reason);
    const end = () =>
      finish(() => resolve({ status: 0, headers: new Map(), ...answer, body: body.bytes }));
    const reader = new ResponseReader({
      head(status, headers) {
        answer = { status, headers };
        if (status !== 200) end();
      },
      data: (bytes, start, stop) => body.append(bytes, start, stop),
      end,
    });
    const receive = (bytes: Buffer) => {
      try {
        reader.add(bytes);
        const room = body.settle();
        if (room === undefined) return;
        socket.pause();
        room.then(() => socket.resume(), fail);
      } catch (error) {
        fail(error);
      }
    };
    const closed = () => {
      if (reader.close()) return;
      fail(
        answer === undefined
          ? new ScrapeError('connection_lost', 'the connection closed without an answer')
          : truncated(),
      );
    };
    const { socket, giveBack } = open(asked, receive);
    connecting = setTimeout(() => {
      // In a busy process the connection may be open already, and its event waits for the coming turn.
      setImmediate(() => {
        if (!socket.connecting) return;
        fail(new ScrapeError('connect_timeout', `no connection within ${CONNECT_TIMEOUT_MS} ms`));
      });
    }, CONNECT_TIMEOUT_MS);
    signal.addEventListener('abort', abort, { once: true });
    socket.once('connect', () => clearTimeout(connecting));
    socket.once('end', closed);
    socket.once('close', () => {
      // Until then the system may still read into it.
      giveBack();
      closed();
    });
    socket.on('error', (error) => fail(answer === undefined ? error : truncated(error)));
    socket.write(text, 'latin1');
  });
}

/** Opens a connection that passes its bytes to `receive`, which must copy them. */
function open(
  { url, http, lookup }: ExpositionRequest,
  receive: (bytes: Buffer) => void,
): { readonly socket: Socket; readonly giveBack: () => void } {
  // Removes the brackets of an IPv6 address.
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  if (url.protocol === 'https:') {
    const socket = connectTls({
      host,
      port: Number(url.port || 443),
      lookup,
      ALPNProtocols: ['http/1.1'],
      ...(isIP(host) === 0 && { servername: host }),
      ...tlsOptions(http.tls),
    });
    socket.on('data', receive);
    return { socket, giveBack: () => undefined };
  }
  const { onread, giveBack } = reusedMemory(receive);
  const socket = connectTcp({ host, port: Number(url.port || 80), lookup, onread });
  return { socket, giveBack };
}

function truncated(cause?: Error): ScrapeError {
  return new ScrapeError('truncated', 'the connection ended before the body did', { cause });
}

/** @throws TypeError if a header has characters that HTTP does not allow */
function head({ url, http, accept, timeoutMs }: ExpositionRequest): string {
  const headers = new Map<string, readonly string[]>([
    ['Host', [url.host]],
    ['accept', [accept]],
    ['accept-encoding', [http.compression ? 'gzip' : 'identity']],
    ['user-agent', ['fargauge']],
    ['x-prometheus-scrape-timeout-seconds', [String(timeoutMs / 1000)]],
    ['connection', ['close']],
  ]);
  const ofJob = Map.groupBy(http.headers, ({ name }) => name.toLowerCase());
  for (const [name, all] of ofJob) {
    headers.set(
      name === 'host' ? 'Host' : name,
      all.map(({ value }) => value.reveal()),
    );
  }
  if (http.authorization !== undefined) headers.set('authorization', [http.authorization.reveal()]);
  let text = `GET ${url.pathname}${url.search} HTTP/1.1\r\n`;
  for (const [name, values] of headers) {
    for (const value of values) {
      validateHeaderValue(name, value);
      text += `${name}: ${value}\r\n`;
    }
  }
  return `${text}\r\n`;
}
