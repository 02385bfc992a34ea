import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The top of the repository, or of the installed package. */
export const REPOSITORY = packageDirectory(dirname(fileURLToPath(import.meta.url)));

/** Where `npm run build` puts the collector, and where the `Collector` construct looks for it. */
export const COLLECTOR_DIRECTORY = join(REPOSITORY, 'dist/collector');

/** Where `npm run build` puts the sidecar with its Dockerfile, and where the `TaskSidecar` construct looks for it. */
export const SIDECAR_DIRECTORY = join(REPOSITORY, 'dist/sidecar');

/** Where `npm run build` puts the command line for machines without the repository. */
export const CLI_DIRECTORY = join(REPOSITORY, 'dist/cli');

/** Grafana's dashboards, their provisioning, and the Dockerfile of an image that has both. */
export const GRAFANA_DIRECTORY = join(REPOSITORY, 'grafana');

/** The sources are one folder below it; what the package has of them is compiled, and further down. */
function packageDirectory(directory: string): string {
  return existsSync(join(directory, 'package.json'))
    ? directory
    : packageDirectory(dirname(directory));
}
