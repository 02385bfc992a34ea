import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The top of the repository, or of the installed package. */
export const REPOSITORY = packageDirectory(dirname(fileURLToPath(import.meta.url)));

/** `npm run build` writes the collector here, and the `Collector` construct reads it. */
export const COLLECTOR_DIRECTORY = join(REPOSITORY, 'dist/collector');

/** `npm run build` writes the sidecar with its Dockerfile here, and the `TaskSidecar` construct reads it. */
export const SIDECAR_DIRECTORY = join(REPOSITORY, 'dist/sidecar');

/** `npm run build` writes the command line for machines without the repository here. */
export const CLI_DIRECTORY = join(REPOSITORY, 'dist/cli');

/** `npm run build` writes the page of `fargauge explore` here, beside the bundled command line. */
export const PAGE_DIRECTORY = join(CLI_DIRECTORY, 'explore');

/** `npm run build` writes the constructs for users of the package here. */
export const CONSTRUCTS_DIRECTORY = join(REPOSITORY, 'dist/package');

/** Grafana's dashboards, their provisioning, and the Dockerfile of an image that has both. */
export const GRAFANA_DIRECTORY = join(REPOSITORY, 'grafana');

/**
 * The nearest folder above that has the license: the compiled constructs have a `package.json` of their own.
 *
 * @throws Error where the license was left out of a copy
 */
function packageDirectory(directory: string): string {
  if (existsSync(join(directory, 'LICENSE'))) return directory;
  const above = dirname(directory);
  if (above === directory) {
    throw new Error(
      `expected the file LICENSE of the package in a folder above ${import.meta.url}`,
    );
  }
  return packageDirectory(above);
}
