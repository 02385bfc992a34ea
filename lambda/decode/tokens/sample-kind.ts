import type { MetricType, Wanted } from '../../model/samples/sample.ts';

/** A metric name with the facts about its samples. */
interface KindedName<Name> {
  readonly name: string;
  readonly type: MetricType;
  /** The kinds of its samples so far. */
  readonly kinds: SampleKind<Name>[];
}

/** Samples without their labels. There is one object for each kind. */
export interface SampleKind<Name> {
  readonly name: Name;
  readonly family: Name;
  readonly type: MetricType;
  readonly wanted: boolean;
}

/**
 * The kind of a name's samples in the current exposition.
 *
 * @param wanted must be the same function as long as the name exists. Absent: all are wanted
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

/** Whether samples of this kind still have it if they belong to `family`. */
export function isKind<Name extends KindedName<Name>>(
  kind: SampleKind<Name>,
  family: Name,
): boolean {
  return kind.family === family && kind.type === family.type;
}
