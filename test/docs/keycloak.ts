import { setTimeout as sleep } from 'node:timers/promises';
import { type ScrapedServer, serveMetrics } from '../cli/target.ts';

/** Where the configurations of the guides expect Keycloak. */
const PORT = 8080;

/** How often it is tried where the port is taken, and what lies between: half a minute in all. */
const TRIES = 120;
const PAUSE_MS = 250;

/** Serves the metrics of Keycloak with MicroProfile; what counts grows with each scrape. */
export function serveKeycloak(host: string): Promise<ScrapedServer> {
  const exposition = (scrape: number) => `# TYPE base_classloader_loadedClasses_count gauge
base_classloader_loadedClasses_count ${21_000 + scrape}
# TYPE base_classloader_loadedClasses_total counter
base_classloader_loadedClasses_total ${30_000 + 40 * scrape}
# TYPE base_gc_total counter
base_gc_total{name="G1 Young Generation"} ${2 * scrape}
# TYPE base_thread_count gauge
base_thread_count 77
`;
  return onceFree(() => serveMetrics(exposition, { host, port: PORT }));
}

/** Another test that runs at the same time may have the port. */
async function onceFree(serve: () => Promise<ScrapedServer>): Promise<ScrapedServer> {
  for (let tries = 0; ; tries++) {
    try {
      return await serve();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || tries === TRIES) throw error;
      await sleep(PAUSE_MS);
    }
  }
}
