import { once } from 'node:events';
import { request as ask, createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { callerOf } from '../../../../cli/demo/aws/protocol/request.ts';
import type { Identity } from '../../../scrape/http/certificates.ts';
import type { RequestContext } from './conditions.ts';
import { readGateCall, type Surroundings } from './gate-call.ts';
import { decide, type IamRequest, type Statement } from './policy.ts';
import type { Place } from './template-values.ts';

export interface GateOptions extends Surroundings {
  /** What the principal of an account may do; undefined: everything. */
  readonly policyOf: (account: string) => readonly Statement[] | undefined;
  /** What Lambda says of each request that is made with the credentials of a function, by account and key. */
  readonly contextOf: (account: string, accessKeyId: string) => RequestContext;
  /** What receivers that have an https address of AWS show. Absent: there are none. */
  readonly receivers?: Identity | undefined;
}

/** A stand-in for IAM before the APIs: each request is decided by the policies of who signed it. */
export interface Gate extends AsyncDisposable {
  /** The endpoint of all services, and the proxy by which receivers are reached. */
  readonly url: string;
  /** What was asked for, in order. */
  readonly asked: readonly SignedRequest[];
  /** What of it was denied. */
  readonly denied: readonly SignedRequest[];
  /** What receivers have taken, in order. */
  readonly received: readonly ReceivedBody[];
}

/** A request to a receiver. */
export interface ReceivedBody {
  /** Of whose principal it is. */
  readonly account: string;
  readonly host: string;
  /** The operation of a request in AWS JSON; undefined for other protocols. */
  readonly target: string | undefined;
  readonly body: Buffer;
}

/** A request, and the account of whose principal it is. */
export interface SignedRequest extends IamRequest {
  readonly account: string;
}

/** Starts a gate on loopback. */
export async function startGate(options: GateOptions): Promise<Gate> {
  const asked: SignedRequest[] = [];
  const denied: SignedRequest[] = [];
  const received: ReceivedBody[] = [];
  /** The first that is denied; what comes after it is not asked for. */
  const refusalOf = ({ account }: Place, accessKeyId: string, requests: readonly IamRequest[]) =>
    requests.find(({ context, ...rest }) => {
      const request = {
        ...rest,
        context: { ...context, ...options.contextOf(account, accessKeyId) },
        account,
      };
      asked.push(request);
      const statements = options.policyOf(account);
      if (statements === undefined || decide(statements, request) === 'allowed') return false;
      denied.push(request);
      return true;
    });

  async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(incoming);
    const call = readGateCall(incoming, body, options);
    const { accessKeyId = '' } = callerOf(incoming);
    const refusal = refusalOf(call.at, accessKeyId, call.requests);
    if (refusal !== undefined) return call.deny(response, refusal);
    if (call.upstream === undefined) {
      const { host = '', 'x-amz-target': target } = incoming.headers;
      received.push({ account: call.at.account, host, target: target?.toString(), body });
      return void response.writeHead(200).end();
    }
    const reply = await forward(call.upstream, incoming, body);
    const later = refusalOf(call.at, accessKeyId, call.requestsAfter(reply.statusCode ?? 0));
    if (later === undefined) {
      response.writeHead(reply.statusCode ?? 0, reply.headers);
      reply.pipe(response);
    } else {
      reply.resume();
      call.deny(response, later);
    }
  }
  const listen = (incoming: IncomingMessage, response: ServerResponse) =>
    void answer(incoming, response).catch((error) => {
      response.writeHead(500).end(String(error));
    });

  const server = createServer(listen);
  if (options.receivers !== undefined) {
    const { cert, key } = options.receivers;
    const secure = createTlsServer({ cert, key }, listen);
    server.on('connect', (_request, socket) => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      secure.emit('connection', socket);
      socket.on('error', () => socket.destroy());
    });
  }
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    denied,
    received,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function forward(
  upstream: string,
  { method, url = '', headers }: IncomingMessage,
  body: Buffer,
): Promise<IncomingMessage> {
  const request = ask(new URL(url, upstream), { method: method ?? '', headers, agent: false });
  request.end(body);
  const [reply] = await once(request, 'response');
  return reply;
}
