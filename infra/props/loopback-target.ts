import type { ContainerDefinition } from 'aws-cdk-lib/aws-ecs';
import { InvalidPropsError } from './errors.ts';
import type { Owner } from './valid.ts';

/** An endpoint of an application that listens for its own task only, which the sidecar passes through. */
export interface LoopbackTarget {
  /** The sidecar shows it at `/metrics/<name>`. */
  readonly name: string;

  /** Where it is: `http`, on 127.0.0.0/8, ::1 or localhost. */
  readonly url: string;

  /**
   * The container that gets the docker labels by which the collector finds the endpoint.
   *
   * @default - none: the configuration names the path
   */
  readonly container?: ContainerDefinition;
}

/** The sidecar's variable with these endpoints, as `NAME=URL,…`. */
export const TARGETS_VARIABLE = 'FARGAUGE_TARGETS';

/** What the sidecar takes as a name: what can stand in a path as it is. */
const NAME = /^[\w-]{1,64}$/;

/** Hosts that each machine, and each task, has for itself, as in a URL. */
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
