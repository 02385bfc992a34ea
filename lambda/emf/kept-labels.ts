import type { Publications } from '../model/samples/publication.ts';

/** The labels that publications keep, as a dimension or as a plain field. */
export function keptLabels(publications: Publications): ReadonlySet<string> | 'all' {
  if (publications.length === 0) return 'all';
  const kept = new Set<string>();
  for (const { dimensions, properties } of publications) {
    if (properties === undefined) return 'all';
    for (const name of properties) kept.add(name);
    for (const set of dimensions) for (const name of set) kept.add(name);
  }
  return kept;
}
