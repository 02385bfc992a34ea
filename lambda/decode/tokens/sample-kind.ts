import type { MetricType, Wanted } from '../../model/samples/sample.ts';

/** A metric name with what has been found out about its samples. */
interface KindedName<Name> {
  readonly name: string;
  readonly type: MetricType;
  /** What its samples have been so far. */
  readonly kinds: SampleKind<Name>[];
}

/** What samples are, but for their labels. There is one object for each kind. */
export interface SampleKind<Name> {
  readonly name: Name;
  readonly family: Name;
  readonly type: MetricType;
  readonly wanted: boolean;
}

/**
 * The kind of a name's samples in the exposition at hand.
 *
 * @param wanted the same function as long as there is the name. Absent: all are wanted
 */
export function kindOf<Name extends KindedName<Name>>(
  name: Name,
  family: Name,
  wanted: Wanted | undefined,
): SampleKind<Name> {
  const known = name.kinds.find((kind) => isKind(kind, family));
  if (known !== undefined) return known;
  const { type } = family;
  const isWanted = wanted?.({ name: name.name, family: family.name, type }) ?? true;
  const kind = { name, family, type, wanted: isWanted };
  name.kinds.push(kind);
  return kind;
}

/** Whether samples that have been of this kind still are, now that they belong to `family`. */
export function isKind<Name extends KindedName<Name>>(
  kind: SampleKind<Name>,
  family: Name,
): boolean {
  return kind.family === family && kind.type === family.type;
}
