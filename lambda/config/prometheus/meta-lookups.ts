import type { RelabelRule } from '../../model/samples/relabel.ts';
import type { DiscoveryLookup } from '../../model/settings/config.ts';

/** Labels that need a lookup: the name, or the beginning of the name for tags. */
const LOOKUPS: readonly (readonly [label: string, lookup: DiscoveryLookup])[] = [
  ['__meta_ecs_service_status', 'services'],
  ['__meta_ecs_tag_service_', 'services'],
  ['__meta_ecs_tag_cluster_', 'cluster_tags'],
  ['__meta_ecs_public_ip', 'public_ips'],
];

/** The labels that a rule reads and that need a lookup. */
export function namedLookups({ sourceLabels }: RelabelRule): ReadonlyMap<string, DiscoveryLookup> {
  const named = new Map<string, DiscoveryLookup>();
  for (const label of sourceLabels) {
    const known = LOOKUPS.find(([start]) =>
      start.endsWith('_') ? label.startsWith(start) : label === start,
    );
    if (known !== undefined) named.set(label, known[1]);
  }
  return named;
}

/**
 * The lookups whose labels `labelmap` may copy. A tag can have any name, so an expression that begins like the labels
 * of tags counts too.
 */
export function mappedLookups({ action, regex }: RelabelRule): readonly DiscoveryLookup[] {
  if (action !== 'labelmap') return [];
  return LOOKUPS.filter(
    ([start]) => regex.source.includes(start) || regex.test(start) || regex.test(`${start}x`),
  ).map(([, lookup]) => lookup);
}
