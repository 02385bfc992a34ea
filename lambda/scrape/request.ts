import { request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import type { HttpSettings } from '../model/http-settings.ts';
import { ScrapeError } from './scrape-error.ts';
import { tlsOptions } from './tls-options.ts';

/** Milliseconds until a connection must stand: a task on the same VPC answers in one, a dead address never. */
export const CONNECT_TIMEOUT_MS = 3_000;

/** One request for an exposition. */
export interface ExpositionRequest {
  /** http or https. */
  readonly url: URL;
  readonly http: HttpSettings;
  /** The header Accept, unless `http` has one. */
  readonly accept: string;
  /** Milliseconds that the target is told it has. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly lookup: LookupFunction;
}

/**
 * Asks a target. A connection of its own each time: between two cycles a Lambda function is frozen, and a kept connection
 * would be found dead at the first request. Resolves with the headers of the answer.
 */
export function send(asked: ExpositionRequest): Promise<IncomingMessage> {
  const { url, http, signal, lookup } = asked;
  const secure = url.protocol === 'https:';
  return new Promise((resolve, reject) => {
    const request = (secure ? httpsRequest : httpRequest)(url, {
      agent: false,
      signal,
      lookup,
      headers: headersOf(asked),
      ...(secure && tlsOptions(http.tls)),
    });
    const connecting = setTimeout(() => {
      const message = `no connection within ${CONNECT_TIMEOUT_MS} ms`;
      request.destroy(new ScrapeError('connect_timeout', message));
    }, CONNECT_TIMEOUT_MS);
    request.once('socket', (socket) => socket.once('connect', () => clearTimeout(connecting)));
    request.once('response', (response) => {
      // Of a body without a length, Node.js would take any end for a good one.
      request.on('error', (error) => response.destroy(error));
      resolve(response);
    });
    request.once('error', reject);
    request.once('close', () => {
      clearTimeout(connecting);
      // After an answer 101, Switching Protocols, Node.js closes the connection without any other event.
      reject(new ScrapeError('connection_lost', 'the connection closed without an answer'));
    });
    request.end();
  });
}

function headersOf({ http, accept, timeoutMs }: ExpositionRequest): OutgoingHttpHeaders {
  const headers: Record<string, string | string[]> = {
    accept,
    'accept-encoding': http.compression ? 'gzip' : 'identity',
    'user-agent': 'fargauge',
    'x-prometheus-scrape-timeout-seconds': String(timeoutMs / 1000),
    connection: 'close',
  };
  const ofJob = Map.groupBy(http.headers, ({ name }) => name.toLowerCase());
  for (const [name, all] of ofJob) headers[name] = all.map(({ value }) => value.reveal());
  if (http.authorization !== undefined) headers.authorization = http.authorization.reveal();
  return headers;
}
