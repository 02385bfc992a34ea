import { once } from 'node:events';
import { startAws } from '../../../cli/demo/aws/server.ts';
import { CLUSTER, register } from '../../../cli/demo/cluster.ts';
import { SIDECAR_PORT } from '../../../lambda/model/settings/names.ts';
import { Connections } from '../../../sidecar/http/connections.ts';
import { createHttpServer } from '../../../sidecar/http/server.ts';
import { createPages } from '../../../sidecar/serving/pages.ts';
import { answerParent } from '../answer-parent.ts';
import { SimulatedSidecar } from './sidecar.ts';
import { containersOf, type Site, serviceOf } from './site.ts';

/** All that the collector talks to, on loopback. */
export interface CostSurroundings {
  readonly endpoint: string;
  readonly region: string;
  readonly cluster: string;
}

answerParent(async ({ tasks }: Site): Promise<CostSurroundings> => {
  const aws = await startAws();
  const random = randomFrom(1);
  for (let index = 0; index < tasks; index++) {
    const taskId = `5a7c9e1f3b2d40681c9e7a53${(index + 1).toString(16).padStart(8, '0')}`;
    const service = `service-${serviceOf(index) + 1}`;
    const host = `127.78.${index >> 8}.${index & 255}`;
    const plan = { taskId, service, family: service, revision: 1, share: 0, instrumented: false };
    register(aws.ecs, plan, { host, sidecarPort: SIDECAR_PORT, appPort: 0 });
    const sidecar = new SimulatedSidecar(taskId, containersOf(index), random);
    const answer = createPages(sidecar.contents(), undefined, console.error);
    const server = createHttpServer({ answer, connections: new Connections() });
    server.listen(SIDECAR_PORT, host);
    await once(server, 'listening');
  }
  return { endpoint: aws.url, region: aws.region, cluster: CLUSTER };
});

/** The same numbers from 0 to 1 each time: mulberry32. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
