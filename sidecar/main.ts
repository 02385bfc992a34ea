import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { catalogue } from './catalogue/catalogue.ts';
import { createEndpoint } from './endpoint.ts';
import { writeText } from './exposition.ts';
import { isServing } from './health.ts';
import { type Clock, startSampler } from './sampler.ts';
import { createPagesServer } from './server.ts';
import { readSettings, type Settings } from './settings.ts';
import { VERSION } from './version.ts';

/** Exit codes. */
const FAILURE = 1;
const MISUSE = 2;

const CLOCK: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  pause: (milliseconds, signal) => sleep(milliseconds, undefined, { signal }),
};

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => process.exit(0));

const result = readSettings(process.env);
if ('problems' in result) {
  for (const problem of result.problems) log(problem);
  process.exit(MISUSE);
}
if (process.argv[2] === 'health') {
  process.exit((await isServing(result.settings.host, result.settings.port)) ? 0 : FAILURE);
}
await serve(result.settings);

async function serve({ metadataUri, host, port }: Settings): Promise<void> {
  const endpoint = createEndpoint({ uri: metadataUri });
  const sampler = startSampler({ endpoint, clock: CLOCK, log });
  const server = createPagesServer(
    {
      async metrics() {
        await sampler.ready();
        const now = CLOCK.now();
        return writeText(catalogue(sampler.observation(), endpoint.traffic(), now));
      },
      document: (path) => endpoint.read(path),
    },
    log,
  );
  try {
    server.listen({ port, host });
    await once(server, 'listening');
  } catch (error) {
    log(`cannot listen on ${host ?? 'all interfaces'}, port ${port}: ${String(error)}`);
    process.exit(FAILURE);
  }
  server.on('error', (error) => log(`server: ${String(error)}`));
  const address = server.address() as AddressInfo;
  log(`${VERSION} listening on ${address.address} port ${address.port}`);
}

function log(message: string): void {
  process.stderr.write(`fargauge sidecar: ${message}\n`);
}
