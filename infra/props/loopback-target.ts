import type { ContainerDefinition } from 'aws-cdk-lib/aws-ecs';
import { InvalidPropsError } from './errors.ts';
import type { Owner } from './valid.ts';

/** An application endpoint that only its own task can reach, which the sidecar passes on. */
export interface LoopbackTarget {
  /** The sidecar shows it at `/metrics/<name>`. */
  readonly name: string;

  /** Its URL: `http`, on 127.0.0.0/8, ::1 or localhost. */
  readonly url: string;

  /**
   * The container that gets the docker labels for the discovery of the endpoint.
   *
   * @default - none: the configuration names the path
   */
  readonly container?: ContainerDefinition;
}

/** The sidecar's variable with these endpoints, as `NAME=URL,…`. */
export const TARGETS_VARIABLE = 'FARGAUGE_TARGETS';

/** The names that the sidecar accepts: those that need no escaping in a path. */
const NAME = /^[\w-]{1,64}$/;

/** Loopback hosts in a URL, which each machine and each task has for itself. */
export const LOOPBACK = /^(?:127\.\d+\.\d+\.\d+|\[::1\]|localhost)$/;

/** The sidecar's limit. */
const MAX_TARGETS = 32;

/**
 * The value of `FARGAUGE_TARGETS`.
 *
 * @throws InvalidPropsError
 */
export function renderTargets(owner: Owner, targets: readonly LoopbackTarget[]): string {
  const names = new Set<string>();
  for (const { name, url } of targets) {
    if (!NAME.test(name) || names.has(name)) {
      throw new InvalidPropsError(
        owner,
        `Expected the names of \`targets\` to be distinct, of 1 to 64 letters, digits, - and _, got "${name}"`,
      );
    }
    names.add(name);
    const { protocol, hostname } = URL.canParse(url) ? new URL(url) : {};
    if (protocol !== 'http:' || !LOOPBACK.test(hostname ?? '') || url.includes(',')) {
      throw new InvalidPropsError(
        owner,
        `Expected the URLs of \`targets\` to be http, on loopback and without a comma, such as http://127.0.0.1:8080/metrics, got "${url}"`,
      );
    }
  }
  if (targets.length > MAX_TARGETS) {
    throw new InvalidPropsError(
      owner,
      `Expected at most ${MAX_TARGETS} \`targets\`, got ${targets.length}`,
    );
  }
  return targets.map(({ name, url }) => `${name}=${url}`).join(',');
}
