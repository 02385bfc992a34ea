import { once } from 'node:events';
import { createServer } from 'node:http';
import { startAws } from '../../../cli/demo/aws/server.ts';
import { CLUSTER, register } from '../../../cli/demo/cluster.ts';
import { SIDECAR_PORT } from '../../../lambda/model/settings/names.ts';
import { startS3 } from '../../state/s3-server.ts';
import { answerParent } from '../answer-parent.ts';
import { SidecarPage } from '../sidecar-page.ts';

const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** Tasks of a service. */
const TASKS_PER_SERVICE = 50;

/** As of 150 tasks with 1,000 containers. */
const CONTAINERS = 7;

/** What was delivered is forgotten this often, so that the stand-in's memory leaves the machine to the collector. */
const CLEARING_INTERVAL_MS = 500;

export type ScaleRequest = { readonly start: number } | { readonly take: 'scrapes' };

export type ScaleAnswer =
  | { readonly kind: 'started'; readonly env: Readonly<Record<string, string>> }
  /** How many targets were scraped so many times since the last time. */
  | { readonly kind: 'scrapes'; readonly targetsByScrapes: Readonly<Record<number, number>> };

const scrapes: number[] = [];

answerParent(async (request: ScaleRequest): Promise<ScaleAnswer> => {
  if ('take' in request) {
    const targetsByScrapes: Record<number, number> = {};
    for (const count of scrapes) targetsByScrapes[count] = (targetsByScrapes[count] ?? 0) + 1;
    scrapes.fill(0);
    return { kind: 'scrapes', targetsByScrapes };
  }
  return { kind: 'started', env: await start(request.start) };
});

/** @returns environment variables of the functions */
async function start(tasks: number): Promise<Record<string, string>> {
  const [aws, s3] = await Promise.all([startAws(), startS3()]);
  setInterval(() => aws.logs.clear(), CLEARING_INTERVAL_MS);
  for (let n = 0; n < tasks; n++) {
    const taskId = n.toString(16).padStart(32, '0');
    const service = `service-${Math.floor(n / TASKS_PER_SERVICE)}`;
    // Each task has an address of its own, and all the same port.
    const address = { host: `127.77.${n >> 8}.${n & 255}`, sidecarPort: SIDECAR_PORT, appPort: 0 };
    register(
      aws.ecs,
      { taskId, service, family: service, revision: 1, share: 0, instrumented: false },
      address,
    );
    await serve(n, new SidecarPage(taskId, CONTAINERS), address.host);
  }
  return {
    AWS_ENDPOINT_URL: aws.url,
    AWS_ENDPOINT_URL_S3: s3.url,
    AWS_REGION: aws.region,
    AWS_ACCESS_KEY_ID: 'bench',
    AWS_SECRET_ACCESS_KEY: 'bench',
    FARGAUGE_CLUSTER: CLUSTER,
    FARGAUGE_LOG_GROUP: '/fargauge/bench',
    FARGAUGE_STATE: 's3://bench/state',
  };
}

async function serve(n: number, page: SidecarPage, host: string): Promise<void> {
  scrapes[n] = 0;
  const server = createServer((_, response) => {
    scrapes[n] = (scrapes[n] ?? 0) + 1;
    response.writeHead(200, { 'content-type': CONTENT_TYPE });
    response.end(page.next());
  });
  server.listen(SIDECAR_PORT, host);
  await once(server, 'listening');
}
