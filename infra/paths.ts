import { fileURLToPath } from 'node:url';

/** The top of the repository: the build context of the sidecar's image. */
export const REPOSITORY = fileURLToPath(new URL('..', import.meta.url));

/** Where `npm run build` puts the collector, and where the `Collector` construct looks for it. */
export const COLLECTOR_DIRECTORY = fileURLToPath(new URL('../dist/collector', import.meta.url));

/** Where `npm run build` puts the sidecar. */
export const SIDECAR_DIRECTORY = fileURLToPath(new URL('../dist/sidecar', import.meta.url));
