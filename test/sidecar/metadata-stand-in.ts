import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Answers a request. */
export type Responder = (response: ServerResponse) => void;

/** A task metadata endpoint on loopback. */
export interface MetadataStandIn extends AsyncDisposable {
  readonly uri: string;
  /** Paths of the requests so far. */
  readonly requests: readonly string[];
  /** What it answers from now on. */
  answer(path: '/task' | '/task/stats' | '/tasks' | '/tasks/stats', responder: Responder): void;
  /** Both documents. */
  serve(task: unknown, stats: unknown): void;
  /** Those of all tasks of an instance, of which the first is the asking one's own. */
  serveInstance(documents: InstanceDocuments): void;
  /** Resolves at the next request for the path. */
  requested(path: string): Promise<void>;
}

/** The two arrays, the elements of which have the form of the documents of one task. */
export interface InstanceDocuments {
  readonly tasks: readonly unknown[];
  readonly stats: readonly unknown[];
}

/** As other launch types have it, and tasks without the permission. */
const NOT_SUPPORTED = '"V4 tasks metadata handler: not supported"';

const BASE = '/v4/0a1b2c3d';

/** @param host its address on loopback */
export async function startMetadataStandIn(
  host: '127.0.0.1' | '::1' = '127.0.0.1',
): Promise<MetadataStandIn> {
  const responders = new Map<string, Responder>([
    ['/tasks', status(500, NOT_SUPPORTED)],
    ['/tasks/stats', status(500, NOT_SUPPORTED)],
  ]);
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const path = (request.url ?? '').slice(BASE.length);
    requests.push(path);
    (responders.get(path) ?? status(404, '"no such path"'))(response);
    server.emit('requested', path);
  });
  server.listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const standIn: MetadataStandIn = {
    uri: `http://${host === '::1' ? '[::1]' : host}:${port}${BASE}`,
    requests,
    answer: (path, responder) => responders.set(path, responder),
    serve(task, stats) {
      responders.set('/task', json(task));
      responders.set('/task/stats', json(stats));
    },
    serveInstance({ tasks, stats }) {
      standIn.serve(tasks[0], stats[0]);
      responders.set('/tasks', json(tasks));
      responders.set('/tasks/stats', json(stats));
    },
    async requested(path) {
      for (;;) {
        const [given] = await once(server, 'requested');
        if (given === path) return;
      }
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return standIn;
}

export function json(document: unknown): Responder {
  return status(200, JSON.stringify(document), 'application/json');
}

export function status(code: number, body: string, type = 'text/plain'): Responder {
  return (response) => {
    response.writeHead(code, { 'content-type': type });
    response.end(body);
  };
}

/** Half an answer, and then the end of the connection. */
export const breakOff: Responder = (response) => {
  response.writeHead(200, { 'content-length': 1000 });
  response.write('{"TaskARN":', () => response.destroy());
};

/** Never answers. */
export const hang: Responder = () => undefined;

/** Begins to answer and never ends. */
export const trickle: Responder = (response) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.write('{"TaskARN":');
};

/** More than anyone would want. */
export const flood: Responder = (response) => {
  const chunk = Buffer.alloc(1024 * 1024, '[');
  const write = () => {
    if (!response.destroyed) response.write(chunk, write);
  };
  write();
};
