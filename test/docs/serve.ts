import { setTimeout as sleep } from 'node:timers/promises';
import { type ScrapedServer, serveMetrics } from '../cli/target.ts';

/** How often it is tried where the port is taken, and what lies between: half a minute in all. */
const TRIES = 120;
const PAUSE_MS = 250;

/**
 * Serves what `exposition` gives of the number of the scrape at the address that a guide names. Another test that runs at the same time
 * may have the port for a while.
 */
export async function serveAt(
  host: string,
  port: number,
  exposition: (scrape: number) => string,
): Promise<ScrapedServer> {
  for (let tries = 0; ; tries++) {
    try {
      return await serveMetrics(exposition, { host, port });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || tries === TRIES) throw error;
      await sleep(PAUSE_MS);
    }
  }
}

/** Keycloak with the names of MicroProfile. */
export const keycloak = (scrape: number) => `# TYPE base_classloader_loadedClasses_count gauge
base_classloader_loadedClasses_count ${21_000 + scrape}
# TYPE base_classloader_loadedClasses_total counter
base_classloader_loadedClasses_total ${30_000 + 40 * scrape}
# TYPE base_gc_total counter
base_gc_total{name="G1 Young Generation"} ${2 * scrape}
# TYPE base_thread_count gauge
base_thread_count 77
`;

/** An application that counts its orders. */
export const shop = (scrape: number) => `# TYPE orders_open gauge
orders_open 7
# TYPE orders_total counter
orders_total ${100 + 10 * scrape}
`;
