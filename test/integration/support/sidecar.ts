import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SIDECAR_PORT } from '../../../lambda/model/settings/names.ts';
import { sidecarCommand } from '../../sidecar/sidecar-process.ts';
import { type Child, start } from './child.ts';
import { type Listening, listen } from './http.ts';

const DATA = join(import.meta.dirname, '../data');

/** A running sidecar whose task metadata never changes. */
export interface Sidecar extends AsyncDisposable {
  readonly process: Child;
  /** The text of `/metrics`. */
  metrics(): Promise<string>;
}

/** Starts the sidecar on its usual port of `host`, over the documents of `data/<task>`; `none` has none. */
export async function startSidecar(task: string, host: string): Promise<Sidecar> {
  const metadata = await serveMetadata(task);
  const [program = '', ...args] = sidecarCommand();
  const child = start(program, args, {
    ECS_CONTAINER_METADATA_URI_V4: metadata.url,
    ECS_METRICS_EXPORTER_HOST: host,
    ECS_METRICS_EXPORTER_PORT: String(SIDECAR_PORT),
  });
  const stop = async () => {
    await child.stop();
    await metadata[Symbol.asyncDispose]();
  };
  try {
    await child.says(/listening/i);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    process: child,
    metrics: async () => (await fetch(`http://${host}:${SIDECAR_PORT}/metrics`)).text(),
    [Symbol.asyncDispose]: stop,
  };
}

/** The task metadata endpoint as far as the sidecar uses it: `/task` and `/task/stats`. */
async function serveMetadata(task: string): Promise<Listening> {
  const documents: Record<string, string> = {};
  if (task !== 'none') {
    const shift = shiftTo(Date.now(), await readFile(join(DATA, task, 'stats.json'), 'utf8'));
    for (const [path, name] of [
      ['/task', 'task.json'],
      ['/task/stats', 'stats.json'],
    ] as const) {
      documents[path] = shift(await readFile(join(DATA, task, name), 'utf8'));
    }
  }
  return listen((request, response) => {
    const document = documents[request.url ?? ''];
    response.writeHead(document === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(document);
  });
}

const TIME = /"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?Z"/g;

/** Moves all times of a document so that the newest sample of these statistics is of `now`: CloudWatch takes none of long ago. */
function shiftTo(now: number, stats: string): (document: string) => string {
  const reads = [...stats.matchAll(/"read": *"([^"]+)"/g)].map(([, read = '']) => Date.parse(read));
  const seconds = Math.floor((now - Math.max(...reads)) / 1_000);
  return (document) =>
    document.replace(TIME, (_, time: string, fraction = '') => {
      const moved = new Date(Date.parse(`${time}Z`) + seconds * 1_000).toISOString().slice(0, 19);
      return `"${moved}${fraction}Z"`;
    });
}
