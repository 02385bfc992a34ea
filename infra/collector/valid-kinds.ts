import { InvalidPropsError } from '../props/errors.ts';
import type { Owner } from '../props/valid.ts';
import type { CollectorProps } from './props.ts';

/** The members of `CollectorProps` for which JavaScript code often passes a name, a number or an object instead. */
type Kinds = Pick<CollectorProps, 'cluster' | 'configuration' | 'shards'>;

/**
 * Refuses props of the wrong kind, which only a compiler would find. A member identifies the kind, because `instanceof`
 * fails with two copies of a package in an app.
 *
 * @throws InvalidPropsError
 */
export function checkKinds(owner: Owner, props: Kinds): void {
  const { cluster, configuration, shards } = props;
  if (typeof cluster?.clusterName !== 'string') {
    reject(owner, 'cluster', 'an ICluster, such as Cluster.fromClusterAttributes(…)', cluster);
  }
  if (configuration !== undefined && typeof configuration.facts !== 'function') {
    const kind = 'a CollectorConfiguration, such as CollectorConfiguration.of({ … })';
    reject(owner, 'configuration', kind, configuration);
  }
  if (shards !== undefined && typeof shards.max !== 'number') {
    reject(owner, 'shards', 'Shards.automatic() or Shards.fixed(…)', shards);
  }
}

function reject(owner: Owner, name: string, kind: string, given: unknown): never {
  const type = typeof given;
  const got =
    type === 'string' || type === 'number' ? JSON.stringify(given) : `one of type ${type}`;
  throw new InvalidPropsError(owner, `Expected \`${name}\` to be ${kind}, got ${got}`);
}
